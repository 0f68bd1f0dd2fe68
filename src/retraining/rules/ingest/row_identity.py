"""Null-safe hashes of rows."""

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

ROW_KEY = "_row_key"
ROW_HASH = "_row_hash"


def identity_hash(columns: Sequence[str]) -> Column:
    """32 hex digits that name the values of the columns.

    xxhash64 skips nulls, so a null flag comes before each column; two runs of it with different prefixes make 126
    bits, because at a billion rows 64 bits would let two entities share a name with a probability of about 3 %.
    """
    return F.concat(*(F.hex(_half(columns, prefix)) for prefix in (1, 2)))


def identity_number(columns: Sequence[str]) -> Column:
    """The first half of their identity_hash, as a signed 64-bit number: cheap to group by, but two entities may share
    it."""
    return _half(columns, 1)


def number_of(identity: Column) -> Column:
    """The identity_number of an identity_hash."""
    return F.conv(F.substring(identity, 1, 16), 16, -10).cast("bigint")


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
