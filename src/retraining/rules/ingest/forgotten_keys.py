"""Keys that were asked to be forgotten, recognised without saying which they are."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.rules.ingest.row_identity import ROW_KEY

FORGOTTEN = "_forgotten"
KEY_HASH = "_key_hash"

_BLOCK = 64


@dataclass(frozen=True)
class Forgotten:
    """Forgotten keys of a source. hashes has the one column `_key_hash`, each value once."""

    salt: str
    hashes: DataFrame


def keyed_hash(salt: str, row_key: Column) -> Column:
    """HMAC-SHA256 of a row key (RFC 2104) as hex digits; salt is hex digits of at most 64 bytes.

    A plain hash would tell everyone who can guess a key whether it was forgotten.
    """
    block = bytes.fromhex(salt).ljust(_BLOCK, b"\0")
    inner, outer = (F.lit(bytes(each ^ pad for each in block)) for pad in (0x36, 0x5C))
    message = F.sha2(F.concat(inner, row_key.cast("binary")), 256)
    return F.sha2(F.concat(outer, F.unhex(message)), 256)


def mark_forgotten(rows: DataFrame, forgotten: Forgotten | None) -> DataFrame:
    """Adds `_forgotten`: whether a row's key may not be stored. None: nothing was ever forgotten, and no join is
    made."""
    if forgotten is None:
        return rows.withColumn(FORGOTTEN, F.lit(False))
    hashed = rows.withColumn(KEY_HASH, keyed_hash(forgotten.salt, F.col(ROW_KEY)))
    found = hashed.join(forgotten.hashes.withColumn(FORGOTTEN, F.lit(True)), KEY_HASH, "left")
    return found.withColumn(FORGOTTEN, F.coalesce(FORGOTTEN, F.lit(False))).drop(KEY_HASH)
