"""An error that one row caused is said without the row."""

import pytest
from pyspark.errors import ArithmeticException
from tests.loop import toy_spec

from retraining.errors import HeldBatchError, SourceError
from retraining.spec.feed import rows_feed
from retraining.steps.ingest.failed_rows import naming_failed_rows

SOURCE = {"table": "toy_source", "ledger_column": "at", "keys": ["id"]}
OF_A_FUNCTION = rows_feed(toy_spec(source={**SOURCE, "prepare": "recipes.meters.prepare"}))
OF_A_VIEW = rows_feed(toy_spec())
BY_ITSELF = ArithmeticException("Division of anna by zero", "DIVIDE_BY_ZERO", {})
IN_A_WRITE = RuntimeError(
    "Job aborted. Caused by: [CAST_INVALID_INPUT] The value 'anna' cannot be cast. SQLSTATE: 22018"
)


@pytest.mark.parametrize(
    ("feed", "error", "said"),
    [
        (OF_A_FUNCTION, BY_ITSELF, "(DIVIDE_BY_ZERO) in source.prepare `recipes.meters.prepare`."),
        (OF_A_VIEW, IN_A_WRITE, "(CAST_INVALID_INPUT) in the query of toy_source."),
    ],
    ids=["of a function", "of a view, in a write"],
)
def test_an_error_of_one_row_names_its_condition_and_the_place_and_no_value(feed, error, said):
    with pytest.raises(SourceError) as refused, naming_failed_rows(feed):
        raise error

    assert said in str(refused.value)
    assert "anna" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "error", [RuntimeError("[DELTA_CONCURRENT_APPEND] another"), HeldBatchError("[DIVIDE_BY_ZERO]")]
)
def test_another_error_passes_as_it_is(error):
    with pytest.raises(type(error)) as raised, naming_failed_rows(OF_A_VIEW):
        raise error

    assert raised.value is error
