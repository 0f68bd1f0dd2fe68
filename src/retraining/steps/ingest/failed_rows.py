"""Where a value of a source's row cannot be calculated, Spark stops at the row, and quotes it. What stops here is never
a rule: it is the user's own function, or the query of a view."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import PythonException

from retraining.adapters.error_conditions import conditions_of
from retraining.errors import RetrainingError, SourceError
from retraining.spec.feed import Feed

_OF_ONE_ROW = frozenset(
    (
        *("ARITHMETIC_OVERFLOW", "BINARY_ARITHMETIC_OVERFLOW", "CAST_INVALID_INPUT", "CAST_OVERFLOW", "DIVIDE_BY_ZERO"),
        *("DATETIME_OVERFLOW", "DATETIME_FIELD_OUT_OF_BOUNDS", "CANNOT_PARSE_TIMESTAMP", "CONVERSION_INVALID_INPUT"),
        *("INTERVAL_ARITHMETIC_OVERFLOW", "INTERVAL_DIVIDED_BY_ZERO", "INVALID_ARRAY_INDEX", "INVALID_INDEX_OF_ZERO"),
        *("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "NUMERIC_VALUE_OUT_OF_RANGE", "REMAINDER_BY_ZERO"),
        *("USER_RAISED_EXCEPTION", "COLLECTION_SIZE_LIMIT_EXCEEDED", "FAILED_EXECUTE_UDF"),
    )
)
"""Spark's error conditions that one row causes."""


@contextmanager
def naming_failed_rows(feed: Feed) -> Iterator[None]:
    """Turns an error that one row caused into a SourceError without its values: they must not reach a log."""
    try:
        yield
    except RetrainingError:
        raise
    except Exception as err:  # of another class on each lane, and when a write fails
        condition = _condition_of(err)
        if condition is None:
            raise
        where = (
            f"source.prepare `{feed.source.prepare}`" if feed.source.prepare else f"the query of {feed.source.origin}"
        )
        raise SourceError(
            f"{feed.model}: a value of a row of {feed.source.origin} cannot be calculated ({condition}) in {where}. No "
            f"row of its batch was stored; a plan that is open is finished by the next run. Write the try_ form there "
            f"(try_divide, try_cast, ...): the value is null then, and a quality rule can keep the row out."
        ) from None  # the values would be printed as its cause


def _condition_of(err: Exception) -> str | None:
    """The condition of a row, wherever it is in the error: a failed write quotes it in its own."""
    if isinstance(err, PythonException):
        return "PYTHON_FUNCTION"
    main = (each.partition(".")[0] for each in conditions_of(err))
    return next((each for each in main if each in _OF_ONE_ROW), None)
