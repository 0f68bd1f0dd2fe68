"""The configurations that lead an endpoint from what it serves to one version, one after the other."""

from collections.abc import Mapping, Sequence

from retraining.records.serving import EndpointState, ServedVersion

Shares = Mapping[str, int]
"""Of 100 requests, how many each version answers."""


def is_done(state: EndpointState, version: str) -> bool:
    """Whether the endpoint answers with this version alone, and nothing is on its way."""
    return not state.is_updating and [each.version for each in state.served] == [version]


def plan_swap(served: Sequence[ServedVersion], version: str, steps: Sequence[int]) -> tuple[Shares, ...]:
    """All configurations, the first of which sends the new version nothing and the last of which serves it alone.

    served: what answers now. An earlier swap that was killed may have left two versions: then the one with the greater
    share, the new one aside, counts as the old one. steps: shares of the new version between 0 and 100.
    """
    old = max((each for each in served if each.version != version), key=lambda each: each.share, default=None)
    if old is None:
        return ({version: 100},)
    between = sorted({step for step in steps if 0 < step < 100})
    beside = [{old.version: 100 - step, version: step} for step in (0, *between, 100)]
    return (*beside, {version: 100})
