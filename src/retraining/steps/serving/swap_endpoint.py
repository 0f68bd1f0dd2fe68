"""Take an endpoint from the version it serves to another one, in steps that can each be taken back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from retraining.adapters.serving.endpoints import Endpoints, entity_name
from retraining.records.serving import GoldenRequests, SwapReport, Watched
from retraining.rules.serving.judge_watch import judge_watch
from retraining.rules.serving.plan_swap import is_done, plan_swap
from retraining.spec.serving_section import EndpointSection
from retraining.steps.serving.watch_version import Watch, watch_versions

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swap:
    """Which version an endpoint has to serve, with its golden requests."""

    endpoint: str
    model: str
    """Full name."""
    version: str
    wanted: EndpointSection
    golden: GoldenRequests


def swap_endpoint(endpoints: Endpoints, swap: Swap, clock: Callable[[], float]) -> SwapReport:
    """Serve one version alone. Waits for an update in progress first; goes on where an earlier run was killed.

    A version that fails, is slow or answers otherwise gets no more requests: the old one answers all of them again, and
    the report says why. Raises ServingError where the workspace refuses or does not answer.
    """
    found = endpoints.read(swap.endpoint)
    if found is None:
        endpoints.create(swap.endpoint, swap.model, swap.version, swap.wanted)
        return _first_look(endpoints, swap, clock)

    state = endpoints.wait(swap.endpoint)
    before = state.main.version if state.main else None
    if is_done(state, swap.version):
        return SwapReport(swap.endpoint, "UNCHANGED", swap.version, before)

    plan = plan_swap(state.served, swap.version, swap.wanted.steps)
    steps = []
    for shares in plan:
        endpoints.put(swap.endpoint, swap.model, shares, swap.wanted)
        steps.append(_said(shares))
        _log.info("%s: %s", swap.endpoint, steps[-1])
        if len(shares) == 1:
            continue
        reasons = _reasons_against(_watch(endpoints, swap, shares, clock), swap)
        if reasons:
            return _back_off(endpoints, swap, shares, reasons)

    old = next((version for version in plan[0] if version != swap.version), before)
    return SwapReport(swap.endpoint, "SWITCHED", swap.version, old, steps=tuple(steps))


def _first_look(endpoints: Endpoints, swap: Swap, clock: Callable[[], float]) -> SwapReport:
    """A new endpoint has no version to go back to, so the report only names what is wrong."""
    watched = _watch(endpoints, swap, {swap.version: 100}, clock)
    return SwapReport(swap.endpoint, "CREATED", swap.version, reasons=_reasons_against(watched, swap))


def _watch(
    endpoints: Endpoints, swap: Swap, shares: Mapping[str, int], clock: Callable[[], float]
) -> dict[str, Watched]:
    """At share 0 only golden rows are asked; callers are waited for where they are sent to the new version."""
    seconds = swap.wanted.watch_seconds if shares[swap.version] > 0 else 0.0
    entities = tuple(entity_name(swap.model, version) for version in shares)
    watch = Watch(swap.endpoint, entities, entity_name(swap.model, swap.version))
    return watch_versions(endpoints, watch, swap.golden, seconds, clock)


def _reasons_against(watched: Mapping[str, Watched], swap: Swap) -> tuple[str, ...]:
    new = entity_name(swap.model, swap.version)
    old = next((each for entity, each in watched.items() if entity != new), None)
    return judge_watch(watched[new], old, swap.wanted)


def _back_off(endpoints: Endpoints, swap: Swap, shares: Mapping[str, int], reasons: tuple[str, ...]) -> SwapReport:
    old = next(version for version in shares if version != swap.version)
    endpoints.put(swap.endpoint, swap.model, {old: 100}, swap.wanted)
    return SwapReport(swap.endpoint, "BACKED_OFF", old, old, reasons)


def _said(shares: Mapping[str, int]) -> str:
    return ", ".join(f"version {version} answers {share} %" for version, share in shares.items())
