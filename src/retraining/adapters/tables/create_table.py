"""CREATE TABLE, by several runs at once and after one that was killed in the middle of it."""

import time
from collections.abc import Callable

from pyspark.sql import SparkSession

from retraining.adapters.error_conditions import PLACE_IS_TAKEN, conditions_of, is_commit_conflict
from retraining.adapters.tables.half_made_table import HalfMadeTable, find_half_made, take_away
from retraining.errors import ConcurrentRunError
from retraining.failpoints import hit

_PAUSES = (0.2, 0.8, 2.0, 4.0, 8.0)
"""Seconds between looks at a table that another run is making: a commit on a loaded machine takes a few of them."""
_ROUNDS = 2
"""After the first, what was left may be taken away: by this run, or by another one that makes the table then."""


def create_table(spark: SparkSession, schema: str, table: str, statement: str, is_known: Callable[[], bool]) -> None:
    """Runs CREATE TABLE IF NOT EXISTS, and waits while another run is making the table. What has not changed in all
    that time was left by a run that was killed: it is taken away, and the table is made.

    schema is the quoted name; is_known asks the catalogue whether it has the table. Raises ConcurrentRunError where
    another run does not end, or where what was left may hold a row.
    """
    hit("table.before_create")
    for _ in range(_ROUNDS):
        refusal, left = _try_for_a_while(spark, schema, table, statement)
        if refusal is None:
            hit("table.after_create")
            return
        if left is not None and not take_away(left, is_known):
            break
    raise ConcurrentRunError(_not_made(table, left)) from refusal


def _try_for_a_while(
    spark: SparkSession, schema: str, table: str, statement: str
) -> tuple[Exception | None, HalfMadeTable | None]:
    """Why the table was not made, None when it is there; and what was in its place, the same all the time."""
    left = None
    for pause in (0.0, *_PAUSES):
        time.sleep(pause)
        try:
            spark.sql(statement)
        except Exception as err:
            if not is_commit_conflict(err):
                raise
            refusal = err
        else:
            return None, None

        found = find_half_made(spark, schema, table) if PLACE_IS_TAKEN in conditions_of(refusal) else None
        left = found if pause == 0.0 or found == left else None
    return refusal, left


def _not_made(table: str, left: HalfMadeTable | None) -> str:
    cure = "Start the run again: it continues from what the other one left."
    if left is not None:
        cure = (
            f"If another run is going on, start this one again after it. If not, {left.folder} holds files that are "
            f"not those of a table just begun: move it away, and start the run again."
        )
    return (
        f"another run began to make `{table}` and has not ended after {_ROUNDS * sum(_PAUSES):.0f} s. Nothing of this "
        f"attempt was stored. {cure}"
    )
