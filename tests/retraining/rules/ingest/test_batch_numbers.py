"""Batch numbers of one source are not compared with those of another."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import pytest

from retraining.records.batch import Batch
from retraining.records.change import DataFault
from retraining.records.decision import DailyLoss, Decision
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.rollback import waits_after_batch
from retraining.rules.ingest.batch_numbers import batch_numbers, from_another_source


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def row(record: type, **values):
    return record(**{**dict.fromkeys(each.name for each in fields(record)), **values})


def closed(batch_seq: int, at: datetime, **values) -> Batch:
    return row(Batch, source="shop", epoch=1, batch_seq=batch_seq, state="COMMITTED", at=at, **values)


SHOP = batch_numbers("shop", [closed(1, day(10)), closed(2, day(11))])


@dataclass(frozen=True)
class Counted:
    source: str | None
    at: datetime


@pytest.mark.parametrize(
    ("source", "at", "is_own"),
    [("shop", 1, True), ("till", 20, False), (None, 9, False), (None, 10, True), (None, 20, True)],
)
def test_a_row_without_a_source_is_of_this_one_unless_it_is_older_than_its_first_batch(source, at, is_own):
    assert SHOP.has(Counted(source, day(at))) is is_own


def test_a_rebuild_does_not_make_a_source_younger():
    rebuilt = batch_numbers("shop", [closed(1, day(10)), replace(closed(1, day(15)), epoch=2)])

    assert rebuilt.has(Counted(None, day(10)))
    assert rebuilt.closed == ((1, day(10)),)


def test_a_version_of_another_source_has_learned_no_batch_of_this_one():
    own, other = SHOP.of_manifests(
        [row(Manifest, source="shop", batch_seq=2), row(Manifest, source="till", batch_seq=7)]
    )

    assert (own.batch_seq, other.batch_seq) == (2, 0)
    assert (from_another_source(own), from_another_source(other)) == (False, True)


def test_a_decision_on_another_source_measured_no_batch_of_this_one():
    losses = (DailyLoss("3", batch_seq=7, scored_batch=7, day=None, rows=1, loss=0.5),)

    fault = DataFault(7, "x", "frozen", "7", "3", None, None, "`x` is frozen.")
    made = row(Decision, source="till", batch_seq=7, daily_losses=losses, open_faults=(fault,))

    (other,) = SHOP.of_decisions([made])

    assert (other.batch_seq, other.daily_losses, other.open_faults) == (0, (), ())


@pytest.mark.parametrize(("at", "waits_after"), [(9, 0), (10, 1), (20, 2)])
def test_after_a_rollback_under_another_source_retraining_waits_for_a_batch_that_is_closed_later(at, waits_after):
    made = row(Promotion, source="till", batch_seq=50, seq=1, outcome="ROLLBACK", at=day(at))

    assert waits_after_batch(SHOP.of_promotions([made])) == waits_after
