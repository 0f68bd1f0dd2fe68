"""Whoever chooses keys cannot hide one entity behind another, and a source that began earlier goes on by its hash."""

import pytest
from pyspark.sql import functions as F
from pyspark.sql.types import StructType
from tests.loop import UNLABELLED, labelled_spec
from tests.retraining.rules.ingest.test_row_identity import MADE

from retraining.adapters.tables import forgotten_keys, key_identity
from retraining.adapters.tables.key_identity import identity_of

NINE, TEN, ELEVEN = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11))


@pytest.fixture
def began_earlier(loop):
    """A source with labels of their own, both made when keys had the earlier identity; one label waits for its row."""
    loop.spec = labelled_spec()
    loop.source_has([("a", NINE, 1.0), ("b", NINE, 2.0)], UNLABELLED)
    loop.labels_have([("a", NINE, 5.0), ("c", NINE, 7.0)])
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(key_identity, "PRESENT", "xxhash64")
        loop.ingest()
    return loop


def lengths(loop, table):
    return {row[0] for row in loop.tables.read(table).select(F.length("_row_key")).collect()}


def test_two_keys_that_were_made_to_collide_are_both_kept(loop):
    loop.source_has([(key, NINE, 1.0, 1.0) for key in MADE])

    report = loop.ingest()

    assert (report.read, report.accepted, report.quarantined) == (2, 2, 0)
    assert loop.accepted_keys() == sorted(MADE)


@pytest.mark.slow
def test_rows_labels_and_forgotten_keys_of_an_earlier_source_are_recognised(began_earlier):
    loop = began_earlier
    loop.forget("b")
    loop.source_has([("a", NINE, 1.0), ("a", TEN, 3.0), ("b", TEN, 2.0), ("c", TEN, 4.0)], UNLABELLED)

    report = loop.ingest()

    assert (report.read, report.accepted, report.already_present, report.forgotten) == (6, 2, 2, 2)
    assert (loop.accepted("x"), loop.accepted("y")) == ({"a": 3.0, "c": 4.0}, {"a": 5.0, "c": 7.0})
    assert lengths(loop, "toy_observations") == lengths(loop, "toy_labels_observations") == {32}


def test_a_source_without_rows_keeps_the_identity_by_which_keys_were_forgotten(tables):
    earlier = StructType([each for each in forgotten_keys.COLUMNS if each.nullable is False])
    tables.create("forgotten_keys", earlier, append_only=True)
    tables.spark.sql(
        f"INSERT INTO {tables.name('forgotten_keys')} VALUES ('toy', 'hash', 1, 'request', 'Why.', 'attempt', now())"
    )

    assert (identity_of(tables, "toy"), identity_of(tables, "other")) == ("xxhash64", "sha256")
