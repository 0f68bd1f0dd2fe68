"""Fit a registered version again from its manifest, register nothing, and report what is the same."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retraining.adapters.registry.log_version import lock_hash
from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError, ReproduceError
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Learns
from retraining.records.gate import GateResult
from retraining.records.version import Comparison, Manifest
from retraining.rules.gate.checks import gated_error
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import load_version, manifest_of_version
from retraining.steps.gate.evaluate_on_holdout import holdout_rows
from retraining.steps.panel.fit_again import fit_again
from retraining.steps.performance.sum_on_workers import sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair
from retraining.steps.training.fit import Fit
from retraining.steps.training.learn import learn
from retraining.steps.training.lineage import LOCK_HASH
from served_model.column_values import Feature

_log = logging.getLogger(__name__)

DATA_HASH = "data hash"
TRAINING_ERROR = "training error"
PREDICTIONS = "predictions"
GATE_ERROR = "error at the gate"
_WIDTHS = (18, 40, 40)


@dataclass(frozen=True)
class ReproduceReport:
    """A version compared with its second fit."""

    model: str
    version: str
    comparisons: tuple[Comparison, ...]

    @property
    def summary(self) -> str:
        """A table for people, under one line with the result."""
        differing = [comparison.what for comparison in self.comparisons if comparison.same is False]
        head = "; ".join(
            ["it learned the same rows" if self.same_rows else "it did NOT learn the same rows"]
            + ([f"different: {', '.join(differing)}"] if differing else ["everything is the same"])
        )
        titles = ("", "registered", "again", "")
        lines = [titles, *((row.what, row.registered, row.again, row.verdict) for row in self.comparisons)]
        return "\n".join([f"{self.model}: version {self.version} fitted again: {head}", *map(_line, lines)])

    @property
    def same_rows(self) -> bool:
        """Whether the training data has the registered hash."""
        return all(comparison.same for comparison in self.comparisons if comparison.what == DATA_HASH)

    def raise_if_different(self) -> None:
        """Raises ReproduceError when the training data is not what it was."""
        if not self.same_rows:
            raise ReproduceError(
                f"{self.model} version {self.version}: the rows of its batches have a different hash than its "
                f"manifest says, so it cannot be reproduced. Expected the same rows for the same batch numbers and "
                f"bounds. Find out who changed the observations (DESCRIBE HISTORY), or whether strategy.exclude or "
                f"labels changed."
            )


def reproduce(context: Context, version: str | None = None) -> ReproduceReport:
    """Compare a version (default: the champion) with a second fit on the rows, window and base that its manifest names.
    Nothing is written.

    Raises ReproduceError for a version whose rows can no longer be read.
    """
    spec = context.spec
    wanted = version or context.registry.version_of(spec.model, CHAMPION)
    if wanted is None:
        raise NothingToDoError(f"{spec.model} has no champion. Name a `version`, or run `retraining` first.")

    manifests = read_rows(context.tables, Manifest, spec.model)
    manifest = manifest_of_version(manifests, spec.model, wanted)
    if manifest.role in ("adopted", "copied"):
        raise ReproduceError(
            f"{spec.model} version {wanted} was fitted elsewhere ({manifest.role}), so its training rows are not here. "
            f"Reproduce a version that this bundle fitted."
        )
    if not manifest.reproducible:
        raise ReproduceError(
            f"{spec.model} version {wanted} is marked reproducible=false: it, or the version it grew from, was trained "
            f"on keys that were forgotten since, and their rows are deleted. Reproduce a version trained after that."
        )

    if manifest.source not in (None, spec.source_name):
        raise ReproduceError(
            f"{spec.model} version {wanted} learned from source `{manifest.source}`, but the spec reads "
            f"`{spec.source_name}`. Set source.name to `{manifest.source}` in a checkout of its code version, and "
            f"reproduce it there."
        )

    base = manifest_of_version(manifests, spec.model, manifest.base_version) if manifest.base_version else None
    source = read_source(spec, context.tables)
    again = _AGAIN[kind_of(spec).learns](context, source, manifest, base)
    comparisons = (*_circumstances(context, manifest), *again)

    report = ReproduceReport(spec.model, wanted, comparisons)
    _log.info(report.summary)
    return report


def _rows_again(
    context: Context, source: IngestedSource, manifest: Manifest, base: Manifest | None
) -> tuple[Comparison, ...]:
    registered = load_version(context.registry, manifest)
    learned = learn(context, source, _as_before_its_fit(manifest), base)
    return (
        *_rows(manifest, learned),
        *_fits(context.spec, manifest, registered, learned),
        *_gate(context, source, manifest, learned),
    )


def _series_again(
    context: Context, source: IngestedSource, manifest: Manifest, base: Manifest | None
) -> tuple[Comparison, ...]:
    return fit_again(context, source, manifest, base, DATA_HASH)


_Again = Callable[[Context, IngestedSource, Manifest, Manifest | None], tuple[Comparison, ...]]
_AGAIN: Mapping[Learns, _Again] = {"rows": _rows_again, "series": _series_again}
"""By what a kind learns."""


def _as_before_its_fit(manifest: Manifest) -> Manifest:
    """A candidate chose its window from all history and must do so again: inside its window it would choose another."""
    return replace(manifest, window_days=None) if manifest.role == "candidate" else manifest


def _circumstances(context: Context, manifest: Manifest) -> list[Comparison]:
    """What must be the same for the fits to be the same: a difference here explains one further down."""
    libraries = context.registry.tags_of(context.model, str(manifest.version)).get(LOCK_HASH, "unknown")
    return [
        _compared("code version", manifest.code_version, context.run.code_version),
        _compared("spec", manifest.spec_hash, context.spec.hash),
        _compared("libraries", libraries, lock_hash()),
    ]


def _rows(manifest: Manifest, learned: Fit) -> list[Comparison]:
    frame = learned.frame
    return [
        _compared(DATA_HASH, str(manifest.data_hash), frame.data_hash),
        _compared("rows", f"{manifest.trained_rows:,}", f"{frame.rows:,}"),
        _compared("trained until", str(manifest.trained_until), frame.trained_until),
        _compared("window, days", str(manifest.window_days), str(learned.window.days)),
    ]


def _fits(spec: ModelSpec, manifest: Manifest, registered: Any, learned: Fit) -> list[Comparison]:
    """Both fits on the rows that were read now. Fits with equal coefficients predict equally. The reverse holds for the
    rows that were trained on."""
    names = getattr(registered, "feature_names_in_", None)
    names_now = learned.frame.feature_names
    if names is not None and list(names) != list(names_now):
        return [Comparison(PREDICTIONS, f"of {', '.join(names)}", f"of {', '.join(names_now)}", False)]
    if manifest.features and manifest.features != learned.frame.columns:
        then, now = (_typed(columns) for columns in (manifest.features, learned.frame.columns))
        return [Comparison(PREDICTIONS, f"of {then}", f"of {now}", False)]

    features = learned.frame.features
    label = learned.frame.label.to_numpy()
    before, after = (np.asarray(estimator.predict(features)) for estimator in (registered, learned.estimator))

    kind = kind_of(spec)
    errors = [f"{kind.error_on_rows(label, predicted):.9g}" for predicted in (before, after)]
    apart = Comparison(PREDICTIONS, "", kind.difference_in_words(before, after), bool((before == after).all()))
    return [_compared(f"{TRAINING_ERROR} ({kind.followed.name})", *errors), apart]


def _typed(features: Sequence[Feature]) -> str:
    return ", ".join(f"{each.name} ({each.type}{'' if each.is_numeric else ' as text'})" for each in features)


def _gate(context: Context, source: IngestedSource, manifest: Manifest, learned: Fit) -> list[Comparison]:
    """The error of the second fit on the rows that judged the first. Nothing for a version that no gate judged, and for
    reserved rows, whose number depends on the champion at that time."""
    metric = kind_of(context.spec).followed
    followed = metric.name
    results = read_rows(context.tables, GateResult, context.spec.model)
    registered = gated_error([row for row in results if row.retrain_key == manifest.retrain_key], followed)
    if registered is None or manifest.holdout_from is None:
        return []

    rows = holdout_rows(context, source, manifest, None)
    pair = ModelPair(FittedVersion(learned.estimator, learned.frame.columns), None, manifest.trivial_prediction)
    (sums,) = sum_on_workers(context.spec, rows, (followed,), pair).sums
    again = float(metric.value(sums.candidate.sum(axis=0)))
    return [_compared(f"{GATE_ERROR} ({followed})", f"{registered:.9g}", f"{again:.9g}")]


def _compared(what: str, registered: str, again: str) -> Comparison:
    return Comparison(what, registered, again, registered == again)


def _line(cells: tuple[str, ...]) -> str:
    *wide, verdict = cells
    padded = (f"{cell[:width]:<{width}}" for cell, width in zip(wide, _WIDTHS, strict=True))
    return "  ".join([*padded, verdict]).rstrip()
