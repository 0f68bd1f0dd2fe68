"""Can this principal create, write, read and drop a table here?"""

from pyspark.sql.types import StringType, StructField, StructType

from retraining.adapters.tables.tables import Fence, Tables
from retraining.errors import RetrainingError

_TABLE = "preflight_probe"


def probe_table(tables: Tables, attempt_id: str) -> None:
    """Writes one row and reads it back. Raises whatever the platform answers."""
    schema = StructType([StructField("attempt_id", StringType(), nullable=False)])
    tables.create(_TABLE, schema, append_only=False)
    try:
        tables.append(_TABLE, tables.spark.createDataFrame([(attempt_id,)], schema), Fence("preflight", attempt_id, 1))
        if not tables.read(_TABLE).where(f"attempt_id = '{attempt_id}'").count():
            raise RetrainingError(f"the row written to {tables.name(_TABLE)} is not there")
    finally:
        tables.spark.sql(f"DROP TABLE {tables.name(_TABLE)}")
