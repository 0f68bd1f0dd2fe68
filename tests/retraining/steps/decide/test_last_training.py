"""After what rows are new, and what the gate asks of a copy: read from the control rows alone."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from tests.loop import toy_spec
from tests.retraining.rules.history import promoted

from retraining.records.version import Manifest
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.decide.attempts import attempt_evidence, last_training
from retraining.steps.gate.judge_candidate import question_of

NOTHING = Manifest(**{**dict.fromkeys(each.name for each in fields(Manifest)), "state": "REGISTERED"})
BACK = (("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"))


def made(version: str, day: int, batch_seq: int, role: str = "candidate") -> Manifest:
    at = datetime(2013, 1, day, tzinfo=UTC)
    learned = dict(batch_seq=batch_seq, retrain_key=f"key of {version}", learning_hash="same", spec_hash="spec")
    return replace(NOTHING, version=version, role=role, at=at, **learned)


FIRST, SECOND, AFTER = made("1", 1, 1), made("2", 2, 2), made("3", 5, 2)
REFIT, COPY = made("4", 6, 3, "refit"), made("5", 7, 3, "copied")


@pytest.mark.parametrize(
    ("manifests", "moves", "champion", "version"),
    [
        ([], (), None, None),
        ([FIRST, SECOND], BACK, FIRST, "2"),
        ([FIRST, SECOND], (*BACK, ("RELEASED", "1")), FIRST, "1"),
        ([FIRST, SECOND, AFTER], (*BACK, ("RELEASED", "1"), ("REJECT", "3")), FIRST, "3"),
        ([FIRST, SECOND], BACK[:1], FIRST, "1"),
        ([FIRST, SECOND, REFIT], BACK[:2], REFIT, "2"),
        ([FIRST, SECOND, COPY], BACK[:2], SECOND, "2"),
        ([FIRST, SECOND, COPY], BACK[:2], COPY, "5"),
    ],
    ids=["nothing", "left", "released", "fitted since", "not judged", "refit", "copy refused", "copy live"],
)
def test_rows_are_new_after_the_last_fit_unless_it_was_left_and_released_or_a_copy_went_live(
    manifests, moves, champion, version
):
    found = last_training(ModelHistory("toy", manifests=manifests, promotions=promoted(*moves)), champion)

    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("candidate", "champion", "question"),
    [(AFTER, SECOND, "refresh"), (COPY, SECOND, "change"), (COPY, None, "first")],
)
def test_a_copy_is_never_called_a_refresh(candidate, champion, question):
    for spec in (toy_spec(), toy_spec(gate={"kind": "refresh"})):
        assert question_of(spec, candidate, champion) == question


@pytest.mark.parametrize(
    ("changes", "moves", "unjudged", "made_otherwise", "spec_changed"),
    [
        ({}, BACK[:2], False, False, False),
        ({}, BACK[:1], True, False, False),
        ({"strategy": {"name": "full_refit", "windows": [30]}}, BACK[:2], False, True, True),
        ({"gate": {"min_gain": 0.5}}, BACK[:2], False, False, True),
    ],
    ids=["judged", "its gate crashed", "another window", "another gate"],
)
def test_a_crashed_gate_and_a_corrected_spec_are_seen(changes, moves, unjudged, made_otherwise, spec_changed):
    before = toy_spec()
    hashes = dict(learning_hash=before.learning_hash, spec_hash=before.hash)
    rows = [replace(row, **hashes) for row in (FIRST, SECOND)]
    history = ModelHistory("toy", manifests=rows, promotions=promoted(*moves))

    found = attempt_evidence(toy_spec(**changes), history, rows[0])

    assert (found["last_candidate"], found["unjudged"]) == ("2", unjudged)
    assert (found["made_otherwise"], found["spec_changed"]) == (made_otherwise, spec_changed)
