"""A model's facts in words."""

from datetime import UTC, datetime

import pytest

from local_workspace.status.model_facts import ModelFacts
from local_workspace.status.model_files import ModelFile, model_files
from local_workspace.status.words import model_lines

AT = datetime(2024, 4, 1, 8, 30, tzinfo=UTC)

DECISION = {
    "at": AT,
    "seq": 3,
    "action": "refit",
    "reasons": ["720 labelled rows are new.", "A fit is cheap."],
    "batch_seq": 3,
    "champion_version": "2",
    "champion_age_days": 31.2,
    "realised_error": 0.5,
    "realised_error_rows": 720,
    "expected_error": 0.48,
    "max_error_increase": 0.2,
}
PROMOTION = {"version": "2", "at": AT, "seq": 1}
EVENT = {"at": AT, "metric": "rmse", "batch_seq": 3, "gate": "passed", "gate_sentence": "RMSE 0.4 against 0.5."}


def lines(**facts):
    given = {"decision": DECISION, "promotion": PROMOTION, "event": EVENT, **facts}
    return model_lines(ModelFacts("rain", **given), "./workspace")


def test_a_model_without_a_run_has_the_command_for_the_first():
    assert model_lines(ModelFacts("rain"), "./workspace") == [
        "rain",
        "  no run yet:    ./workspace run retraining --params model=rain",
    ]


def test_champion_error_and_decision_are_sentences():
    assert lines() == [
        "rain",
        "  champion       version 2, live since 2024-04-01 08:30; the newest rows were 31 days newer than",
        "                 what it learned from",
        "  error          rmse 0.5 of version 2 on 720 new rows; 0.48 when it went live",
        "  last decision  2024-04-01 08:30: train a challenger. 720 labelled rows are new.",
        "  gate           passed. RMSE 0.4 against 0.5.",
    ]


@pytest.mark.parametrize(
    ("in_doubt", "said"),
    [
        ({"open_faults": [{"batch_seq": 3}]}, True),
        ({"doubted": [{"doubt": "no_signal"}]}, True),
        ({"doubted": [{"doubt": "changed"}]}, False),
        ({"doubted": None, "open_faults": []}, False),
    ],
)
def test_an_error_measured_on_rows_that_are_not_learned_says_so(in_doubt, said):
    shown = " ".join(lines(decision={**DECISION, **in_doubt}))

    assert ("on 720 new rows, some of them in doubt;" in shown) == said


def test_the_error_of_a_version_that_was_replaced_is_not_that_of_the_champion():
    shown = lines(promotion={**PROMOTION, "version": "3"})

    assert shown[2:4] == [
        "  error          not known yet of version 3. Version 2 before it: rmse 0.5 on 720 new rows; 0.48",
        "                 when it went live",
    ]


def test_without_a_champion_or_new_labels_nothing_is_made_up():
    shown = lines(promotion={}, decision={**DECISION, "realised_error": None, "champion_version": None})

    assert shown[1:3] == [
        "  champion       none yet",
        "  error          not known yet: no labelled rows have come that the champion had not seen",
    ]


def test_what_waits_for_a_person_comes_with_its_command():
    shown = lines(
        held=[{"batch_seq": 4, "held_because": ["min_rows"]}],
        pending=[{"candidate_version": "5"}],
        open_batch=6,
        unapplied=True,
    )

    assert shown[6:] == [
        "  waits for you  batch 4 is held (min_rows). To let it in:",
        '                 ./workspace run release_batch --params model=rain batch_seq=4 reason="..."',
        "  waits for you  version 5 passed the gate and needs an answer, yes or no:",
        '                 ./workspace run approve --params model=rain candidate=5 approve=yes reason="..."',
        "  waits for you  batch 6 was begun and not finished. The next run finishes it:",
        "                 ./workspace run retraining --params model=rain",
        "  waits for you  a decision about the champion was not finished. The next run finishes it:",
        "                 ./workspace run retraining --params model=rain",
    ]


def test_a_data_fault_that_stops_training_comes_with_both_answers():
    faults = [{"batch_seq": 4, "column_name": "x"}, {"batch_seq": 4, "column_name": "z"}]

    assert lines(decision={**DECISION, "open_faults": faults})[7:] == [
        "  waits for you  a data fault of batch 4 stops training. If its data are right:",
        '                 ./workspace run release_retraining --params model=rain reason="..."',
        "  waits for you  if they are not, withdraw the batch, or correct the source and use action=replay:",
        '                 ./workspace run repair --params model=rain action=abandon batch_seq=4 reason="..."',
    ]


def test_incidents_are_those_of_the_newest_decision():
    decision = {
        **DECISION,
        "change": "data_fault",
        "change_reason": "Column x has no values.",
        "drift_persists": True,
        "drift_reason": "3 of 5 batches drifted.",
        "realised_error": 0.72,
        "concept_alarm": "Two detectors agree.",
        "previous_wins": True,
        "previous_reason": "Version 1 was better.",
    }

    assert [line.partition("incident: ")[2] for line in lines(decision=decision) if "incident" in line] == [
        "the newest batch looks broken. Column x has no values.",
        "drift persists. 3 of 5 batches drifted.",
        "the error is 50% above that at promotion",
        "Two detectors agree.",
        "the previous champion is better. Version 1 was better.",
    ]


@pytest.mark.parametrize(
    ("recent", "shown"),
    [
        (dict(recent_error=0.72, recent_error_lower=0.5, recent_error_days=6), True),
        (dict(recent_error=0.72, recent_error_lower=0.4, recent_error_days=6), False),
        (dict(recent_error=None, recent_error_lower=None, recent_error_days=3), False),
    ],
)
def test_an_error_that_noise_explains_is_no_incident(recent, shown):
    found = lines(decision={**DECISION, "realised_error": 0.72, **recent})

    assert any("above that at promotion" in line for line in found) is shown


def test_failed_tasks_of_the_last_run_are_named():
    assert "  last run       2024-04-01 08:30: failed in retrain" in lines(event={**EVENT, "failed_tasks": ["retrain"]})


def test_models_are_the_files_of_specs_with_the_name_of_their_source(tmp_path):
    (tmp_path / "a.yml").write_text("model: a\nsource: shared\n")
    (tmp_path / "b.yml").write_text("model: b\nsource: { table: t, name: own }\n")
    (tmp_path / "c.yml").write_text("model: c\nsource: { table: t }\n")
    (tmp_path / "broken.yml").write_text("model: [\n")

    assert model_files(tmp_path) == [ModelFile("a", "shared"), ModelFile("b", "own"), ModelFile("c", "c")]
