"""The product's own tables that hold rows about the keys of a source."""

from collections.abc import Collection, Sequence

from pyspark.sql import functions as F

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import batch_scores, observations, predictions, staging
from retraining.adapters.tables.erase import KeyedTable
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.ledgers_of_model import TABLE_OF, read_rows
from retraining.adapters.tables.tables import Tables
from retraining.records.version import Manifest
from retraining.rules.ingest.row_identity import ROW_KEY, row_key
from retraining.spec.feed import labels_feed
from retraining.spec.model_spec import ModelSpec


def tables_with_keys(specs: Sequence[ModelSpec], landing: Landing | None, tables: Tables) -> list[KeyedTable]:
    """The tables that exist, also those of sources that the models had before, and of models whose spec is gone. specs:
    all models of the source. Tables of raw rows are among them unless `source.prepare` computes the keys: see
    unsearched."""
    first = specs[0]
    labels = labels_feed(first)
    sources = {first.source_name, *_former_sources(specs, tables)}
    names = [observations.table_of(source) for source in sorted(sources)]
    models = sorted({spec.model for spec in specs} | _learners(sources, tables))
    names += map(predictions.table_of, models)
    names += map(batch_scores.table_of, batch_scores.batches_of_models(tables, models))
    if labels is not None:
        names.append(observations.table_of(labels.name))
    keyed = [KeyedTable(name, F.col(ROW_KEY)) for name in names if tables.exists(name)]

    raw = dict.fromkeys(_raw(first, landing), first.source.keys) if first.source.prepare is None else {}
    if labels is not None:
        raw[staging.table_of(labels.name)] = labels.source.keys
    identity = identity_of(tables, first.source_name)
    there = {name: keys for name, keys in raw.items() if tables.exists(name)}
    return keyed + [KeyedTable(name, row_key(tables.read(name), keys, identity)) for name, keys in there.items()]


def _former_sources(specs: Sequence[ModelSpec], tables: Tables) -> list[str]:
    """Names under which the models ingested before: a source that got another name left its rows there."""
    learned_from = {row.source for spec in specs for row in read_rows(tables, Manifest, spec.model) if row.source}
    return sorted(learned_from - {spec.source_name for spec in specs})


def _learners(sources: Collection[str], tables: Tables) -> set[str]:
    """Models that learned from the sources, with a spec or without: their predictions outlive the spec."""
    manifests = tables.records(TABLE_OF[Manifest], Manifest)
    return {row.model for row in manifests if row.source in sources}


def unsearched(specs: Sequence[ModelSpec], landing: Landing | None, tables: Tables) -> tuple[str, ...]:
    """Tables of raw rows whose keys only `source.prepare` can compute, so that a person must delete from them."""
    first = specs[0]
    return tuple(name for name in _raw(first, landing) if first.source.prepare and tables.exists(name))


def _raw(spec: ModelSpec, landing: Landing | None) -> list[str]:
    landed = [landing.name] if landing is not None else []
    return [*landed, staging.table_of(spec.source_name)]
