"""The page of all tables and their columns, written from the records that they hold."""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

from docstrings import class_docstring, field_docstrings
from markdown_table import code, table
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructField, StructType

from retraining.adapters.sources.files import LANDING_COLUMNS
from retraining.adapters.tables import (
    batch_scores,
    batches,
    forecasts,
    forgotten_keys,
    index_documents,
    observations,
    panel_references,
    performance,
    predictions,
    series_models,
)
from retraining.adapters.tables.ledgers_of_model import TABLE_OF
from retraining.adapters.tables.schema_of_record import schema_of_record
from retraining.records.batch import Batch
from retraining.records.forgetting import Forgetting, KeySalt
from retraining.records.panel import PanelAction, PanelReference, SeriesModel
from retraining.records.performance import Performance
from retraining.records.run import Stamped
from retraining.records.scoring import BatchScoring
from retraining.records.search import IndexDocument, IndexRun

RECORD_OF: Mapping[str, type] = {
    batches.TABLE: Batch,
    **{name: record for record, name in TABLE_OF.items()},
    forgotten_keys.SALTS: KeySalt,
    forgotten_keys.REQUESTS: Forgetting,
    index_documents.DOCUMENTS: IndexDocument,
    index_documents.RUNS: IndexRun,
    batch_scores.SCORINGS: BatchScoring,
    series_models.SERIES_MODELS: SeriesModel,
    series_models.PANEL_ACTIONS: PanelAction,
    panel_references.PANEL_REFERENCES: PanelReference,
    performance.PERFORMANCE: Performance,
}
"""The record that a row of each control table is."""

_WRITTEN_BY: Mapping[str, str] = {
    "watermarks": "`ingest`, `repair` and `release_batch`",
    "decisions": "`check_drift`",
    "model_manifests": "`retrain`, `promote` (refits), `adopt`, `copy_version` and `forget`",
    "gate_results": "`promote` and `adopt`",
    "promotions": "`promote`, `rollback`, `approve`, `adopt`, `release_retraining`; `check_drift` for its own rollback",
    "controls": "`freeze`, `unfreeze`, `retire` and `unretire`",
    "drift_references": "`retrain` or `promote`, for a version that may go live; `adopt`",
    "drift_metrics": "`check_drift`",
    "detector_states": "`check_drift`",
    "drift_profiles": "`check_drift`",
    "events": "`report`, for runs of the loop and of operators' jobs",
    "task_errors": "every stage of the loop and every operator's job, when an error stops it",
    "incidents": "`report`",
    "forgotten_key_salts": "`forget`",
    "forget_requests": "`forget`",
    "index_documents": "`refresh_index`",
    "index_runs": "`refresh_index`",
    "batch_scorings": "`score_batch`",
    "series_models": "`score`, `retrain` and `promote`, of a forecast",
    "panel_actions": "`check_drift`, of a forecast",
    "panel_references": "`compare_refit`, of a forecast",
    "consumer_updates": "`announce_champions`",
    "performance": "`check_drift`; `promote`, on the first version's hold-out",
}

_STAMP = tuple(field_docstrings(Stamped))
_HEADER = ("Column", "Type", "Meaning")

_OBSERVATIONS = {
    "_row_key": "Hash of the keys: names the entity. SHA-256 in 64 digits; in earlier sources 32.",
    "_row_hash": "Hash of keys, ledger and all columns of the source: the same row is stored once.",
    "_batch_seq": "The batch that stored the row.",
    "_quarantine_reasons": "The rules that the row broke; empty for an accepted row.",
    "_warnings": "Rules of severity `warn` that an accepted row broke.",
    "_supersedes_batch": "The batch that this row's batch replaces; null if it replaces none.",
    "_deletes_key": "The key that the row takes away; null in every other row.",
    "_relabels_batch": "The batch of the row that this one repeats with another label; null in rows of the source.",
    "_ingested_at": "When the row was stored, in UTC.",
}
_PREDICTIONS = {
    "_row_key": "The row of the observations.",
    "model_version": "The version that predicted: champion, previous champion or first champion.",
    "_batch_seq": "The batch that brought the row.",
    "prediction": "What the version answered: a number, or the class as text; null where it had no answer.",
    "seen_in_training": "Whether the version was trained on the row. Realised errors leave such rows out.",
    "run_id": "The run that predicted.",
    "scored_at": "When the run's task started, in UTC.",
    "source": "The source that counted `_batch_seq`; null in rows that are older than this column.",
    "keys": "The row's keys as in the source; null in rows that are older than this column.",
    "probabilities": "Of a classifier: the probability of each class.",
}
_SCORES = {
    "prediction": "What the version answered: a number, or the class in the type of the label; null where it had none.",
    "probabilities": "Of a classifier: the probability of each class.",
    "model_version": "The version that answered.",
    "run_id": "The run that scored the row.",
    "scored_at": "When the run's task started, in UTC.",
    "scoring": "Number of the scoring in `batch_scorings`.",
    "_row_key": "The row's key in the observations of the model's source; null where the row lacks its columns.",
    "_row_hash": "Hash of key, ledger value and features: the same row is not scored again.",
}
_FORECASTS = {
    "series": "Key of the series: the values of its columns as a JSON list of texts.",
    "model_version": "The version that forecast.",
    "_batch_seq": "The newest batch that was known.",
    "origin": "The newest step that was known: hours, days, weekdays or weeks since 1970; months, quarters or years "
    "since year 0.",
    "step": "How many steps after the origin, from 1.",
    "time": "When that is, as far into its step as the series' newest row.",
    "forecast": "The forecast; null where nothing can be said.",
    "lower_80": "Lower end of the 80 % interval; each level of forecast.intervals has two columns.",
    "upper_80": "Upper end of the 80 % interval.",
    "naive": "The seasonal naive forecast from the same origin.",
    "scale": "What errors of the series are divided by.",
    "forecaster": "The model of the series, as forecast.models names it, or `fallback`.",
    "reason": "Why the series falls back, or has no forecast.",
    "run_id": "The run that forecast.",
    "made_at": "When the run's task started, in UTC.",
}
_FORGOTTEN = {
    "source": "Name of the source.",
    "_key_hash": "Salted hash of a key that may not be stored any more, named as in earlier sources.",
    "seq": "Number of the request of its source.",
    "request_id": "The run of the request.",
    "reason": "The operator's.",
    "attempt_id": "The process that wrote the row.",
    "at": "When its task started, in UTC.",
    "_key_hash_sha256": "The same of the key named by SHA-256; null in rows that are older than this column.",
}
_LANDING = {
    "_file": "The file that the row came in.",
    "_file_modified": "When the file was last changed.",
    "_landed_at": "When the row landed.",
}
"""What columns mean that no record describes. A column without a line here, or a line without a column, is refused."""


def control_table(name: str) -> str:
    """The columns of a control table, without the stamp that they share."""
    record = RECORD_OF[name]
    texts = field_docstrings(record)
    hints = get_type_hints(record)
    own = [each for each in schema_of_record(record) if each.name not in _STAMP or not issubclass(record, Stamped)]
    return table(_HEADER, [(code(each.name), _type(each), _meaning(texts, hints, each)) for each in own])


def about(name: str) -> str:
    """What a row of a control table is."""
    return _for_sql(class_docstring(RECORD_OF[name]))


def written_by(name: str) -> str:
    """Which stages write a control table."""
    return _WRITTEN_BY[name]


def overview() -> str:
    """All control tables with what a row of each is."""
    assert set(_WRITTEN_BY) == set(RECORD_OF), "a control table has no line that says who writes it"
    rows = [(f"[`{name}`](#{name})", _first_sentence(about(name)), _WRITTEN_BY[name]) for name in RECORD_OF]
    return table(("Table", "A row is", "Written by"), rows)


def stamp() -> str:
    """The columns that most control tables end with."""
    texts = field_docstrings(Stamped)
    return table(_HEADER, [(code(each.name), _type(each), texts[each.name]) for each in schema_of_record(Stamped)])


def observations_table() -> str:
    """The columns that ingestion adds to those of a source."""
    return described_table(observations.OWN_FIELDS, _OBSERVATIONS)


def scores_table() -> str:
    """The columns of a batch table after its keys."""
    own = batch_scores.own_columns(StringType(), with_probabilities=True)
    return described_table(own, _SCORES, {"prediction": "double or the label's type"})


def forecasts_table() -> str:
    """The columns of the forecasts of a panel, with one level of intervals."""
    return described_table(forecasts.columns_of([80]), _FORECASTS)


def predictions_table() -> str:
    """The columns of the predictions of a model, those of a classifier included."""
    return described_table(predictions.columns_of(StringType()), _PREDICTIONS, {"prediction": "double or string"})


def forgotten_table() -> str:
    """The columns of `forgotten_keys`."""
    return described_table(forgotten_keys.COLUMNS, _FORGOTTEN)


def landing_columns() -> str:
    """The columns that landing adds to those of the files."""
    assert tuple(_LANDING) == LANDING_COLUMNS, f"landing has {LANDING_COLUMNS}"
    return table(("Column", "Meaning"), [(code(name), text) for name, text in _LANDING.items()])


def described_table(columns: Any, texts: Mapping[str, str], types: Mapping[str, str] | None = None) -> str:
    """Columns with texts that are written here. Other columns than those are refused."""
    names = [each.name for each in columns]
    assert names == list(texts), f"the columns are {names}, those that are described {list(texts)}"
    rows = [(code(each.name), (types or {}).get(each.name) or _type(each), texts[each.name]) for each in columns]
    return table(_HEADER, rows)


def _meaning(texts: Mapping[str, str], hints: Mapping[str, Any], column: StructField) -> str:
    hint = hints[column.name]
    text = _for_sql(texts[column.name])
    options = [each for each in (hint, *get_args(hint)) if get_origin(each) is Literal]
    values = [str(value) for option in options for value in get_args(option)]
    unnamed = [value for value in values if value not in text]
    return f"{text} One of {', '.join(map(code, values))}." if unnamed else text


def _for_sql(text: str) -> str:
    """What is None in Python is null in a table."""
    return re.sub(r"\bNone\b", "null", text)


def _first_sentence(text: str) -> str:
    return f"{re.split(r'[.:;] ', text)[0].rstrip('.')}."


def _type(column: StructField) -> str:
    """The type in SQL; an array of records shows their columns."""
    return f"{_sql(column.dataType)}{'' if column.nullable else ', not null'}"


def _sql(of: DataType) -> str:
    if isinstance(of, ArrayType):
        return f"array of {_sql(of.elementType)}"
    if isinstance(of, MapType):
        return f"map of {_sql(of.keyType)} to {_sql(of.valueType)}"
    if isinstance(of, StructType):
        return f"({', '.join(f'{each.name} {_sql(each.dataType)}' for each in of)})"
    return of.simpleString()
