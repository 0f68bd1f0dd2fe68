"""Keys that were asked to be forgotten, recognised without saying which they are."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.rules.ingest.row_identity import ROW_KEY, Identity

KEY_HASH = "_key_hash"
KEY_HASH_SHA256 = "_key_hash_sha256"
"""Of a key by its other identity: a table is searched by the one that its rows have."""

_BLOCK = 64


@dataclass(frozen=True)
class Forgotten:
    """Forgotten keys of a source. hashes has the one column `_key_hash`, each value once: of a key one for each
    identity."""

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


COLUMN_OF: dict[Identity, str] = {"xxhash64": KEY_HASH, "sha256": KEY_HASH_SHA256}
"""Where the hash of a key is, by the identity of the key."""


def hashed_keys(keys: DataFrame, salt: str) -> DataFrame:
    """The salted hashes of keys, a row each. keys: a column for each identity, with its `_row_key`."""
    return keys.select(*(keyed_hash(salt, F.col(name)).alias(column) for name, column in COLUMN_OF.items()))


def all_hashes(hashed: DataFrame) -> DataFrame:
    """The hashes in one column `_key_hash`, each once. Keys that were forgotten earlier have one hash only."""
    there = [F.col(column) for column in COLUMN_OF.values() if column in hashed.columns]
    each = hashed.select(F.explode(F.array(*there)).alias(KEY_HASH))
    return each.where(F.col(KEY_HASH).isNotNull()).distinct()


def only_forgotten(rows: DataFrame, forgotten: Forgotten) -> DataFrame:
    """The rows whose `_row_key` is forgotten."""
    return _hashed(rows, forgotten).join(forgotten.hashes, KEY_HASH, "left_semi").drop(KEY_HASH)


def without_forgotten(rows: DataFrame, forgotten: Forgotten) -> DataFrame:
    """The rows whose `_row_key` is not forgotten."""
    return _hashed(rows, forgotten).join(forgotten.hashes, KEY_HASH, "left_anti").drop(KEY_HASH)


def _hashed(rows: DataFrame, forgotten: Forgotten) -> DataFrame:
    return rows.withColumn(KEY_HASH, keyed_hash(forgotten.salt, F.col(ROW_KEY)))
