"""Stored rows are recognised whatever happened to the columns of their source since."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch
from retraining.rules.ingest.generations import Generations, generations_of

NOTHING = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))


def batch(number, **types):
    return replace(NOTHING, batch_seq=number, columns=tuple(types), types=tuple(types.values()))


OLD = batch(1, a="int", b="int")


@pytest.mark.parametrize(
    ("plan", "generations"),
    [
        (batch(2, a="int", b="int"), Generations((("a", "b"),))),
        (batch(2, a="int", b="int", c="int"), Generations((("a", "b"), ("a", "b", "c")))),
        (batch(2, a="int"), Generations((("a",),), ((("a",), (1,)),))),
        (batch(2, a="int", b="bigint"), Generations((("a", "b"),), ((("a", "b"), (1,)),))),
        (
            batch(2, a="int", b="bigint", c="int"),
            Generations((("a", "b"), ("a", "b", "c")), ((("a", "b"), (1,)),)),
        ),
    ],
    ids=["the same", "longer", "shorter", "wider", "wider and longer"],
)
def test_only_rows_that_were_stored_with_other_columns_or_types_are_hashed_again(plan, generations):
    assert generations_of(plan, [OLD]) == generations


def test_a_column_that_comes_back_is_compared_only_with_rows_that_had_it():
    without = batch(2, a="int")
    back = batch(3, a="int", b="int")

    assert generations_of(back, [OLD, without]) == Generations((("a",), ("a", "b")))


def test_batches_without_types_are_taken_as_they_are():
    rebuilt = replace(OLD, types=())

    assert generations_of(batch(2, a="bigint", b="int"), [rebuilt]) == Generations((("a", "b"),))
