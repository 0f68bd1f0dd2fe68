"""Ask two versions behind an endpoint for a while, and count what happens."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from retraining.adapters.serving.endpoints import Endpoints
from retraining.errors import ServingError
from retraining.records.serving import GoldenRequests, Watched
from retraining.rules.serving.golden_answers import wrong_answers

_LEAST_LOOKS = 12
"""Of each version, however short the watch is: fewer times say nothing."""
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Watch:
    """Which entities of an endpoint are asked. new: whose answers are compared with the golden rows'."""

    endpoint: str
    entities: tuple[str, ...]
    new: str


@dataclass
class _Look:
    """One version while it is watched."""

    entity: str
    golden: GoldenRequests
    is_judged: bool
    requests: int = 0
    failed: int = 0
    wrong: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def watch_versions(
    endpoints: Endpoints, watch: Watch, golden: GoldenRequests, seconds: float, clock: Callable[[], float]
) -> dict[str, Watched]:
    """What each entity did. Requests of callers count too, where the endpoint counts them."""
    name = watch.endpoint
    before = endpoints.failures(name)
    looks = [_Look(entity, golden, entity == watch.new) for entity in watch.entities]
    end = clock() + seconds
    rounds = 0
    while rounds < _LEAST_LOOKS or clock() < end:
        rounds += 1
        for look in looks:
            _ask(endpoints, name, look, clock)
        time.sleep(_PAUSE_SECONDS if rounds < _LEAST_LOOKS else min(1.0, max(0.0, end - clock())))

    after = endpoints.failures(name)
    return {look.entity: _watched(look, before.get(look.entity, (0, 0)), after.get(look.entity)) for look in looks}


def _ask(endpoints: Endpoints, name: str, look: _Look, clock: Callable[[], float]) -> None:
    look.requests += 1
    began = clock()
    try:
        answered = endpoints.ask(name, look.entity, look.golden.rows)
    except ServingError:
        look.failed += 1
        return
    look.milliseconds.append((clock() - began) * 1_000)
    if look.is_judged:
        look.wrong.extend(wrong_answers(look.entity, answered, look.golden))


def _watched(look: _Look, before: tuple[int, int], after: tuple[int, int] | None) -> Watched:
    """The endpoint's own counts hold our requests too, so they replace ours where they are greater."""
    counted = after or before
    requests = max(look.requests, counted[0] - before[0])
    failed = max(look.failed, counted[1] - before[1])
    wrong = tuple(dict.fromkeys(look.wrong))
    return Watched(look.entity, requests, failed, wrong, tuple(look.milliseconds))
