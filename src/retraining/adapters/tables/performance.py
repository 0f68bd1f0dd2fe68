"""`performance`: how each version did, by day and slice. Written where the rows are; the driver holds none of them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.schema_of_record import columns_of_record, schema_of_record
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.performance import Basis, Performance

PERFORMANCE = "performance"


def read_performance(tables: Tables, model: str) -> DataFrame | None:
    """All rows of a model; None before the first row of any model."""
    if not tables.exists(PERFORMANCE):
        return None
    return tables.read(PERFORMANCE).where(F.col("model") == F.lit(model))


def newest_measured(tables: Tables, model: str, source: str) -> int:
    """The batch of a source up to which arrivals are measured; 0 before the first."""
    stored = read_performance(tables, model)
    if stored is None:
        return 0
    of_source = stored.where((F.col("basis") == F.lit("arrival")) & (F.col("source") == F.lit(source)))
    return int(of_source.agg(F.max("through")).collect()[0][0] or 0)


def measured_on_first_holdout(tables: Tables, model: str) -> frozenset[str]:
    """Versions that were measured on the hold-out of the first one."""
    stored = read_performance(tables, model)
    if stored is None:
        return frozenset()
    rows = stored.where(F.col("basis") == F.lit("first_holdout")).select("version").distinct().collect()
    return frozenset(row["version"] for row in rows)


def append_performance(tables: Tables, rows: DataFrame, basis: Basis, of_what: str, seq: int) -> None:
    """Stores rows in one commit, once: a repeated commit of the same basis, name and number is left out."""
    schema = schema_of_record(Performance)
    types = {each.name: each.dataType for each in schema}
    ordered = (F.col(name).cast(types[name]).alias(name) for name in columns_of_record(Performance))

    tables.create(PERFORMANCE, schema, append_only=True)
    tables.append(PERFORMANCE, rows.select(*ordered), Fence(f"performance_{basis}", of_what, seq))
