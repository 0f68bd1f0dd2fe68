"""Which of the tried forms goes to the gate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retraining.kinds.metric import Metric
from retraining.rules.gate.jackknife import jackknife
from retraining.strategies.backtest import error_of
from retraining.strategies.trials import Outcome


@dataclass(frozen=True)
class FormChoice:
    """place: of the chosen trial, counted from 0; None where all failed. because: why, as a sentence."""

    place: int | None
    because: str


def choose_form(outcomes: Sequence[Outcome], live: int | None, metric: Metric, min_gain: float) -> FormChoice:
    """The form that errs least. live: the place of the champion's form, if it was tried. It goes on unless another one
    gains min_gain on it, and more than a standard error: the gate would refuse a change that gains less, and the
    champion would learn nothing from its newest rows."""
    errors = {place: error_of(metric, each.totals) for place, each in enumerate(outcomes) if each.totals is not None}
    if not errors:
        return FormChoice(None, f"All {len(outcomes)} trials failed.")

    best = min(errors, key=lambda place: errors[place])
    if live is None or live not in errors:
        why = "There is no champion whose form was tried." if live is None else "The champion's form failed."
        return FormChoice(best, f"Trial {best + 1} errs least of {len(errors)} that were finished. {why}")
    if best == live:
        return FormChoice(live, f"The champion's form errs least of {len(errors)} trials that were finished.")

    gain, spread = gain_of_outcome(metric, outcomes[best], outcomes[live])
    gains = f"gains {gain_text(metric, gain)} on the champion's form, give or take {gain_text(metric, spread)}"
    says = f"Trial {best + 1} {gains}"
    needed = f"gate.min_gain ({gain_text(metric, min_gain)})"
    if gain >= min_gain and gain > spread:
        return FormChoice(best, f"{says}: more than {needed} and more than chance, so it goes to the gate as a change.")
    return FormChoice(live, f"{says}: a change needs {needed} and more than chance, so the champion's form goes on.")


def gain_of_outcome(metric: Metric, one: Outcome, other: Outcome) -> tuple[float, float]:
    """Of one over the other, and its standard error over days; 0 where one day alone judges."""
    value, spread = jackknife(metric, np.asarray(one.totals), np.asarray(other.totals))
    return float(value), float(np.nan_to_num(spread))


def gain_text(metric: Metric, gain: float) -> str:
    """A gain for people: per cent of the other's error, or a difference."""
    return f"{gain:.1%}" if metric.relative else f"{gain:.4f}"
