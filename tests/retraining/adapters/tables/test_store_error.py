"""What stops a task is stored, and goes on."""

from dataclasses import replace

import pytest
from pyspark.errors import AnalysisException
from tests.loop import make_run

from retraining.adapters.tables.ledgers_of_model import read_errors
from retraining.adapters.tables.store_error import storing_errors
from retraining.errors import SourceError

RUN = make_run()


def stored(tables):
    return [(row.stage, row.error, row.line, row.cure) for row in read_errors(tables, "toy", {RUN.run_id})]


def fail(tables, err, run=RUN):
    with storing_errors(tables, "toy", "ingest", run):
        raise err


def test_an_error_of_ours_is_stored_with_its_first_line_and_its_cure_and_goes_on(tables):
    with pytest.raises(SourceError, match="The table is gone"):
        fail(tables, SourceError("The table is gone.\nMore of it."))

    ((stage, error, line, cure),) = stored(tables)
    assert (stage, error, line) == ("ingest", "SourceError", "The table is gone.")
    assert cure.startswith("This run stored nothing.")


def test_the_text_of_another_systems_error_is_not_stored_because_it_may_hold_values_of_rows(tables):
    with pytest.raises(AnalysisException):
        fail(tables, AnalysisException("[CAST_INVALID_INPUT] The value 'Anna' cannot be cast."))

    ((_, error, line, _),) = stored(tables)
    assert error == "AnalysisException [CAST_INVALID_INPUT]"
    assert line == "AnalysisException [CAST_INVALID_INPUT]. Its text is in the task's output."


def test_every_attempt_leaves_its_own_error(tables):
    for attempt in ("one", "two"):
        with pytest.raises(SourceError):
            fail(tables, SourceError(attempt), replace(RUN, attempt_id=attempt))

    assert sorted(line for _, _, line, _ in stored(tables)) == ["one", "two"]


def test_where_even_the_error_cannot_be_stored_the_error_itself_counts(tables, caplog):
    with pytest.raises(SourceError, match="The table is gone"):
        fail(replace(tables, schema="no_such_schema"), SourceError("The table is gone."))

    assert "the error of ingest could not be stored" in caplog.text


def test_a_block_that_ends_well_stores_nothing(tables):
    with storing_errors(tables, "toy", "ingest", RUN):
        pass

    assert stored(tables) == []
