"""Where the days cannot tell, the next look of a weekly loop has more of them."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.loop import toy_spec

from retraining.adapters.tables.batches import UsableBatches
from retraining.records.decision import Evidence
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.rules.ingest.batch_numbers import BatchNumbers
from retraining.rules.ingest.ledger import Ledger
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.decide.evidence import Measurements, Wishes, collect_evidence

AT = datetime(2013, 1, 1, tzinfo=UTC)
LEARNED = date(2013, 3, 1)
"""The newest day that the champion has learned."""


def row(record: type, **values):
    """A row of a control table, with nothing else in it."""
    return record(**{**dict.fromkeys(each.name for each in fields(record)), "at": AT, **values})


CHAMPION = row(
    Manifest,
    source="toy",
    version="2",
    batch_seq=1,
    state="REGISTERED",
    role="candidate",
    retrain_key="k",
    trained_until="2013-03-01T20:00:00.000000Z",
)
UNCLEAR = row(GateResult, check="gain", champion_version="2", verdict="not_enough_evidence", lower=-0.2, upper=0.1)
WORSE = replace(UNCLEAR, verdict="failed", lower=-0.4, upper=-0.1)
PROMOTED = replace(UNCLEAR, verdict="passed")
OF_THE_CHAMPION_BEFORE = replace(UNCLEAR, champion_version="1")


def at_look(whole: int, *results: GateResult) -> Evidence:
    """That number of whole days after the champion's data, and a later day that is still arriving."""
    days = [LEARNED + timedelta(days=each) for each in range(1, whole + 2)]
    watermark = f"{days[-1]}T20:00:00.000000Z"
    source = IngestedSource(
        "toy", Ledger("at", "timestamp"), UsableBatches(3, ()), watermark, None, BatchNumbers("toy", AT), ()
    )
    history = ModelHistory("toy", manifests=[CHAMPION], gate_results=results)
    measured = Measurements((), dict.fromkeys(days, 20))
    return collect_evidence(toy_spec(schedule="weekly"), source, history, CHAMPION, measured, Wishes())


def judging(evidence: Evidence) -> int:
    assert evidence.holdout_days is not None
    assert evidence.days_to_learn is not None
    return evidence.holdout_days - evidence.days_to_learn


def test_the_days_that_judge_add_up_from_one_look_to_the_next_until_they_can_tell():
    looks = [at_look(13), *(at_look(13 + 7 * later, UNCLEAR) for later in (1, 2, 3, 4))]

    assert [judging(each) for each in looks] == [6, 10, 14, 17, 21]
    assert [each.days_to_learn for each in looks] == [7, 10, 13, 17, 20]


@pytest.mark.parametrize(
    "newest", [WORSE, PROMOTED, OF_THE_CHAMPION_BEFORE], ids=["worse", "let through", "of the champion before"]
)
def test_a_verdict_that_was_clear_or_is_of_another_champion_asks_for_no_more_days(newest):
    assert judging(at_look(20, UNCLEAR, newest)) == 6
