"""The commands of a page are ones that can be typed: jobs that exist, with parameters that they have."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from local_workspace.bundle.bundle import read_bundle
from local_workspace.commands.command import pairs
from local_workspace.run.checked_jobs import checked_jobs
from retraining.records.change import DataFault
from retraining.report.headline import headlines
from retraining.report.page import render_run_page
from retraining.report.page_data import PageData

from .pages import AT, batch, decision, event, promoted
from .test_headline import HELD, incident, kept

BUNDLE = read_bundle(Path(__file__).parents[3])


def fault(seq=3, **values):
    known = dict(champion_version="2", first_day=None, last_day=None, detail="7", sentence="`x` is frozen at 7.")
    return DataFault(**{**known, "batch_seq": seq, "column_name": "x", "fault": "frozen", **values})


def faulty(*faults):
    return replace(decision("Nothing is trained."), open_faults=faults)


ASKED = replace(promoted(("PROMOTE", "2"))[0], outcome="PENDING", candidate_version="3", retrain_key="k")
PAGES = {
    "a fault": PageData((kept(),), "rmse", incidents=(incident(),), decision=faulty(fault())),
    "faults of two batches": PageData((kept(),), "rmse", incidents=(incident(),), decision=faulty(fault(3), fault(4))),
    "a fault that is not certain": PageData((kept(),), "rmse", incidents=(incident(),)),
    "a held batch": PageData((kept(),), "rmse", batches=(batch(3), HELD)),
    "a rollback": PageData((kept(outcome="ROLLBACK"),), "rmse"),
    "a candidate that waits": PageData((kept(outcome="PENDING", candidate_version="3"),), "rmse"),
    "one that waited before": PageData((kept(run_id="102"),), "rmse", promotions=(ASKED,)),
    "a better previous champion": PageData((kept(previous_wins=True),), "rmse"),
}


def lines(data):
    return [each.line for status in headlines(data) for each in status.commands]


@pytest.mark.parametrize("name", PAGES)
def test_each_starts_a_job_of_the_bundle_for_the_model_of_the_page_and_asks_for_a_reason(name):
    found = lines(PAGES[name])

    assert found
    for line in found:
        launcher, run, job, option, *texts = shlex.split(line)
        parameters = pairs(option, texts)
        assert (launcher, run, option) == ("./workspace", "run", "--params")
        assert checked_jobs(BUNDLE, job, parameters)
        assert (parameters["model"], parameters["reason"]) == ("flights", "...")


def test_a_fault_has_one_for_each_thing_that_may_be_true():
    assert lines(PAGES["a fault"]) == [
        './workspace run repair --params model=flights,action=replay,batch_seq=3,reason="..."',
        './workspace run repair --params model=flights,action=abandon,batch_seq=3,reason="..."',
        './workspace run release_retraining --params model=flights,reason="..."',
    ]


def test_faults_of_several_batches_are_withdrawn_one_by_one():
    numbers = [line.partition("batch_seq=")[2][:1] for line in lines(PAGES["faults of two batches"])]

    assert numbers == ["3", "4", ""]


def test_in_a_workspace_they_are_those_of_its_command_line():
    found = lines(replace(PAGES["a held batch"], in_workspace=True))

    assert found[0] == (
        'databricks bundle run release_batch -t <target> --params model=flights,batch_seq=4,reason="..."'
    )


def test_the_page_shows_them_as_they_are_typed():
    page = render_run_page(PAGES["a held batch"])

    assert "<code>./workspace run release_batch --params model=flights,batch_seq=4," in page
    assert "The rows are good:" in page


def test_a_run_that_asks_for_nothing_has_none():
    assert lines(PageData((event(at=AT),), "rmse")) == []
