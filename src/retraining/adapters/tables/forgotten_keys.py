"""`forgotten_keys`, their salts and the requests: which keys of a source may not be stored any more."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType, TimestampType

from retraining.adapters.tables.tables import Fence, Tables
from retraining.errors import ConcurrentRunError, ForgetError
from retraining.records.forgetting import Forgetting, KeySalt
from retraining.records.run import Run
from retraining.rules.ingest.forgotten_keys import KEY_HASH, KEY_HASH_SHA256, Forgotten, all_hashes, hashed_keys

TABLE = "forgotten_keys"
SALTS = "forgotten_key_salts"
REQUESTS = "forget_requests"

COLUMNS = StructType(
    [
        StructField("source", StringType(), nullable=False),
        StructField(KEY_HASH, StringType(), nullable=False),
        StructField("seq", LongType(), nullable=False),
        StructField("request_id", StringType(), nullable=False),
        StructField("reason", StringType(), nullable=False),
        StructField("attempt_id", StringType(), nullable=False),
        StructField("at", TimestampType(), nullable=False),
        StructField(KEY_HASH_SHA256, StringType(), nullable=True),
    ]
)
"""The columns of `forgotten_keys`."""


def read_forgotten(tables: Tables, source: str) -> Forgotten | None:
    """All keys of a source that may not be stored; None where none was ever forgotten.

    Raises ForgetError when the salt is lost: no key would be recognised, and all of them would come back.
    """
    salt = read_salt(tables, source)
    return None if salt is None else Forgotten(salt, all_hashes(_of_source(tables, source)))


def read_salt(tables: Tables, source: str) -> str | None:
    """The salt of a source, None before its first request."""
    if not tables.exists(TABLE):
        return None
    salts = tables.records(SALTS, KeySalt, source=source)
    if not salts and not _of_source(tables, source).isEmpty():
        raise ForgetError(
            f"{source}: table `{SALTS}` holds no salt, but `{TABLE}` holds keys of {source}, which are not recognised "
            f"without it. Nothing was stored. RESTORE TABLE {tables.name(SALTS)}, or bring it back from a copy."
        )
    return salts[0].salt if salts else None


def salt_of(tables: Tables, source: str, run: Run, new_salt: str) -> str:
    """The salt of a source, which new_salt becomes at the first request."""
    tables.create(TABLE, COLUMNS, append_only=True)
    tables.add_columns(TABLE, COLUMNS)
    salt = read_salt(tables, source)
    if salt is None:
        first = KeySalt(source, new_salt, run.attempt_id, run.started_at)
        tables.append_records(SALTS, [first], Fence("salt", source, 1))
    return salt or new_salt


def requests_of_keys(tables: Tables, source: str, keys: DataFrame, reason: str) -> list[str]:
    """The requests of exactly these keys (`_row_key`) for this reason, newest first."""
    salt = read_salt(tables, source)
    if salt is None:
        return []
    asked = hashed_keys(keys, salt).distinct()
    known = _of_source(tables, source).where(F.col("reason") == F.lit(reason))
    name = KEY_HASH_SHA256 if KEY_HASH_SHA256 in known.columns else KEY_HASH
    written = known.select("request_id", "seq", name)

    both = written.join(asked.select(name, F.lit(1).alias("_asked")), name, "left").groupBy("request_id")
    counted = both.agg(F.max("seq").alias("seq"), F.count(F.lit(1)).alias("_all"), F.count("_asked").alias("_same"))
    same = counted.where((F.col("_all") == F.col("_same")) & (F.col("_all") == F.lit(asked.count())))
    return [str(row[0]) for row in same.orderBy(F.col("seq").desc()).select("request_id").collect()]


def append_keys(tables: Tables, source: str, salt: str, keys: DataFrame, reason: str, run: Run) -> None:
    """Writes the hashes of keys in one commit, once a request. keys: a column for each identity, with its `_row_key`.
    Raises ConcurrentRunError when another request of the source is written at the same moment."""
    newest = _of_source(tables, source).agg(F.coalesce(F.max("seq"), F.lit(0))).collect()[0][0]
    fence = Fence("forget", source, newest + 1)
    values = {
        "source": F.lit(source),
        "seq": F.lit(fence.seq).cast("bigint"),
        "request_id": F.lit(run.run_id),
        "reason": F.lit(reason),
        "attempt_id": F.lit(run.attempt_id),
        "at": F.lit(run.started_at),
    }
    hashed = hashed_keys(keys, salt).withColumns(values)
    tables.append(TABLE, hashed.select(*COLUMNS.names), fence)
    if _of_source(tables, source).where(F.col("attempt_id") == F.lit(run.attempt_id)).isEmpty():
        raise ConcurrentRunError(
            f"{source}: another request wrote number {fence.seq} of `{TABLE}` first. Nothing of this one was stored. "
            f"Start the run again."
        )


def keys_of_request(tables: Tables, source: str, request_id: str) -> DataFrame | None:
    """A row for each key of a request, with its hashes and `seq`; None while they are not written."""
    if not tables.exists(TABLE):
        return None
    found = _of_source(tables, source).where(F.col("request_id") == F.lit(request_id))
    return None if found.isEmpty() else found


def forgotten_before_sha256(tables: Tables, source: str) -> bool:
    """Whether keys of a source were forgotten when keys had the earlier identity only."""
    if not tables.exists(TABLE):
        return False
    rows = _of_source(tables, source)
    return not (rows.where(F.col(KEY_HASH_SHA256).isNull()) if KEY_HASH_SHA256 in rows.columns else rows).isEmpty()


def read_requests(tables: Tables, source: str, request_id: str) -> list[Forgetting]:
    """What is known of a request: what was planned, then what was done."""
    rows = tables.records(REQUESTS, Forgetting, source=source, request_id=request_id)
    return sorted(rows, key=lambda row: row.state == "DONE")


def append_request(tables: Tables, row: Forgetting) -> None:
    """Writes a step of a request, once."""
    step = "plan_forgetting" if row.state == "PLANNED" else "close_forgetting"
    tables.append_records(REQUESTS, [row], Fence(step, row.source, row.seq))


def _of_source(tables: Tables, source: str) -> DataFrame:
    return tables.read(TABLE).where(F.col("source") == F.lit(source))
