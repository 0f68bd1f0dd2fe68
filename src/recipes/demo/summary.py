"""The demo's closing tables: what each run did, and how the live model fared against the year's reference points."""

from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

FLIGHTS = "flights_air_time"
SGD = "flights_sgd"
DIABETES = "diabetes"

REFERENCES = {
    "January's model kept": 15.43,
    "all history, every month": 12.59,
    "previous month, every month, 10 retrainings": 11.35,
}
"""Mean RMSE in minutes from February to December: ridge with alpha 1, coordinates imputed, measured apart."""

WIDTH = 100

LATER = ["drift_verdict", "worst_column", "static_error"]  # tables of older versions have no such columns
COUNTS = ["rows_read", "rows_accepted", "rows_quarantined", "rows_already_present"]


def runs_of(spark: SparkSession, schema: str, model: str) -> pd.DataFrame:
    """One row a batch of a model, in their order, with `label`: the month of a batch of flights, else its
    number."""
    events = spark.table(f"{schema}.events").where(f"model = '{model}'").orderBy("at").toPandas()
    runs = one_row_a_batch(events)
    batches = list(runs.index)
    runs["label"] = [str(each) for each in batches] if model == DIABETES else _months(spark, schema, batches)
    return runs


def one_row_a_batch(events: pd.DataFrame) -> pd.DataFrame:
    """Of each batch the first run that did not fail, else the first; events in their order. Index: batch_seq.

    Rows are ingested by one run, and later ones of the same batch read none: the greatest count is the batch's.
    """
    events = events.reindex(columns=[*events.columns, *(name for name in LATER if name not in events)])
    well = events.sort_values("outcome", key=lambda outcome: outcome == "FAILED", kind="stable")
    first = well.drop_duplicates("batch_seq").set_index("batch_seq").sort_index()
    first[COUNTS] = events.groupby("batch_seq")[COUNTS].max()
    return first


def table_of_runs(runs: pd.DataFrame, label: str) -> pd.DataFrame:
    """What a run did, in columns short enough for a terminal of 100 characters; label heads the first one.

    RMSE: of the live champion on rows it had not seen, before any retraining; January: of the first one on the same.
    Columns in which no run has anything to say are left out."""
    columns = {
        label: runs["label"],
        "read": runs["rows_read"].map("{:,}".format),
        "accepted": runs["rows_accepted"].map("{:,}".format),
        "quarantined": runs["rows_quarantined"].map("{:,}".format),
        "drift": [_drift(row) for row in _records(runs)],
        "action": runs["action"].fillna(""),
        "champion": [_champion(row) for row in _records(runs)],
        "RMSE": runs["error_before"].map(_error),
        "January": runs["static_error"].map(_error),
    }
    table = pd.DataFrame(columns)
    silent = [name for name in table if table[name].isin(["", "0"]).all()]
    return table.drop(columns=silent)


def reasons_of_runs(runs: pd.DataFrame) -> str:
    """Why each run acted as it did, and what the gate said: a line each, cut to the width."""
    width = max(map(len, runs["label"]), default=0)
    lines = []
    for row in _records(runs):
        lines += [f"{row['label']:<{width}}  {row['action'] or 'nothing'}: {row['first_reason'] or 'no decision'}"]
        lines += [f"{'':<{width}}  gate {row['gate']}: {row['gate_sentence']}"] if row["gate_sentence"] else []
    return "\n".join(_cut(line) for line in lines)


def totals(runs: pd.DataFrame) -> str:
    """Rows of all runs; those read again, because a slice includes its lower end, are counted apart."""
    read, accepted, quarantined, present = (int(runs[name].sum()) for name in COUNTS)
    return (
        f"{read:,} rows read: {accepted:,} accepted, {quarantined:,} quarantined, {present:,} read again and already "
        f"present."
    )


def year_in_numbers(runs: pd.DataFrame) -> str:
    """Mean RMSE of the live champion on months it had not seen, beside what never or always retraining would give."""
    judged = runs[runs["error_before"].notna()]
    promotions = int((runs["outcome"] == "PROMOTE").sum())
    if judged.empty:
        return f"No month has been judged yet; {promotions} promotions."
    months = f"{judged['label'].iloc[0]}-{judged['label'].iloc[-1]}"
    lines = [
        f"Mean RMSE in minutes, each month by the champion of its first day ({months}):",
        f"  {judged['error_before'].mean():6.2f}  the live champion, {promotions} promotions",
    ]
    if judged["static_error"].notna().any():
        lines += [f"  {judged['static_error'].astype(float).mean():6.2f}  January's model on the same rows"]
    lines += ["Reference points, Feb-Dec:", *(f"  {error:6.2f}  {name}" for name, error in REFERENCES.items())]
    return "\n".join(lines)


def _months(spark: SparkSession, schema: str, batches: list[int]) -> list[str]:
    """The month, in New York, of each batch's newest flight."""
    closed = spark.table(f"{schema}.watermarks").where("source = 'flights' and state <> 'PLANNED'").toPandas()
    newest = closed.drop_duplicates("batch_seq", keep="last").set_index("batch_seq")["hi"].reindex(batches)
    months = pd.to_datetime(newest, utc=True).dt.tz_convert("America/New_York").dt.strftime("%b")
    return [str(month) for month in months]


def _records(runs: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in runs.to_dict("records")]


def _drift(row: dict[str, Any]) -> str:
    return " ".join(part for part in (row["drift_verdict"], row["worst_column"]) if isinstance(part, str))


def _champion(row: dict[str, Any]) -> str:
    """The version that was live before the run, and the one after it where that is another."""
    before = row["champion_before"] or "-"
    after = row["champion_after"] or "-"
    return after if after == before else f"{before} > {after}"


def _error(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) and value == value else ""


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3].rsplit(' ', 1)[0]}..."
