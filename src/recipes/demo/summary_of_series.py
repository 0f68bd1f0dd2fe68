"""The closing tables of the examples of forecasts: what was done with the series in each run, and how good the live
panel was beside the seasonal naive forecast and a panel that is fitted again in full."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from recipes.demo.series_examples import EXAMPLES

ACTIONS = ("keep", "update_state", "reestimate", "respecify", "fallback", "retire")
FITS = ("reestimate", "respecify")
_REFERENCES = ["batch_seq", "forecasts", "live_loss", "naive_loss", "refit_loss", "refit_seconds"]


def steps_of(spark: SparkSession, schema: str, model: str) -> pd.DataFrame:
    """One row a batch of a model, in their order: label, there (series of the source until then), a column an action,
    seconds (of the live loop, from scoring to the page), and the columns of `panel_references`, null where no forecast
    has met an actual."""
    actions = spark.table(f"{schema}.panel_actions").where(F.col("model") == F.lit(model))
    newest = actions.groupBy("batch_seq").agg(F.max_by("evaluation_id", "at").alias("evaluation_id"))
    counted = actions.join(newest, ["batch_seq", "evaluation_id"]).groupBy("batch_seq", "action").count().toPandas()
    found = counted.pivot_table(index="batch_seq", columns="action", values="count", aggfunc="sum", fill_value=0)
    found = found.reindex(columns=list(ACTIONS), fill_value=0)

    return (
        found.join(_batches(spark, schema, model))
        .join(_seconds(spark, schema, model))
        .join(_references(spark, schema, model))
        .reset_index()
    )


def _batches(spark: SparkSession, schema: str, model: str) -> pd.DataFrame:
    """What each batch is called, and how many series its source had by then."""
    example = EXAMPLES[model]
    closed = spark.table(f"{schema}.watermarks").where(f"source = '{model}' and state = 'COMMITTED'").toPandas()
    last = pd.to_datetime(
        closed.drop_duplicates("batch_seq", keep="last").set_index("batch_seq")["watermark_after"], utc=True
    )

    points = spark.table(f"{schema}.{example.table}")
    series = F.to_json(F.struct(F.lit(1), *(F.col(name) for name in example.series)))
    firsts = points.groupBy(series.alias("series")).agg(F.min(example.time).alias("first")).toPandas()["first"]
    last = last.dt.tz_localize(None)
    there = [int((firsts <= each).sum()) for each in last]
    return pd.DataFrame({"label": last.dt.strftime(example.label), "there": there}, index=last.index)


def _seconds(spark: SparkSession, schema: str, model: str) -> pd.DataFrame:
    """How long the loop took on each batch: its tasks store when they started."""
    events = spark.table(f"{schema}.events").where(f"model = '{model}'").select("run_id", "batch_seq", "at").toPandas()
    decided = spark.table(f"{schema}.decisions").where(f"model = '{model}'").select("run_id", "at")
    if spark.catalog.tableExists(f"{schema}.{model}_forecasts"):
        made = spark.table(f"{schema}.{model}_forecasts").select("run_id", F.col("made_at").alias("at"))
        decided = decided.unionByName(made)
    began = decided.groupBy("run_id").agg(F.min("at").alias("began")).toPandas()
    both = events.merge(began, on="run_id").drop_duplicates("batch_seq").set_index("batch_seq")
    return pd.DataFrame({"seconds": (both["at"] - both["began"]).dt.total_seconds()})


def _references(spark: SparkSession, schema: str, model: str) -> pd.DataFrame:
    """None of them before the first forecast has met an actual."""
    if not spark.catalog.tableExists(f"{schema}.panel_references"):
        return pd.DataFrame(columns=_REFERENCES).set_index("batch_seq")
    rows = spark.table(f"{schema}.panel_references").where(f"model = '{model}'").select(*_REFERENCES)
    return rows.toPandas().set_index("batch_seq")


def table_of_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """What is shown of each batch. live, naive, refit: mean scaled error, of the forecasts that were made before it; s:
    seconds of the loop, and of fitting every series again."""
    columns: dict[str, Any] = {"": steps["label"], "series": steps[list(ACTIONS)].sum(axis=1)}
    columns |= {name: steps[name] for name in ACTIONS if steps[name].any()}
    for name in ("live", "naive", "refit"):
        columns[name] = [_shown(each, ".3f") for each in steps[f"{name}_loss"] / steps["forecasts"]]
    columns["s"] = [_shown(each, ".0f") for each in steps["seconds"]]
    columns["refit s"] = [_shown(each, ".0f") for each in steps["refit_seconds"]]
    return pd.DataFrame(columns)


def accounted(steps: pd.DataFrame) -> str:
    """A sentence. Raises ValueError where a series of the source has no action in a batch, or an action has no
    series."""
    done = steps[list(ACTIONS)].sum(axis=1)
    wrong = steps[done != steps["there"]]
    if len(wrong):
        first = wrong.iloc[0]
        raise ValueError(
            f"batch {first['label']}: the source has {first['there']} series, and {done[wrong.index[0]]} have an "
            f"action; expected each one once. Look at `panel_actions`."
        )
    total = int(done.sum())
    parts = ", ".join(f"{int(steps[name].sum()):,} {name}" for name in ACTIONS)
    return f"{total:,} times a series was looked at, in {len(steps)} batches, each one once a batch: {parts}."


def year_in_numbers(steps: pd.DataFrame) -> str:
    """The mean scaled errors of all batches whose forecasts were met, and what they cost."""
    met = steps[steps["forecasts"].notna()]
    if met.empty:
        return "No forecast has met an actual yet."
    totals: Mapping[str, float] = met[_REFERENCES[1:]].astype(float).sum().to_dict()
    live, naive, refit = (totals[f"{name}_loss"] / totals["forecasts"] for name in ("live", "naive", "refit"))
    after_first = steps.iloc[1:]
    fits = int(after_first[list(FITS)].sum().sum())
    every = int(after_first["there"].sum())
    return "\n".join(
        [
            f"Mean scaled error of {int(totals['forecasts']):,} forecasts:",
            f"  {live:.3f}  the live panel",
            f"  {naive:.3f}  seasonal naive ({live / naive:.3f} times as large: the live panel)",
            f"  {refit:.3f}  every series fitted again in each batch ({live / refit:.3f} times)",
            f"After the first panel {fits:,} fits of series, where fitting all again takes {every:,} "
            f"({fits / every if every else 0:.0%}).",
        ]
    )


def _shown(value: Any, form: str) -> str:
    return "" if value is None or value != value else f"{float(value):{form}}"
