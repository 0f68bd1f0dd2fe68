"""Tables without versions as the toy's source: a view, parquet files, and a table of another system."""

from tests.loop import COLUMNS, Loop

DERBY = "org.apache.derby.iapi.jdbc.AutoloadedDriver"  # a database that comes with Spark


def read_view(loop: Loop) -> None:
    """A view over a Delta table."""
    loop.tables.spark.sql(f"CREATE TABLE {loop.tables.name('toy_rows')} ({COLUMNS}) USING delta")
    loop.tables.spark.sql(f"CREATE VIEW {loop.source} AS SELECT * FROM {loop.tables.name('toy_rows')}")


def read_parquet(loop: Loop) -> None:
    """A table of parquet files."""
    loop.tables.spark.sql(f"CREATE TABLE {loop.source} ({COLUMNS}) USING parquet")


def read_jdbc(loop: Loop) -> None:
    """A table of another database."""
    options = {"url": f"jdbc:derby:memory:{loop.tables.schema};create=true", "dbtable": "TOY", "driver": DERBY}
    loop.tables.spark.createDataFrame([], COLUMNS).write.format("jdbc").options(**options).save()
    listed = ", ".join(f"{key} '{value}'" for key, value in options.items())
    loop.tables.spark.sql(f"CREATE TABLE {loop.source} USING jdbc OPTIONS ({listed})")


KINDS = {"view": read_view, "parquet": read_parquet, "jdbc": read_jdbc}


def insert(loop: Loop, rows: list[tuple[object, ...]]) -> None:
    """Adds rows; a view has its rows from elsewhere."""
    there = "toy_rows" if loop.tables.exists("toy_rows") else "toy_source"
    values = ", ".join(f"('{id_}', {_time(at)}, {x}D, {y}D)" for id_, at, x, y in rows)
    loop.tables.spark.sql(f"INSERT INTO {loop.tables.name(there)} VALUES {values}")


def _time(at: object) -> str:
    return f"TIMESTAMP '{at}'" if at else "CAST(NULL AS TIMESTAMP)"
