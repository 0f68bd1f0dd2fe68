"""What a search tried, as rows for the page."""

from dataclasses import dataclass

from retraining.records.trial import Trial
from retraining.records.version import Manifest
from retraining.report.words import NOTHING, error_text, is_relative
from retraining.spec.recipe_function import stored_form


@dataclass(frozen=True)
class TrialRow:
    """One trial, in words."""

    number: int
    recipe: str
    arguments: str
    error: str
    seconds: str
    note: str
    is_chosen: bool


def trial_rows(candidate: Manifest | None, metric: str) -> list[TrialRow]:
    """The trials behind a candidate, the best first, those that failed last; none without a search. metric: the one
    that judged them."""
    trials = candidate.trials if candidate else ()
    return [_row(each, metric) for each in sorted(trials, key=_order)]


def _order(trial: Trial) -> tuple[bool, bool, float, int]:
    return (not trial.is_chosen, trial.error is None, trial.error or 0.0, trial.number)


def _row(trial: Trial, metric: str) -> TrialRow:
    form = stored_form(trial.recipe, trial.params)
    marks = [word for word, said in (("chosen", trial.is_chosen), ("the champion's form", trial.is_live)) if said]
    notes = [*marks, *([trial.problem] if trial.problem else [])]
    return TrialRow(
        number=trial.number,
        recipe=trial.recipe.removeprefix("recipes."),
        arguments=form.arguments if form else "",
        error=NOTHING if trial.error is None else _value(trial.error, metric),
        seconds=NOTHING if trial.seconds is None else f"{trial.seconds:.1f}",
        note="; ".join(notes),
        is_chosen=trial.is_chosen,
    )


def _value(error: float, metric: str) -> str:
    return error_text(error if is_relative(metric) else 1 - error, metric)
