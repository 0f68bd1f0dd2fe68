"""Fit, log and register the version that a manifest reserved; or find what an earlier attempt left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.log_version import FittedModel, TrainingData, log_version
from retraining.adapters.registry.logged_runs import keep_first_version
from retraining.adapters.registry.session import check_no_open_run
from retraining.adapters.tables import observations
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.failpoints import hit
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.spec.model_spec import ModelSpec
from retraining.spec.params import plain
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.drift.append_references import append_references
from retraining.steps.training.find_form import FoundForm
from retraining.steps.training.fit import Fit
from retraining.steps.training.learn import learn
from retraining.steps.training.lineage import PARAMS, RECIPE, data_table, lineage_tags
from retraining.steps.training.made_up_example import made_up_example
from retraining.steps.training.sweep_leftovers import sweep_leftovers
from served_model.served_model import ServedModel

TRAVELLING_CODE = tuple(Path(__file__).parents[3] / package for package in ("recipes", "served_model"))
"""The packages that every version carries, so that it loads where `src` is not on the path."""


@dataclass(frozen=True)
class LoggedFit:
    """The manifest of a version that is in the registry, and what it learned; None where that manifest is stored."""

    manifest: Manifest
    learned: Fit | None


def log_fit(context: Context, source: IngestedSource, reserved: Manifest, manifests: Sequence[Manifest]) -> LoggedFit:
    """The first half: the version of a reserved key, complete in the registry, named by no table yet. It can already
    answer requests. The fit happens once however often this is called.

    manifests are all rows of the model, with the reservation.
    """
    spec = context.spec
    registry = context.registry
    done = [row for row in manifests if row.retrain_key == reserved.retrain_key and row.state == "REGISTERED"]
    if done:
        sweep_leftovers(context, manifests)
        return LoggedFit(done[0], None)

    check_no_open_run()
    base = manifest_of_version(manifests, spec.model, reserved.base_version) if reserved.base_version else None
    started = context.run.stopwatch()
    logged_before = registry.find_version(spec.model, reserved.retrain_key)
    learned = learn(context, source, _in_logged_form(context, reserved, logged_before), base)
    base = None if learned.not_updated else base
    hit("fit.after_learn")

    filled = _fill(context, reserved, learned, next_seq(manifests), base)
    if logged_before:
        registry.finish_run(logged_before[0])
    run_id, version = logged_before or _log(context, filled, learned, base)
    hit("fit.after_log")
    version = keep_first_version(registry, spec.model, run_id)
    files = registry.files(spec.model, version)

    registered = replace(
        filled,
        fit_seconds=round(context.run.stopwatch() - started, 3),
        version=version,
        mlflow_run_id=run_id,
        digest=digest_of_files(files),
        files=files,
    )
    return LoggedFit(registered, learned)


def _in_logged_form(context: Context, reserved: Manifest, logged: tuple[str, str] | None) -> Manifest:
    """An attempt that was killed may have searched and logged what it found. Its version stays, so its form does too: a
    second search, on a slower machine, might end elsewhere."""
    if logged is None or not context.spec.is_searched:
        return reserved
    tags = context.registry.tags_of(context.model, logged[1])
    return replace(reserved, recipe=tags[RECIPE], params=tags[PARAMS]) if RECIPE in tags else reserved


def store_fit(context: Context, logged: LoggedFit, manifests: Sequence[Manifest]) -> Manifest:
    """The second half: references of a version that may go live, then its REGISTERED manifest, which is returned."""
    registered = logged.manifest
    learned = logged.learned
    if learned is None:
        return registered

    if registered.role == "refit" or not context.spec.gate.refits:
        predicted = learned.estimator.predict(learned.frame.features)
        append_references(context, learned.frame, predicted, str(registered.version))
    hit("fit.after_references")

    append_rows(context.tables, "retrain", [registered])
    hit("fit.after_manifest")
    sweep_leftovers(context, [*manifests, registered])
    return registered


def _fill(context: Context, reserved: Manifest, learned: Fit, seq: int, base: Manifest | None) -> Manifest:
    """What was reserved as an update may have become a refit."""
    frame = learned.frame

    return replace(
        reserved,
        state="REGISTERED",
        seq=seq,
        action="update" if base else "refit",
        base_version=base.version if base else None,
        window_days=learned.window.days,
        train_from=learned.train_from,
        trained_until=frame.trained_until,
        trained_rows=frame.rows,
        sampled=frame.sampled,
        data_hash=frame.data_hash,
        observations_version=observations.observations_version(context.tables, context.spec.source_name),
        trivial_prediction=kind_of(context.spec).trivial_prediction(frame.label),
        reproducible=all(each.reproducible for each in (base, learned.start) if each is not None),
        kind=kind_of(context.spec).name,
        features=frame.columns,
        rehearsed_rows=learned.rehearsed_rows,
        **_form(context.spec, learned.found, base),
        start_gain=learned.start_worth.gain if learned.start_worth else None,
        start_because=learned.start_worth.because if learned.start_worth else None,
        **context.stamp,
    )


def _form(spec: ModelSpec, found: FoundForm, base: Manifest | None) -> dict[str, Any]:
    """Columns of the manifest. A champion that learned new rows keeps its form."""
    made_as = base.made_as if base else spec.in_form(found.form).learning_hash
    return {
        "recipe": found.form.recipe,
        "params": found.form.as_json,
        "form_hash": made_as,
        "trials": found.trials,
        "form_because": found.because,
    }


def _log(context: Context, manifest: Manifest, learned: Fit, base: Manifest | None) -> tuple[str, str]:
    spec = context.spec
    label_type = kind_of(spec).class_type(learned.frame.label_type)
    errors = {f"backtest_error_{days or 'all'}": error for days, error in learned.window.errors}
    fitted = FittedModel(
        model=ServedModel(learned.estimator, learned.frame.columns, label_type),
        example=made_up_example(learned.frame.features),
        code=TRAVELLING_CODE,
        tags=lineage_tags(context, manifest, learned, base),
        params={
            "recipe": learned.found.form.recipe,
            **_strategy(spec),
            "window_days": learned.window.days or "all",
            **_excluded(spec),
            **plain(learned.found.form.params),
        },
        metrics={
            "trained_rows": float(learned.frame.rows),
            **_rehearsed(learned),
            **_searched(learned),
            **errors,
        },
    )

    version = manifest.observations_version or 0
    data = TrainingData(data_table(context), version, manifest.batch_seq, str(manifest.data_hash))
    return log_version(context.registry, spec.model, fitted, data)


def _strategy(spec: ModelSpec) -> dict[str, Any]:
    """The strategy and its keys, as the spec sets them."""
    options = {f"strategy_{key}": value for key, value in spec.strategy.options.items()}
    return {"strategy_name": spec.strategy.name, **options}


def _rehearsed(learned: Fit) -> dict[str, float]:
    return {"rehearsed_rows": float(learned.rehearsed_rows)} if learned.rehearsed_rows else {}


def _searched(learned: Fit) -> dict[str, float]:
    """How many forms a search tried, how many of them failed, and the error of the one that was chosen."""
    trials = learned.found.trials
    if not trials:
        return {}
    chosen = next(each for each in trials if each.is_chosen)
    failed = sum(each.error is None for each in trials)
    return {
        "search_trials": float(len(trials)),
        "search_failed": float(failed),
        "search_error": float(chosen.error or 0),
    }


def _excluded(spec: ModelSpec) -> dict[str, str]:
    """Days left out by hand, and why: part of what a version is."""
    return {f"exclude_{each.start}_{each.end}": each.reason for each in spec.strategy.exclude}
