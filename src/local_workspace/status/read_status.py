"""Reads the newest facts of each model from the control tables. A table or column that is not there is not a fact."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from local_workspace.status.model_facts import ModelFacts, Row
from local_workspace.status.model_files import ModelFile

NEWEST = """
select * from (select *, row_number() over (partition by {key} order by {order} desc) as newest_first from {table})
where newest_first = 1
"""


def read_status(spark: SparkSession, models: Sequence[ModelFile]) -> list[ModelFacts]:
    """The facts of each model, and of models that have rows and no spec any more."""
    decisions = _newest(spark, "decisions", "model", "seq")
    events = _rows(spark, "events", "select * from events order by at")
    promotions = _rows(spark, "promotions", "select * from promotions order by seq")
    batches = _newest(spark, "watermarks", "source, batch_seq", "epoch, " + _order_of_states())

    sources = {each.model: each.source for each in models}
    named = {row["model"] for row in (*decisions, *events, *promotions)} - set(sources)
    return [
        _facts(model, sources.get(model, model), decisions, events, promotions, batches)
        for model in [*sources, *sorted(named)]
    ]


def _facts(
    model: str,
    source: str,
    decisions: Sequence[Row],
    events: Sequence[Row],
    promotions: Sequence[Row],
    batches: Sequence[Row],
) -> ModelFacts:
    own = [row for row in promotions if row["model"] == model]
    applied = [row for row in own if row["state"] == "APPLIED" and row["version"] is not None]
    decided = [row for row in own if row["state"] == "DECIDED"]
    newest_of_candidates = {row["retrain_key"]: row for row in decided if row["retrain_key"]}
    moves = [row["seq"] for row in decided if row["outcome"] in ("PROMOTE", "ROLLBACK", "HEAL", "ADOPTED")]

    of_source = [row for row in batches if row["source"] == source]
    planned = [row["batch_seq"] for row in of_source if row["state"] == "PLANNED"]
    return ModelFacts(
        model=model,
        decision=_of(model, decisions),
        promotion=_first_of_version(applied),
        unapplied=max(moves, default=0) > max((row["seq"] for row in own if row["state"] == "APPLIED"), default=0),
        pending=[row for row in newest_of_candidates.values() if row["outcome"] == "PENDING"],
        event=_newest_of_loop(model, events),
        held=[row for row in of_source if row["state"] == "HELD"],
        open_batch=min(planned, default=None),
    )


def _first_of_version(applied: Sequence[Row]) -> Row:
    """The row that made the present champion live: later rows, such as refusals, only leave it."""
    first: Row = {}
    for row in applied:
        if row["version"] != first.get("version"):
            first = row
    return first


def _newest_of_loop(model: str, events: Sequence[Row]) -> Row:
    """The newest run that took up a batch: an operator's job measures nothing."""
    own = [row for row in events if row["model"] == model]
    of_loop = [row for row in own if not row.get("tasks") or "check_drift" in row["tasks"]]
    return next(reversed(of_loop), {})


def _of(model: str, rows: Sequence[Row]) -> Row:
    return next((row for row in rows if row["model"] == model), {})


def _newest(spark: SparkSession, table: str, key: str, order: str) -> list[Row]:
    return _rows(spark, table, NEWEST.format(table=table, key=key, order=order.replace(",", " desc,")))


def _rows(spark: SparkSession, table: str, query: str) -> list[Row]:
    if not spark.catalog.tableExists(table):
        return []
    return [row.asDict(recursive=True) for row in spark.sql(query).collect()]


def _order_of_states() -> str:
    """A batch is planned, then closed; a release is the last word."""
    return "case state when 'PLANNED' then 0 when 'HELD' then 1 when 'ABANDONED' then 2 else 3 end"
