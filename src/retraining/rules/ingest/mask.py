"""What a value looks like, without saying it: for people who look at quarantined rows."""

from pyspark.sql import Column
from pyspark.sql import functions as F

_MOST_SHOWN = 40
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")


def masked(column: str) -> Column:
    """Letters as x, digits as 9, what cannot be printed as ?, at most 40 characters; null where there is no value.

    NaN and the infinities are themselves, because they are what is wrong with a number.
    """
    text = F.col(f"`{column}`").try_cast("string")
    shown = F.substring(text, 1, _MOST_SHOWN)
    for pattern, sign in ((r"[\p{L}\p{M}]", "x"), (r"\p{N}", "9"), (r"[^\x20-\x7E]", "?")):
        shown = F.regexp_replace(shown, pattern, sign)
    shown = F.concat(shown, F.when(F.length(text) > _MOST_SHOWN, F.lit("...")).otherwise(F.lit("")))
    return F.when(text.isin(*_NOT_NUMBERS), text).otherwise(shown)
