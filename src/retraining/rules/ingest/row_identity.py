"""Names of rows: which entity a row is about, what it says, and where its key falls."""

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.rules.ingest.key_bytes import key_bytes

ROW_KEY = "_row_key"
ROW_HASH = "_row_hash"

Identity = Literal["xxhash64", "sha256"]
"""How a source hashes its keys. It never changes for a source that has rows, because everything that was stored or
learned under its keys is found again by them."""
IDENTITIES: tuple[Identity, ...] = ("xxhash64", "sha256")
"""The earlier one first."""
PRESENT: Identity = "sha256"
"""Of sources that begin now: two keys that share it are not known, and cannot be made."""
_DIGITS = {"xxhash64": 32, "sha256": 64}


def row_key(rows: DataFrame, keys: Sequence[str], identity: Identity) -> Column:
    """The `_row_key` of each row: hex digits that name the values of its keys."""
    if identity == "xxhash64":
        return fast_hash(keys)
    columns = [F.col(f"`{name}`") for name in keys]
    types = [field.dataType for field in rows.select(*columns).schema]
    encoded = (key_bytes(column, type_) for column, type_ in zip(columns, types, strict=True))
    return F.sha2(F.concat(*encoded), 256)


def identity_of_length(digits: int) -> Identity:
    """The identity of a stored `_row_key`, by its number of digits."""
    return next(identity for identity in IDENTITIES if _DIGITS[identity] == digits)


def fast_hash(columns: Sequence[str]) -> Column:
    """32 hex digits that name the values of the columns, as long as no one wants two rows to share a name.

    xxhash64 skips nulls, so a null flag comes before each column; two runs of it with different prefixes make 126
    bits, because at a billion rows 64 bits would let two rows share a name with a probability of about 3 %. Anyone
    who chooses the values can make two that share all 126: it is for rows of one key, and for keys of earlier sources.
    """
    return F.concat(*(F.hex(_half(columns, prefix)) for prefix in (1, 2)))


def key_number(columns: Sequence[str]) -> Column:
    """A signed 64-bit number of the values, cheap to make and to group by. Two keys may share it."""
    return _half(columns, 1)


def _half(columns: Sequence[str], prefix: int) -> Column:
    """The sign is always there, so that the hexadecimal number always has 16 digits: to fill it up costs as much as the
    hash."""
    return F.xxhash64(F.lit(prefix), *_flagged(columns)).bitwiseOR(F.lit(-(2**63)))


def set_hash(columns: Sequence[str]) -> Column:
    """An aggregate that, beside the count, names a set of rows whatever their order. Decimals, because a sum of 64-bit
    hashes overflows."""
    return F.coalesce(F.sum(F.xxhash64(*_flagged(columns)).cast("decimal(38,0)")), F.lit(0))


def _flagged(columns: Sequence[str]) -> list[Column]:
    return [part for name in columns for part in (F.col(f"`{name}`").isNull(), F.col(f"`{name}`"))]


def bucket(purpose: str, size: int) -> Column:
    """A number in [0, size) that depends on the row's key and the purpose alone."""
    return F.pmod(F.xxhash64(F.lit(purpose), F.col(ROW_KEY)), F.lit(size))
