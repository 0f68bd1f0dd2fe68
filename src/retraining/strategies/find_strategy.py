"""The strategies there are. A new one is a file beside this one, a line here, and its name in the spec's strategy
section."""

from retraining.errors import SpecError
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.incremental_update import IncrementalUpdate
from retraining.strategies.strategy import Strategy

STRATEGIES: dict[str, type[Strategy]] = {
    each.name: each
    for each in (
        FullRefit,
        IncrementalUpdate,
    )
}


def find_strategy(name: str) -> type[Strategy]:
    """A strategy by its name; called with an estimator it is ready to learn. Raises SpecError, with the names there
    are, for any other."""
    if name not in STRATEGIES:
        raise SpecError(f"strategy {name!r} is not known; expected one of {', '.join(STRATEGIES)}.")
    return STRATEGIES[name]


def strategy_of_update(name: str) -> type[Strategy]:
    """The strategy that made an update, for a spec that names a strategy by now.

    A manifest does not say which one it was. Where the spec has moved on to a strategy without updates, an earlier
    version is still reproduced by the one that made it.
    """
    chosen = find_strategy(name)
    return chosen if chosen.can_update else IncrementalUpdate
