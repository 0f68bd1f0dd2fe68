"""`<batch>_scores`: the answers of a model to the rows of any table, one a key; and `batch_scorings`, what was scored
when."""

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DoubleType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from retraining.adapters.error_conditions import is_commit_conflict
from retraining.adapters.tables.ledgers_of_model import append_once
from retraining.adapters.tables.storage_faults import using_storage
from retraining.adapters.tables.tables import Fence, Tables
from retraining.errors import ConcurrentRunError, ContractError
from retraining.records.scoring import BatchScoring
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.identifiers import quoted_column

SCORINGS = "batch_scorings"
PROBABILITIES = "probabilities"


def table_of(batch: str) -> str:
    """Name of a batch table."""
    return f"{batch}_scores"


def own_columns(prediction: DataType, with_probabilities: bool) -> StructType:
    """The columns of a batch table after its keys."""
    of_class = StructField(PROBABILITIES, MapType(StringType(), DoubleType()))
    return StructType(
        [
            StructField("prediction", prediction),
            *([of_class] if with_probabilities else []),
            StructField("model_version", StringType(), nullable=False),
            StructField("run_id", StringType(), nullable=False),
            StructField("scored_at", TimestampType(), nullable=False),
            StructField("scoring", LongType(), nullable=False),
            StructField(ROW_KEY, StringType()),
            StructField(ROW_HASH, StringType(), nullable=False),
        ]
    )


def create_scores(tables: Tables, batch: str, keys: Sequence[StructField], own: StructType) -> None:
    """The table, if it is not there. Raises ContractError for one with other keys, or that is not a batch table."""
    table = table_of(batch)
    wanted = StructType([*(StructField(each.name, each.dataType, nullable=False) for each in keys), *own])
    if tables.exists(table):
        _check_columns(tables, table, wanted, len(keys))
        return
    looked_up_by = [*(each.name for each in keys), "model_version", "scoring"]
    tables.create(table, wanted, append_only=False, looked_up_by=looked_up_by)


def _check_columns(tables: Tables, table: str, wanted: StructType, keys: int) -> None:
    """Own columns are looked for by name: a class may get another type at the source, and a table stays as it was."""
    types = {each.name.lower(): each.dataType for each in tables.read(table).schema}
    own = [each.name for each in list(wanted)[keys:] if each.name.lower() not in types]
    other = [each for each in list(wanted)[:keys] if types.get(each.name.lower()) != each.dataType]
    if own:
        raise ContractError(
            f"table `{table}` is there, and is no batch table: it has no column `{own[0]}`. Nothing was scored. Give "
            f"the batch another name, or the table."
        )
    if other or len(types) != len(wanted):
        there = ", ".join(f"{name} {type_.simpleString()}" for name, type_ in list(types.items())[:keys])
        asked = ", ".join(f"{each.name} {each.dataType.simpleString()}" for each in list(wanted)[:keys])
        raise ContractError(
            f"table `{table}` has other columns than the spec's keys need. It begins with {there}; the keys are "
            f"{asked}. Nothing was scored. Give the batch another name, or drop the table: the next run scores "
            f"every row."
        )


def merge_scores(tables: Tables, batch: str, rows: DataFrame, keys: Sequence[str], seq: int) -> None:
    """Stores one row a key, in one commit. rows has the columns of the table. A row of this scoring or of a later one
    stays as it is, so that a repeated merge, or one that comes late, changes nothing. Raises ConcurrentRunError when
    another run writes to the table."""
    table = table_of(batch)
    names = tables.read(table).columns
    sent = {name: f"_sent_{place}" for place, name in enumerate(names)}
    new = rows.select(*(F.col(quoted_column(name)).alias(alias) for name, alias in sent.items()))
    same_key = reduce(and_, (F.col(quoted_column(name)) == F.col(sent[name]) for name in keys))
    values = {quoted_column(name): F.col(alias) for name, alias in sent.items()}

    try:
        with using_storage(table):
            merge = new.mergeInto(tables.name(table), same_key)
            merge = merge.whenMatched(F.col("scoring") < F.lit(seq)).update(values)
            merge.whenNotMatched().insert(values).merge()
    except Exception as err:
        if not is_commit_conflict(err):
            raise
        raise ConcurrentRunError(
            f"`{table}` was written by another run while scoring {seq} was stored in it. Start the run again: it goes "
            f"on from what is stored."
        ) from err


def scores_of(tables: Tables, batch: str, seq: int) -> DataFrame:
    """The rows that a scoring stored, and none has stored since."""
    return tables.read(table_of(batch)).where(F.col("scoring") == F.lit(seq))


def read_scorings(tables: Tables, batch: str) -> list[BatchScoring]:
    """Every step of every scoring of a batch table, oldest first."""
    rows = tables.records(SCORINGS, BatchScoring, batch=batch)
    return sorted(rows, key=lambda row: (row.seq, row.is_ended))


def append_scoring(tables: Tables, row: BatchScoring) -> None:
    """Writes a step of a scoring, once. Raises ConcurrentRunError when another run wrote it."""

    def taken() -> bool:
        there = tables.records(SCORINGS, BatchScoring, batch=row.batch, seq=row.seq)
        return any(each.is_ended == row.is_ended for each in there)

    step = "close_scoring" if row.is_ended else "open_scoring"
    append_once(tables, SCORINGS, [row], Fence(step, row.batch, row.seq), taken)


def batches_of_models(tables: Tables, models: Sequence[str]) -> list[str]:
    """Names of the batch tables that some models ever scored, in order."""
    rows = (row for model in models for row in tables.records(SCORINGS, BatchScoring, model=model))
    return sorted({row.batch for row in rows})
