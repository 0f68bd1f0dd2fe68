"""Which versions learned from the rows of some keys, and the mark that they cannot be reproduced."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pyspark.sql import DataFrame

from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.forgetting import TrainedVersion
from retraining.records.run import Run
from retraining.records.version import Manifest
from retraining.rules.champion.versions import with_grown
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.forgotten_keys import Forgotten, only_forgotten
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.dataset.other_sources import keys_of_other_sources
from retraining.steps.dataset.training_frame import Bounds, trainable_rows


def versions_of_keys(
    context: Context, specs: Sequence[ModelSpec], keys: DataFrame, forgotten: Forgotten
) -> tuple[TrainedVersion, ...]:
    """Registered versions of all models of a source that were trained on a row of forgotten keys, or grew from such a
    version. One small query a version. keys: those of them that the source has, by their `_row_key` there."""
    versions: list[TrainedVersion] = []
    for spec in specs:
        of_model = replace(context, spec=spec)
        registered = _registered(of_model)
        if not registered:
            continue

        source = read_source(spec, context.tables)
        registered = source.numbers.of_manifests(registered)
        own = [row for row in registered if not from_another_source(row)]
        learned = [row for row in own if _has_learned(of_model, source, row, _base(row, registered), keys)]
        learned += [row for row in registered if row not in own and _source_has_them(of_model, row, forgotten)]
        versions += [
            TrainedVersion(spec.model, version)
            for version in with_grown({str(row.version) for row in learned}, registered)
        ]
    return tuple(versions)


def mark_versions(tables: Tables, registry: Registry, run: Run, versions: Iterable[TrainedVersion]) -> None:
    """Marks versions as not reproducible, in `model_manifests` and with a tag. A second call writes nothing new."""
    chosen = list(versions)
    for model in sorted({trained.model for trained in chosen}):
        wanted = {trained.version for trained in chosen if trained.model == model}
        rows = read_rows(tables, Manifest, model)
        marked = [
            replace(row, reproducible=False, seq=next_seq(rows), **run.stamp)
            for row in rows
            if row.state == "REGISTERED" and row.version in wanted and row.reproducible
        ]
        if marked:
            append_rows(tables, "retrain", marked)

    for trained in chosen:
        registry.mark_not_reproducible(trained.model, trained.version)


def _registered(context: Context) -> list[Manifest]:
    return [row for row in read_rows(context.tables, Manifest, context.model) if row.state == "REGISTERED"]


def _source_has_them(context: Context, manifest: Manifest, forgotten: Forgotten) -> bool:
    """Of a version that learned from another source, whether that one has a forgotten key."""
    return not only_forgotten(keys_of_other_sources(context.tables, [manifest]), forgotten).isEmpty()


def _has_learned(
    context: Context, source: IngestedSource, manifest: Manifest, base: Manifest | None, keys: DataFrame
) -> bool:
    """Whether a row of the keys is inside the bounds of a fit, which may have left it out of a sample. An update that
    was shown old rows again may have seen any of them."""
    start = source.ledger.from_text(manifest.train_from)
    before = source.ledger.from_text(manifest.train_before)
    newer_than = base.batch_seq if base and not manifest.rehearsed_rows else 0
    bounds = Bounds(manifest.batch_seq, start, before, newer_than, manifest.left_out)
    as_it_was = replace(context, spec=_as_it_was(context.spec, manifest))
    return not trainable_rows(as_it_was, source, bounds, keys).isEmpty()


def _base(manifest: Manifest, registered: Sequence[Manifest]) -> Manifest | None:
    """The version that a fit continued."""
    version = manifest.base_version
    return manifest_of_version(registered, manifest.model, version) if version else None


def _as_it_was(spec: ModelSpec, manifest: Manifest) -> ModelSpec:
    """The spec of the fit, as far as days count: one that has changed since may exclude days that the version learned,
    so none is excluded then."""
    if spec.hash == manifest.spec_hash:
        return spec
    return spec.model_copy(update={"strategy": spec.strategy.model_copy(update={"exclude": ()})})
