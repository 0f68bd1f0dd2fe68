"""The strategies there are. A new one is a file beside this one, a line here, and its name and keys in the spec's
strategy section."""

from typing import Any

from sklearn.frozen import FrozenEstimator

from retraining.errors import SpecError
from retraining.spec.strategy_section import StrategySection
from retraining.strategies.age_weighted_refit import AgeWeightedRefit
from retraining.strategies.correction_ensemble import CorrectionEnsemble
from retraining.strategies.differenced_target import DifferencedTarget
from retraining.strategies.fine_tune import FineTune
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.incremental_update import IncrementalUpdate
from retraining.strategies.regime_pool import RegimePool
from retraining.strategies.static import Static
from retraining.strategies.strategy import Strategy
from retraining.strategies.transfer_head import TransferHead

STRATEGIES: dict[str, type[Strategy]] = {
    each.name: each
    for each in (
        FullRefit,
        IncrementalUpdate,
        AgeWeightedRefit,
        CorrectionEnsemble,
        RegimePool,
        DifferencedTarget,
        FineTune,
        TransferHead,
        Static,
    )
}


def find_strategy(name: str) -> type[Strategy]:
    """A strategy by its name; called with an estimator it is ready to learn. Raises SpecError, with the names there
    are, for any other."""
    if name not in STRATEGIES:
        raise SpecError(f"strategy {name!r} is not known; expected one of {', '.join(STRATEGIES)}.")
    return STRATEGIES[name]


def strategy_of(section: StrategySection, estimator: Any = None, start: Any = None) -> Strategy:
    """The strategy that a spec names, with its options. start: the fitted model that `strategy.start` names."""
    options = dict(section.options)
    if start is not None:
        options["start"] = FrozenEstimator(start)
    return find_strategy(section.name)(estimator, **options)


def strategy_of_update(section: StrategySection, estimator: Any = None) -> Strategy:
    """The strategy that made an update, for a spec that names a strategy by now.

    A manifest does not say which one it was. Where the spec has moved on to a strategy without updates, an earlier
    version is still reproduced by the one that made it.
    """
    chosen = strategy_of(section, estimator)
    return chosen if chosen.updates else IncrementalUpdate(estimator)
