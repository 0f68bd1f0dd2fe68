"""The profile of a batch is stored once, compared with training rows and the previous batch, and reported."""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import KilledError, days, killed, toy_spec
from tests.retraining.report.pages import Seen

from retraining.adapters.tables.ledgers_of_model import read_profiles, read_rows
from retraining.records.drift import DetectorState, DriftMetric
from retraining.rules.drift.detectors.states import from_json
from retraining.stages.check_drift import check_drift

pytestmark = pytest.mark.slow

COLUMNS = "id string, at timestamp, x double, y double, c string"
SPEC = toy_spec(
    columns={"label": "y", "numeric": ["x"], "categorical": ["c"]},
    drift={
        "min_rows": 100,
        "windows": {"within": 2, "at_least": 1},
        "categorical": {"threshold": 0.3},
    },
    schedule="weekly",
)


def rows(first: int, last: int, shift: float = 0.0) -> list[tuple[object, ...]]:
    """Days of twenty rows, x moved by shift, and y with it as before."""
    made = []
    for name, at, x, y in days(first, last):
        made.append((name, at, x + shift, y + 2 * shift, random.Random(f"c{name}").choice(["a", "b"])))
    return made


@pytest.fixture(scope="module")
def story(make_loop):
    loop, moments = make_loop(), SimpleNamespace(loop=None)
    loop.spec = SPEC
    loop.source_has(rows(1, 35), COLUMNS)
    loop.ingest()
    loop.train()
    for name, first, last, shift in (("calm", 36, 45, 0.0), ("moved", 46, 55, 1.5), ("back", 56, 65, 0.0)):
        came = rows(first, last, shift)
        if name == "calm":
            came[0] = (*came[0][:4], "a person")
            came[20:26] = [(*row[:4], "new gate") for row in came[20:26]]
        loop.source_has(came, COLUMNS)
        loop.ingest()
        loop.score()
        if name == "moved":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("retraining.steps.drift.evaluate_drift.compare_batch", killed)
                with pytest.raises(KilledError):
                    loop.check(frozen=True)
        setattr(moments, name, loop.check(frozen=True).decision)
        setattr(moments, f"{name}_page", loop.report())
    moments.loop = loop
    return moments


def test_a_quiet_batch_says_why_nothing_happened(story):
    assert (story.calm.drift_verdict, story.calm.change) == ("stable", "none")
    assert story.calm.change_reason.startswith("0 of 3 columns drifted. The mean loss of 200 rows of 10 days is ")
    assert story.calm_page.news == ()


def test_features_that_move_while_the_error_does_not_are_a_virtual_change(story):
    assert (story.moved.drift_verdict, story.moved.change) == ("drifted", "virtual")
    assert str(story.moved.change_since) == "2013-02-15"
    assert "2 of 3 columns drifted: " in story.moved.change_reason


def test_the_classifier_says_what_it_lacks(story):
    assert (story.calm.domain_verdict, story.moved.domain_verdict) == ("not_enough_data", "not_enough_data")
    assert "a verdict needs 12 times as many in the reference" in story.moved.domain_reason


def test_an_incident_opens_is_told_on_the_page_and_is_resolved(story):
    (opened,), (resolved,) = story.moved_page.news, story.back_page.news

    assert (opened.kind, opened.is_open, resolved.is_open) == ("drift", True, False)
    page = Seen(story.moved_page.page).text
    assert "Drift persists. 1 of 2 feature columns drifted" in page
    assert "Since batch 3" in page
    assert "Open incidents" not in story.back_page.page


def test_a_batch_is_profiled_once_although_the_first_attempt_was_killed_behind_it(story):
    found = read_profiles(story.loop.tables, "toy", "2", 3)

    assert {(row.day, row.column_name) for row in found} == {(row.day, row.column_name) for row in found}
    assert len(found) == 10 * 4 == len({(row.day, row.column_name) for row in found})
    assert len({row.attempt_id for row in found}) == 1
    assert found[0].attempt_id != story.moved.attempt_id


def test_a_category_is_stored_by_name_only_where_several_rows_share_it(story):
    found = read_profiles(story.loop.tables, "toy", "2", 2)

    assert [each.name for row in found for each in row.unseen] == ["new gate"]
    assert sum(row.counts[-1] for row in found if row.column_name == "c") == 7


def test_each_column_is_compared_with_the_training_rows_and_with_the_previous_batch(story):
    found = [row for row in read_rows(story.loop.tables, DriftMetric, "toy") if row.batch_seq == 4]
    x = {row.against: row.verdict for row in found if row.column_name == "x"}

    assert x == {"reference": "stable", "previous_batch": "drifted"}
    assert len(found) == 2 * 4


def test_asked_again_the_decision_is_the_same_and_nothing_is_written(story):
    loop = story.loop
    before = loop.tables.read("drift_profiles").count()

    assert check_drift(replace(loop.context, spec=SPEC), frozen=True).decision == story.back
    assert loop.tables.read("drift_profiles").count() == before


def test_the_detectors_are_fed_each_labelled_row_once(story):
    states = read_rows(story.loop.tables, DetectorState, "toy")
    newest = [row for row in states if row.batch_seq == 4]

    assert [row.batch_seq for row in states] == [2] * 4 + [3] * 4 + [4] * 4
    assert [(row.rows, row.late, row.newest[:10]) for row in newest] == [(200, 0, "2013-03-06")] * 4
    assert {from_json(row.state).seen for row in newest} == {600}
    assert story.back.concept_alarm is None
