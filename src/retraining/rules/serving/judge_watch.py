"""Whether a new version may get more requests: its errors, its answers and its times, beside those of the old one."""

import numpy as np

from retraining.records.serving import Watched
from retraining.spec.serving_section import EndpointSection

_ENOUGH_TIMES = 10
"""Below this number of requests, times are not compared."""
_SLOW_ENOUGH = 5.0
"""Milliseconds by which a new version must be slower before it counts as slower at all."""


def judge_watch(new: Watched, old: Watched | None, limits: EndpointSection) -> tuple[str, ...]:
    """Why the new version must not get more requests; empty where it may."""
    found = list(new.wrong[:3])
    if new.requests == 0:
        found.append(f"{new.entity} was asked nothing, so nothing is known of it.")

    share = 100 * new.failed / new.requests if new.requests else 0.0
    if share > limits.max_failed_percent:
        found.append(
            f"{new.failed} of {new.requests} requests to {new.entity} failed ({share:.3g} %); "
            f"serving.endpoint.max_failed_percent allows {limits.max_failed_percent:g}."
        )

    slower = _slower(new, old, limits.max_slower)
    return (*found, slower) if slower else tuple(found)


def _slower(new: Watched, old: Watched | None, most: float) -> str | None:
    """Compares medians: of a few dozen requests a high quantile says little about the version."""
    if old is None or min(len(new.milliseconds), len(old.milliseconds)) < _ENOUGH_TIMES:
        return None
    ours = float(np.median(new.milliseconds))
    theirs = float(np.median(old.milliseconds))
    if ours <= theirs * most or ours - theirs <= _SLOW_ENOUGH:
        return None
    return (
        f"{new.entity} takes {ours:.3g} ms, {old.entity} {theirs:.3g} ms (medians); serving.endpoint.max_slower allows "
        f"{most:g} times as long."
    )
