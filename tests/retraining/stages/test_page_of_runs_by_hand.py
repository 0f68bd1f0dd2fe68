"""Notebooks run by hand have a run id each; the page after them is about all of them together."""

from dataclasses import replace

import pytest
from tests.loop import days, make_run

from retraining.stages.ingest import ingest
from retraining.stages.report import report


@pytest.mark.slow
def test_a_page_by_hand_shows_what_notebooks_by_hand_did_since_the_last_page(loop):
    loop.source_has(days(1, 14))
    stages = (lambda: ingest(loop.context, loop.source), loop.check, loop.retrain, loop.promote)
    for number, stage in enumerate(stages, start=1):
        loop.run = make_run(f"by_hand_{number}", f"2013-01-15T0{number}:00")
        stage()

    first = report(replace(loop.context, run=make_run("by_hand_5", "2013-01-15T05:00")))
    second = report(replace(loop.context, run=make_run("by_hand_6", "2013-01-15T06:00")))

    assert (first.event.outcome, first.event.champion_after, first.event.rows_accepted) == ("PROMOTE", "2", 280)
    assert first.event.gate == "passed"
    assert "No batch was closed by hand since the last page." in second.page
