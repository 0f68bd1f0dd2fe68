"""In which form a candidate is fitted: as the spec says, as an earlier fit found, or as a search finds now."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.context import Context
from retraining.errors import SpecError
from retraining.records.trial import Trial
from retraining.records.version import Manifest
from retraining.rules.gate.metrics import check_probabilities
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import Form, stored_form
from retraining.steps.dataset.training_frame import TrainingFrame
from retraining.steps.training.backtest_rows import dated, judging_of
from retraining.steps.training.run_trials import Trials, run_trials
from retraining.strategies.backtest import Judging, error_of
from retraining.strategies.choose_form import choose_form
from retraining.strategies.estimators import build_estimator, check_kind
from retraining.strategies.find_strategy import strategy_of
from retraining.strategies.forms import forms_to_try
from retraining.strategies.on_spark import check_spark
from retraining.strategies.strategy import Strategy
from retraining.strategies.trials import Outcome, blocks_of, what_it_says

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FoundForm:
    """The form of a fit, and where a search found it: what was tried, and why this one was chosen."""

    form: Form
    trials: tuple[Trial, ...] = ()
    because: str | None = None


def form_of_version(spec: ModelSpec, manifest: Manifest | None) -> Form:
    """The form of a version. Of one that does not say, what the spec says first."""
    stored = stored_form(manifest.recipe, manifest.params) if manifest and spec.is_searched else None
    return stored or spec.form


def find_form(context: Context, reserved: Manifest, frame: TrainingFrame, start: Any = None) -> FoundForm:
    """The form of a reserved fit. A candidate searches, where the spec has a search; its refit, and who reproduces it,
    take what was found then. start: the fitted model that `strategy.start` names.

    Raises SpecError, with the cure, where every trial fails.
    """
    spec = context.spec
    if not spec.is_searched or reserved.role != "candidate":
        return FoundForm(form_of_version(spec, reserved))
    if reserved.recipe is not None:
        return FoundForm(form_of_version(spec, reserved), (), "An earlier attempt had searched, and fitted this form.")

    live = _form_of_champion(context)
    forms = forms_to_try(spec, live)
    judging = judging_of(spec, frame.ledger, reserved)
    rows = dated(frame)
    blocks = blocks_of(rows, judging, spec.searched_by.blocks) if judging else ()
    if judging is None or not blocks or len(forms) == 1:
        why = "there is one form" if len(forms) == 1 else "no block before the hold-out has older rows"
        return FoundForm(forms[0], (), f"Nothing was tried: {why}.")

    outcomes = _outcomes(context, forms, start, Trials((), rows, blocks, judging))
    place_of_live = next((place for place, form in enumerate(forms) if live and form.key == live.key), None)
    choice = choose_form(outcomes, place_of_live, judging.metric, spec.gate.min_gain)
    if choice.place is None:
        raise SpecError(_all_failed(spec, forms, outcomes))

    tried = (_trial(place, form, outcomes[place], judging) for place, form in enumerate(forms))
    marked = tuple(
        replace(each, is_live=place == place_of_live, is_chosen=place == choice.place)
        for place, each in enumerate(tried)
    )
    _log.info("%s: %d forms tried. %s", spec.model, len(forms), choice.because)
    return FoundForm(forms[choice.place], marked, choice.because)


def _outcomes(context: Context, forms: Sequence[Form], start: Any, trials: Trials) -> list[Outcome]:
    """Of each form. One that cannot be built is not sent to a worker."""
    spec = context.spec
    built = [_strategy_or_problem(spec.in_form(form), start) for form in forms]
    ready = [each for each in built if isinstance(each, Strategy)]
    done: Iterator[Outcome] = iter(())
    if ready:
        seconds = spec.searched_by.seconds
        done = iter(run_trials(context.tables.spark, context.run, replace(trials, strategies=ready), seconds))
    return [next(done) if isinstance(each, Strategy) else Outcome(None, 0.0, each) for each in built]


def build_strategy(spec: ModelSpec, start: Any = None) -> Strategy:
    """The unfitted strategy of a spec in one form, checked. Raises SpecError for what it cannot do."""
    strategy = strategy_of(spec.strategy, build_estimator(spec), start)
    check_spark(spec, strategy)
    strategy.check()
    check_kind(spec, strategy.estimator)
    check_probabilities(spec, strategy.estimator)
    return strategy


def _strategy_or_problem(spec: ModelSpec, start: Any) -> Strategy | str:
    try:
        return build_strategy(spec, start)
    except Exception as err:  # whatever the user's recipe raises
        return what_it_says(err)


def _form_of_champion(context: Context) -> Form | None:
    version = context.registry.version_of(context.model, CHAMPION)
    rows = read_rows(context.tables, Manifest, context.model) if version else []
    live = [row for row in rows if row.state == "REGISTERED" and row.version == version]
    return stored_form(live[-1].recipe, live[-1].params) if live else None


def _trial(place: int, form: Form, outcome: Outcome, judging: Judging) -> Trial:
    error = None if outcome.totals is None else error_of(judging.metric, outcome.totals)
    return Trial(place + 1, form.recipe, form.as_json, error, round(outcome.seconds, 3), outcome.problem)


def _all_failed(spec: ModelSpec, forms: Sequence[Form], outcomes: Sequence[Outcome]) -> str:
    return (
        f"{spec.model}: each of the {len(forms)} forms that the search tried failed, and the champion stays. The "
        f"first, {forms[0].in_words}: {outcomes[0].problem}. Correct the recipe or params, or narrow search.space."
    )
