"""Example pages of what a person must understand at a glance: one model for each kind of day.

    PYTHONPATH=src python docs/screenshots/example_stories.py folder

`make screenshots` takes pictures of some of them.
"""

import sys
from dataclasses import replace
from pathlib import Path

from example_pages import LOOP, batch, decision, event, example_page, gate_results, promotion, write_pages

from retraining.records.batch import RuleCount
from retraining.records.event import Event, Incident, TaskError
from retraining.report.page_data import PageData

LAST = 8
"""Place of the newest run of the example."""
REFUSED = "quality.batch.max_quarantined_share: 21.3% of the rows were quarantined, at most 10.0% may be."
FAULT = (
    "`distance` has values about 0.001 times the reference's, as if its unit had changed: mean 1.04 against 1,040, "
    "standard deviation 0.73 against 733."
)
LACKING = (
    "RMSE 11.9 against 12.1 of the champion on 5,402 rows of 7 days: gain +1.6%, 95 % bounds -14.2% to +17.4%; it "
    "needs more than -5.0% and an upper bound of at least 0. But a refresh must be shown to gain more than -10.0%, and "
    "these days show a lower bound of -11.9% (90 %). These days say as much as 2.1 independent ones: the "
    "correlation of a day with the next is at most 0.60, as 60 days show. To show a difference of 10.0% takes about "
    "13 days."
)


def main(folder: Path) -> None:
    """Writes the page of every story, and the index over them."""
    write_pages(folder, [example_page(), *stories()])


def stories() -> list[PageData]:
    """One model for each kind of day."""
    return [
        *(data_fault(), failed_run(), held_batch(), rolled_back(), first_run(), quiet_run()),
        *(not_enough_evidence(), waiting(), frozen()),
    ]


def data_fault() -> PageData:
    """A feature came in another unit: nothing was trained."""
    kept = ("Batch 9 has a certain data fault, so nothing is trained on it.", FAULT)
    broken = dict(change="data_fault", change_reason=FAULT, change_response="Repair the source; do not train on them.")
    line = f"data_fault: The newest batch looks broken. {FAULT} Since batch 9. Next: version 9 stays live."
    incident = Incident("data_fault", "data_fault", 9, "1", event(LAST).at, 9, "1", None, line)
    page = _model("data_fault", replace(event(LAST), **_kept(kept[0]), error_before=34.7))
    moved = [replace(row, fault=FAULT, verdict="drifted") if _is_newest(row) else row for row in page.drift]
    made = replace(decision(), action="keep", reasons=kept, realised_error=34.7, **broken)
    return replace(page, decision=made, gate_results=(), incidents=(incident,), drift=tuple(moved))


def failed_run() -> PageData:
    """One task failed, the others did not start."""
    nothing = dict(action=None, first_reason=None, drift_verdict=None, error_before=None, champion_before="9")
    ended = dict(outcome="FAILED", failed_tasks=("score",), skipped_tasks=LOOP[2:], champion_after="9", gate=None)
    error = TaskError(
        model="failed_run",
        stage="score",
        error="TamperedModelError",
        line="failed_run version 9: the file model.pkl differs from what was registered. Nothing was loaded.",
        cure="Nothing was loaded, and no alias moved. Find out who changed the files, and put them back. Or `rollback` "
        "to another version, if it is the champion.",
        run_id="1",
        attempt_id="example",
        at=event(LAST).at,
    )
    page = _model("failed_run", replace(event(LAST), **nothing, **ended, gate_sentence=None, candidate_version=None))
    return replace(page, decision=None, gate_results=(), errors=(error,), detectors=())


def held_batch() -> PageData:
    """A fifth of the newest batch was refused."""
    reasons = (RuleCount("distance_in_range", 5_152), RuleCount("label_missing", 771))
    refused = dict(rows_accepted=21_900, rows_quarantined=5_927, refusals=reasons)
    held = replace(batch(LAST), state="HELD", held_because=(REFUSED,), **refused)
    kept = "0 labelled rows are new since the last training; policy.min_new_rows wants 1,000."
    page = _model("held_batch", replace(event(LAST), **_kept(kept), **refused))
    made = replace(decision(), action="keep", reasons=(kept,), new_labelled_rows=0)
    return replace(page, decision=made, gate_results=(), batch=held, batches=(*page.batches[:-1], held))


def rolled_back() -> PageData:
    """A person went back to the version before."""
    back = dict(outcome="ROLLBACK", champion_before="12", champion_after="9", tasks=("roll_back",), action=None)
    nothing = dict(rows_read=0, rows_accepted=0, rows_quarantined=0, refusals=(), error_before=None, gate=None)
    after = replace(event(LAST), **back, **nothing, first_reason=None, gate_sentence=None, candidate_version=None)
    decided = replace(promotion(LAST), outcome="ROLLBACK", version="9", previous_version="12", request_id="1")
    reason = "Delays of one carrier are predicted far too low since Monday."
    page = _model("rolled_back", replace(after, run_id="8801340575001"), event(LAST))
    told = dict(promotion=replace(decided, reasons=(reason,)), decision=None, gate_results=(), batch=None, samples=())
    return replace(page, **told, task_states={"roll_back": "success"})


def first_run() -> PageData:
    """Two months of rows, and a first champion."""
    run = replace(event(0), model="first_run", candidate_version="1", champion_after="2", gate="passed")
    told = (
        "RMSE 11.6 against 68.3 of the trivial predictor on 6,210 rows of 7 days: gain +83.0%; it needs a lower bound "
    )
    told += "above 0."
    why = "There is no champion yet; 26,871 labelled rows to train the first one on."
    run = replace(run, gate_sentence=told, first_reason=why)
    gain = replace(gate_results()[1], question="first", candidate_version="1", champion_version=None, value=0.83)
    gain = replace(gain, lower=0.81, upper=0.85, threshold=0.0, sentence=told, baseline_error=68.3, holdout_rows=6_210)
    made = replace(decision(), champion_version=None, reasons=(why,), realised_error=None, expected_error=None)
    made = replace(made, champion_age_days=None, last_fit_seconds=None, drift_reason=None, previous_reason=None)
    page = PageData((run,), "rmse", "air_time", example_page().features, batch=batch(0), batches=(batch(0),))
    return replace(page, decision=made, gate_results=(gain,))


def quiet_run() -> PageData:
    """Nothing came in."""
    nothing = dict(rows_read=0, rows_accepted=0, rows_quarantined=0, refusals=(), watermark_lag_days=2.3)
    kept = "0 labelled rows are new since the last training; policy.min_new_rows wants 1,000."
    page = _model("quiet_run", replace(event(LAST), **_kept(kept), **nothing), event(LAST))
    made = replace(decision(), action="keep", reasons=(kept,), new_labelled_rows=0)
    return replace(page, decision=made, gate_results=(), batch=None, samples=())


def not_enough_evidence() -> PageData:
    """A week of days cannot tell the candidate from the champion."""
    judged = dict(outcome="REJECT", gate="not_enough_evidence", champion_after="9", candidate_version="13")
    page = _model("not_enough_evidence", replace(event(LAST), **judged, gate_sentence=LACKING))
    gain = replace(gate_results()[1], verdict="not_enough_evidence", value=0.016, lower=-0.142, upper=0.174)
    gain = replace(gain, candidate_version="13", sentence=LACKING, holdout_rows=5_402, holdout_blocks=7)
    return replace(page, gate_results=(gain,))


def waiting() -> PageData:
    """A candidate passed the gate, and a person must answer."""
    page = _model("waiting_approval", replace(event(LAST), outcome="PENDING", champion_after="9"))
    return replace(page, promotions=page.promotions[:-1])


def frozen() -> PageData:
    """An operator froze the model."""
    why = "On 2013-09-12 08:10 UTC an operator froze the model: nothing is trained until the job unfreeze."
    page = _model("frozen_model", replace(event(LAST), **_kept(why)))
    made = replace(decision(), action="keep", reasons=(why,), frozen=True, frozen_reason=why)
    return replace(page, decision=made, gate_results=())


def _model(name: str, run: Event, *before: Event) -> PageData:
    """The example under another name, with another newest run."""
    page = example_page()
    events = tuple(replace(each, model=name) for each in (*page.events[:-1], *before, run))
    return replace(page, events=events, promotions=page.promotions[:-1] if not before else page.promotions)


def _kept(why: str) -> dict[str, object]:
    kept = dict(outcome="KEEP", action="keep", first_reason=why, gate=None, gate_sentence=None)
    return {**kept, "candidate_version": None, "champion_before": "9", "champion_after": "9"}


def _is_newest(row: object) -> bool:
    return (row.batch_seq, row.column_name) == (LAST + 1, "distance")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
