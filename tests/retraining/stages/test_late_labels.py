"""Labels that come after their rows: the champion is judged on its predictions from when the rows arrived."""

import pytest
from tests.loop import UNLABELLED, days, labelled_spec, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.decision import Decision
from retraining.steps.performance.daily_losses import losses_of

pytestmark = pytest.mark.slow


def test_a_late_label_judges_the_prediction_that_was_made_when_its_row_arrived(loop):
    loop.spec = toy_spec()
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    champion = loop.alias("champion")
    loop.source_has([(*row[:3], None) for row in days(15, 16)])
    loop.ingest()
    loop.score()
    unlabelled = loop.check().decision
    loop.source_has([(row[0], f"2013-01-17 {place % 20:02d}:00", *row[2:]) for place, row in enumerate(days(15, 16))])
    loop.ingest()
    loop.score()

    labelled = loop.check().decision

    assert (unlabelled.realised_error, unlabelled.daily_losses) == (None, ())
    assert (labelled.champion_version, labelled.realised_error_rows) == (champion, 40)
    assert 0.05 < labelled.realised_error < 0.2  # the noise of the rows
    assert [(each.version, each.batch_seq, each.scored_batch) for each in labelled.daily_losses] == [(champion, 3, 2)]
    stored = read_rows(loop.tables, Decision, "toy")
    assert losses_of(stored) == list(labelled.daily_losses)


def test_labels_of_their_own_table_judge_the_prediction_that_was_made_when_the_row_arrived(loop):
    loop.spec = labelled_spec()
    first, second = days(1, 14), days(15, 16)
    loop.source_has([row[:3] for row in first], UNLABELLED)
    loop.labels_have([(row[0], row[1], row[3]) for row in first])
    loop.ingest()
    loop.train()
    champion = loop.alias("champion")
    loop.source_has([row[:3] for row in second], UNLABELLED)
    loop.ingest()
    loop.score()
    unlabelled = loop.check().decision
    loop.labels_have([(row[0], "2013-01-17 12:00", row[3]) for row in second])
    loop.ingest()
    scored = loop.score()

    labelled = loop.check().decision

    assert (unlabelled.realised_error_rows, unlabelled.new_labelled_rows) == (0, 0)
    assert (scored.rows, labelled.realised_error_rows, labelled.new_labelled_rows) == (0, 40, 40)
    assert 0.05 < labelled.realised_error < 0.2  # the noise of the rows
    losses = [(each.version, each.batch_seq, each.scored_batch, each.rows) for each in labelled.daily_losses]
    assert losses == [(champion, 3, 2, 20)] * 2


def test_while_labels_are_missing_an_error_is_estimated_from_those_that_came(loop):
    loop.spec = toy_spec()
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    for first, last, labels in ((15, 24, True), (25, 44, True), (45, 54, False)):
        loop.source_has([row if labels else (*row[:3], None) for row in days(first, last)])
        loop.ingest()
        loop.score()
        if last == 24:
            early = loop.check(frozen=True).decision
    report = loop.check(frozen=True)

    found = report.decision
    assert (early.estimated_error, early.estimate_reason) == (None, None)
    assert found.realised_error is None
    assert 0.05 < found.estimated_error < 0.2  # the noise of the rows
    assert found.estimate_reason.startswith("An RMSE of 0.1")
    assert "estimated for 200 rows that wait for their labels" in report.summary
    assert "estimated for 200 rows that wait for their labels" in loop.report().page
