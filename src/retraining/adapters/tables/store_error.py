"""What stopped a task, as a row: the last task of the run, dashboards and alerts cannot read a task's output."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from retraining.adapters.error_conditions import conditions_of
from retraining.adapters.tables.ledgers_of_model import append_error
from retraining.adapters.tables.tables import Tables
from retraining.errors import RetrainingError, cure_of
from retraining.records.event import TaskError
from retraining.records.run import Run

_log = logging.getLogger(__name__)
_MOST_LETTERS = 600


@contextmanager
def storing_errors(tables: Tables, model: str, stage: str, run: Run) -> Iterator[None]:
    """Stores an error that comes out of the block, and lets it go on. Where even that fails, the error itself is what
    counts."""
    try:
        yield
    except Exception as err:
        try:
            append_error(tables, _row(model, stage, run, err))
        except Exception as second:
            _log.warning("%s: the error of %s could not be stored (%s)", model, stage, type(second).__name__)
        raise


def _row(model: str, stage: str, run: Run, err: Exception) -> TaskError:
    return TaskError(model=model, stage=stage, error=_name(err), line=_line(err), cure=cure_of(err), **run.stamp)


def _name(err: Exception) -> str:
    condition = None if isinstance(err, RetrainingError) else next(iter(conditions_of(err)), None)
    return f"{type(err).__name__} [{condition}]" if condition else type(err).__name__


def _line(err: Exception) -> str:
    """Text of other systems may hold values of rows: [CAST_INVALID_INPUT] names one."""
    if not isinstance(err, RetrainingError):
        return f"{_name(err)}. Its text is in the task's output."
    first = (str(err).strip().splitlines() or [type(err).__name__])[0]
    return first if len(first) <= _MOST_LETTERS else f"{first[:_MOST_LETTERS]}\N{HORIZONTAL ELLIPSIS}"
