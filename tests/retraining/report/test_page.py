"""The page of a run."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retraining.records.event import Event
from retraining.report.page import render_page

FIRST = Event(
    run_id="101",
    model="flights_air_time",
    outcome="PROMOTE",
    batch_seq=1,
    rows_read=27_004,
    rows_accepted=26_398,
    rows_quarantined=606,
    rows_already_present=0,
    champion_before=None,
    error_before=None,
    action="refit",
    first_reason="There is no champion yet.",
    candidate_version="1",
    gate="passed",
    gate_sentence="RMSE 12.5 against 90.1.",
    champion_after="2",
    failed_tasks=(),
    attempt_id="a",
    at=datetime(2013, 2, 1, 6, 0, tzinfo=UTC),
)
SECOND = replace(FIRST, run_id="102", champion_before="2", error_before=12.345678, at=datetime(2013, 3, 1, tzinfo=UTC))
IDLE = replace(
    SECOND,
    run_id="103",
    outcome="KEEP",
    batch_seq=None,
    action=None,
    first_reason=None,
    candidate_version=None,
    gate=None,
    gate_sentence=None,
    champion_after=None,
)
FAILED = replace(IDLE, run_id="104", outcome="FAILED", failed_tasks=("ingest", "score"))

RUNS = re.compile(r"<tr><td>(\w+)</td>")


def absent(page: str, *texts: str) -> list[str]:
    return [text for text in texts if text not in page]


def test_the_page_of_a_first_run_says_what_came_in_and_what_was_decided():
    page = render_page([FIRST])

    assert (
        absent(
            page,
            "<h1>flights_air_time: promote</h1>",
            "Run 101, 2013-02-01 06:00 UTC",
            "27,004 read",
            "26,398 accepted, 606 quarantined, 0 already present",
            "not known yet",
            "no champion yet",
            "There is no champion yet.",
            "<b>passed</b>RMSE 12.5 against 90.1.",
            "<b>version 2</b>",
        )
        == []
    )


def test_the_newest_run_comes_first():
    assert RUNS.findall(render_page([FIRST, SECOND, IDLE])) == ["103", "102", "101"]


def test_the_page_is_about_the_newest_run():
    assert "<title>flights_air_time: run 102</title>" in render_page([FIRST, SECOND])


def test_an_error_of_zero_is_an_error():
    assert "<b>0</b>\n    version 2" in render_page([replace(SECOND, error_before=0.0)])


def test_failed_tasks_are_named():
    assert "Failed: ingest, score. What was decided before still stands." in render_page([SECOND, FAILED])


def test_without_failures_none_is_mentioned():
    assert "Failed:" not in render_page([FAILED, SECOND])


@pytest.mark.parametrize("field", ["model", "run_id", "first_reason", "gate_sentence", "champion_after"])
def test_text_from_tables_cannot_become_markup(field):
    page = render_page([replace(SECOND, **{field: "<script>alert(1)</script>"})])

    assert ("<script>" in page, "&lt;script&gt;alert(1)&lt;/script&gt;" in page) == (False, True)


def test_a_task_name_cannot_become_markup():
    assert "<b onclick" not in render_page([replace(FAILED, failed_tasks=("<b onclick=x>",))])


def test_the_page_asks_nobody_for_anything():
    page = render_page([FIRST, SECOND, FAILED])

    assert re.findall(r"https?://|\bsrc=|\bhref=|url\(|@import|<script|<link", page) == []


def test_a_run_that_did_nothing_has_a_page():
    assert absent(render_page([IDLE]), "<b>none</b>", "<b>not asked</b>") == []
