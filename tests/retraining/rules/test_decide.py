"""Keep the champion, or train a candidate?"""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retraining.records.change import DataFault
from retraining.records.decision import Decision, DoubtedDays, Evidence, Thresholds
from retraining.records.panel import SeriesCount
from retraining.rules.decide import decide

THRESHOLDS = Thresholds(
    cheap_fit_seconds=120.0, min_new_rows=100, max_age_days=186, max_error_increase=0.2, cooldown_days=1
)

CHEAP = Evidence(
    batch_seq=3,
    champion_version="2",
    new_labelled_rows=24_951,
    holdout_days=27,
    holdout_from="2013-03-01T00:00:00.000000Z",
    holdout_before="2013-03-31T00:00:00.000000Z",
    champion_age_days=31.0,
    last_fit_seconds=2.5,
    realised_error=10.0,
    realised_error_rows=24_000,
    expected_error=10.0,
    blocked_until_after_batch=None,
    days_since_attempt=28.0,
    drift_verdict="stable",
    drift_worst_column="hour",
    drift_reason="1 of the newest 3 batches drifted.",
    drift_persists=False,
    can_update=False,
    refusals_in_a_row=0,
    frozen=False,
)
DEAR = replace(CHEAP, last_fit_seconds=3_600.0)
FIRST = replace(
    CHEAP,
    champion_version=None,
    champion_age_days=None,
    last_fit_seconds=None,
    realised_error=None,
    realised_error_rows=0,
    expected_error=None,
)


def reason(evidence: Evidence) -> str:
    return " ".join(decide(evidence, THRESHOLDS).reasons)


@pytest.mark.parametrize(
    ("evidence", "action"),
    [
        (FIRST, "refit"),
        (CHEAP, "refit"),
        (replace(CHEAP, last_fit_seconds=120.0), "refit"),
        (replace(CHEAP, last_fit_seconds=120.1), "keep"),
        (DEAR, "keep"),
        (replace(DEAR, last_fit_seconds=None), "keep"),
        (replace(DEAR, realised_error=12.0), "keep"),
        (replace(DEAR, realised_error=12.1), "refit"),
        (replace(DEAR, realised_error=None), "keep"),
        (replace(DEAR, realised_error=50.0, expected_error=None), "keep"),
        (replace(DEAR, champion_age_days=186.0), "keep"),
        (replace(DEAR, champion_age_days=187.0), "refit"),
        (replace(DEAR, champion_age_days=None), "keep"),
    ],
    ids=[
        *("no champion", "cheap fit", "just cheap fit", "just dear fit", "dear fit, low error", "fit not measured"),
        *("error at its limit", "error over its limit", "no error yet", "no expected error"),
        *("age at its limit", "age over its limit", "no age"),
    ],
)
def test_a_cheap_fit_is_tried_and_a_dear_one_needs_a_reason(evidence, action):
    assert decide(evidence, THRESHOLDS).action == action


@pytest.mark.parametrize("evidence", [FIRST, CHEAP, replace(DEAR, realised_error=50.0)], ids=["first", "cheap", "dear"])
@pytest.mark.parametrize(("rows", "action"), [(0, "keep"), (99, "keep"), (100, "refit")])
def test_too_few_new_labelled_rows_are_not_worth_a_fit(evidence, rows, action):
    assert decide(replace(evidence, new_labelled_rows=rows), THRESHOLDS).action == action


@pytest.mark.parametrize(
    ("evidence", "days", "action"),
    [(CHEAP, 8, "keep"), (CHEAP, 9, "refit"), (FIRST, 6, "keep"), (FIRST, 7, "refit")],
    ids=["later, 8", "later, 9", "first, 6", "first, 7"],
)
def test_what_could_not_be_judged_is_not_trained(evidence, days, action):
    assert decide(replace(evidence, holdout_days=days), THRESHOLDS).action == action


@pytest.mark.parametrize("evidence", [CHEAP, FIRST], ids=["later", "first"])
def test_a_reserved_hold_out_asks_for_no_days(evidence):
    assert decide(replace(evidence, holdout_days=None), THRESHOLDS).action == "refit"


SPOILED = DoubtedDays(date(2013, 3, 4), date(2013, 3, 10), "no_signal", "2013-03-04 to 2013-03-10: nothing to learn.")
CHANGED = replace(SPOILED, doubt="changed", sentence="2013-03-04 to 2013-03-10: another world.")


@pytest.mark.parametrize(
    ("to_learn", "doubted", "action"),
    [
        (3, (SPOILED,), "refit"),
        (2, (SPOILED,), "keep"),
        (0, (replace(SPOILED, doubt="went_back"),), "keep"),
        (2, (CHANGED,), "refit"),
        (2, (), "refit"),
        (None, (SPOILED,), "refit"),
    ],
)
def test_a_candidate_needs_three_new_days_that_are_not_left_out(to_learn, doubted, action):
    assert decide(replace(CHEAP, days_to_learn=to_learn, doubted=doubted), THRESHOLDS).action == action


def test_a_first_model_has_no_champion_to_differ_from():
    assert decide(replace(FIRST, days_to_learn=1, doubted=(SPOILED,)), THRESHOLDS).action == "refit"


def test_days_that_are_left_out_say_why_how_many_are_missing_and_what_helps():
    assert reason(replace(CHEAP, days_to_learn=1, doubted=(SPOILED, CHANGED))) == (
        "2013-03-04 to 2013-03-10: nothing to learn. That leaves 1 new days to learn before those that judge; a "
        "candidate needs 3: 2 more. To learn these days all the same, correct their rows, or name them in gate.trust "
        "with the reason."
    )


def test_a_training_says_which_days_are_in_doubt():
    assert reason(replace(CHEAP, days_to_learn=9, doubted=(SPOILED, CHANGED))).endswith(
        f"{SPOILED.sentence} {CHANGED.sentence}"
    )


@pytest.mark.parametrize(("batch_seq", "action"), [(2, "keep"), (3, "keep"), (4, "refit")])
def test_a_rollback_blocks_until_a_newer_batch(batch_seq, action):
    evidence = replace(CHEAP, batch_seq=batch_seq, blocked_until_after_batch=3)

    assert decide(evidence, THRESHOLDS).action == action


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (FIRST, "There is no champion yet; 24,951 labelled rows to train the first one on."),
        (
            CHEAP,
            "24,951 labelled rows are new and a fit is cheap (2.5 s, policy.cheap_fit_seconds 120): "
            "train a challenger and let the gate decide.",
        ),
        (
            replace(DEAR, realised_error=15.0),
            "The realised error 15 on 24,000 rows exceeds the 10 measured at promotion by more than 20%.",
        ),
        (
            replace(DEAR, champion_age_days=200.0),
            "The champion's data ends 200 days before the newest row, over the 186 allowed.",
        ),
        (
            DEAR,
            "A fit is not cheap (the last fit took 3600 s, policy.cheap_fit_seconds 120), the realised error is 10, "
            "the champion is within its maximum age of 186 days, and drift does not persist (stable).",
        ),
        (
            replace(CHEAP, new_labelled_rows=7),
            "7 labelled rows are new since the last training; policy.min_new_rows wants 100.",
        ),
        (
            replace(CHEAP, holdout_days=5),
            "5 whole days since the champion's data; a candidate needs 9, 3 or more to learn from and 6 or more that "
            "judge it: 4 more.",
        ),
        (
            replace(FIRST, holdout_days=6),
            "6 whole days of data; a candidate needs 7, 1 or more to learn from and 6 or more that judge it: 1 more.",
        ),
        (
            replace(FIRST, holdout_days=6, holdout_counted_in="months"),
            "6 months of data; a candidate needs 7, 1 or more to learn from and 6 or more that judge it: 1 more.",
        ),
        (
            replace(CHEAP, blocked_until_after_batch=3),
            "A rollback at batch 3 asks to wait for newer data; the newest batch is 3. The job release_retraining ends "
            "the wait.",
        ),
    ],
    ids=["first", "cheap", "error", "age", "nothing", "rows", "days", "first days", "first months", "rollback"],
)
def test_the_reason_carries_the_numbers(evidence, sentence):
    assert reason(evidence) == sentence


DRIFTED = replace(DEAR, drift_verdict="drifted", drift_persists=True)


def test_drift_that_persists_justifies_a_dear_fit():
    assert decide(DRIFTED, THRESHOLDS).action == "refit"
    assert reason(DRIFTED) == "Drift persists. 1 of the newest 3 batches drifted."


def test_drift_of_one_batch_does_not_justify_a_dear_fit():
    assert decide(replace(DRIFTED, drift_persists=False), THRESHOLDS).action == "keep"


@pytest.mark.parametrize(("days", "action"), [(None, "refit"), (0.0, "keep"), (1.0, "refit")])
def test_evidence_waits_for_the_cooldown(days, action):
    assert decide(replace(DRIFTED, days_since_attempt=days), THRESHOLDS).action == action


def test_a_keep_in_the_cooldown_still_says_what_asked_for_a_fit():
    assert reason(replace(DRIFTED, days_since_attempt=0.0)) == (
        "The last candidate was fitted 0 days of data ago; policy.cooldown_days wants 1. "
        "Drift persists. 1 of the newest 3 batches drifted."
    )


def test_a_cheap_fit_does_not_wait_for_the_cooldown():
    assert decide(replace(CHEAP, days_since_attempt=0.0), THRESHOLDS).action == "refit"


@pytest.mark.parametrize(("refusals", "action"), [(0, "update"), (1, "update"), (2, "refit"), (3, "refit")])
def test_updates_that_are_refused_twice_give_way_to_a_refit(refusals, action):
    assert decide(replace(DRIFTED, can_update=True, refusals_in_a_row=refusals), THRESHOLDS).action == action


def test_without_a_champion_there_is_nothing_to_update():
    assert decide(replace(FIRST, can_update=True), THRESHOLDS).action == "refit"


@pytest.mark.parametrize("evidence", [FIRST, CHEAP, DRIFTED], ids=["first", "cheap", "drifted"])
def test_a_frozen_model_is_not_trained(evidence):
    assert decide(replace(evidence, frozen=True), THRESHOLDS).action == "keep"
    assert reason(replace(evidence, frozen=True)).startswith("An operator froze the model")


def test_every_reason_to_refit_is_given():
    verdict = decide(replace(CHEAP, realised_error=15.0, champion_age_days=200.0), THRESHOLDS)

    assert [words.split()[0:3] for words in verdict.reasons] == [
        ["24,951", "labelled", "rows"],
        ["The", "realised", "error"],
        ["The", "champion's", "data"],
    ]


BEATEN = replace(CHEAP, previous_version="1", previous_wins=True, previous_reason="Version 1 beats version 2.")
BACK = replace(THRESHOLDS, on_previous_wins="rollback")


def test_a_champion_that_the_one_before_beats_goes_where_the_policy_rolls_back():
    verdict = decide(BEATEN, BACK)

    assert verdict.action == "rollback"
    assert verdict.reasons == (
        "Version 1 beats version 2.",
        "policy.on_previous_wins is rollback: version 1 goes live again.",
    )


@pytest.mark.parametrize("wins", [False, None])
def test_a_champion_that_is_not_shown_to_be_beaten_stays(wins):
    assert decide(replace(BEATEN, previous_wins=wins), BACK).action == "refit"


@pytest.mark.parametrize("asked", ["alert", None])
def test_an_alert_changes_no_decision(asked):
    thresholds = replace(THRESHOLDS, on_previous_wins=asked)

    assert decide(BEATEN, thresholds) == decide(CHEAP, THRESHOLDS)


def test_a_frozen_model_is_not_rolled_back_by_itself():
    assert decide(replace(BEATEN, frozen=True), BACK).action == "keep"


def recent(error: float | None, lower: float | None, days: int = 30) -> dict[str, object]:
    said = f"On 900 rows of the newest {days} days it is {error}, and at least {lower} by their own noise (95 %)."
    numbers = dict(recent_error=error, recent_error_lower=lower, recent_error_days=days)
    return dict(realised_error=99.0, recent_error_reason=said if error is not None else None, **numbers)


@pytest.mark.parametrize(
    ("found", "action"),
    [
        (recent(15.0, 10.5), "refit"),
        (recent(15.0, 10.0), "keep"),
        (recent(15.0, 4.0), "keep"),
        (recent(12.0, 11.9), "keep"),
        (recent(None, None, 3), "keep"),
        (dict(realised_error=12.5), "refit"),
    ],
    ids=["shown", "just not shown", "noise", "within the margin", "too few days", "a row older than the bound"],
)
def test_a_grown_error_must_be_more_than_the_noise_of_its_days(found, action):
    assert decide(replace(DEAR, **found), THRESHOLDS).action == action


def test_the_reason_shows_the_bound_whether_or_not_it_asks_for_a_fit():
    bound = "On 900 rows of the newest 30 days it is 15.0, and at least {} by their own noise (95 %)."

    assert decide(replace(DEAR, **recent(15.0, 10.5)), THRESHOLDS).reasons == (
        "The realised error 15 of the newest days exceeds the 10 measured at promotion by more than 20%. "
        f"{bound.format(10.5)}",
    )
    assert reason(replace(DEAR, **recent(15.0, 4.0))).endswith(bound.format(4.0))


FAULT = DataFault(
    batch_seq=3,
    column_name="distance",
    fault="changed_unit",
    detail="1/1,000 of",
    champion_version="2",
    first_day=date(2013, 3, 1),
    last_day=date(2013, 3, 31),
    sentence="`distance` has values about 1/1,000 of the reference's.",
)
FAULTY = dict(open_faults=(FAULT,))


def test_a_certain_data_fault_is_not_trained_on_and_the_reason_names_it_its_batch_and_the_ways_out():
    assert decide(replace(CHEAP, **FAULTY), THRESHOLDS).action == "keep"
    assert decide(replace(CHEAP, **FAULTY), THRESHOLDS).reasons == (
        "Batch 3 (2013-03-01 to 2013-03-31) has a data fault: `distance` has values about 1/1,000 of the reference's. "
        "Nothing is trained until it is answered.",
        "Correct the source and read the batch again (job repair, action=replay, batch_seq=3), or withdraw it "
        "(action=abandon, batch_seq=3). If the data are right, run the job release_retraining. Each needs "
        "a reason.",
    )


@pytest.mark.parametrize(
    "wanted",
    [
        dict(asked_reason="Please."),
        dict(made_otherwise=True),
        dict(unjudged=True),
        dict(drift_persists=True),
        dict(champion_age_days=999.0),
        dict(realised_error=99.0),
        dict(champion_version=None),
        dict(can_update=True),
        dict(batch_seq=9),
    ],
    ids=str,
)
def test_nothing_overrules_an_open_data_fault_however_many_batches_came_since(wanted):
    evidence = replace(CHEAP, last_candidate="2", **wanted)

    assert decide(evidence, THRESHOLDS).action != "keep"
    assert decide(replace(evidence, **FAULTY), THRESHOLDS).action == "keep"


def test_rows_that_are_broken_roll_no_champion_back():
    reasons = decide(replace(BEATEN, **FAULTY), BACK).reasons

    assert decide(replace(BEATEN, **FAULTY), BACK).action == "keep"
    assert reasons[-1] == "No rollback before that. Version 1 beats version 2."


def test_a_frozen_model_with_a_data_fault_says_that_it_is_frozen():
    assert (
        decide(replace(CHEAP, frozen=True, **FAULTY), THRESHOLDS).reasons[0].startswith("An operator froze the model")
    )


numbers = st.floats(0, 1e9)
counts = st.integers(0, 10**9)
names = st.none() | st.sampled_from(["1", "2"])
evidences = st.builds(
    Evidence,
    batch_seq=st.integers(1, 10),
    champion_version=names,
    new_labelled_rows=st.integers(0, 300),
    holdout_days=st.none() | st.integers(0, 30),
    holdout_from=names,
    holdout_before=names,
    champion_age_days=st.none() | numbers,
    last_fit_seconds=st.none() | numbers,
    realised_error=st.none() | numbers,
    realised_error_rows=counts,
    expected_error=st.none() | numbers,
    blocked_until_after_batch=st.none() | st.integers(1, 10),
    previous_version=st.just("1"),
    previous_wins=st.none() | st.booleans(),
    previous_reason=st.just("Version 1 beats it."),
    recent_error=st.none() | numbers,
    recent_error_lower=st.none() | numbers,
    recent_error_days=st.none() | st.integers(0, 40),
    recent_error_reason=st.just("On 900 rows of the newest 30 days it is 15."),
    open_faults=st.sampled_from([(), (FAULT,), (FAULT, replace(FAULT, batch_seq=4))]),
)
thresholds = st.builds(
    Thresholds,
    cheap_fit_seconds=numbers,
    min_new_rows=st.integers(1, 300),
    max_age_days=st.integers(1, 400),
    max_error_increase=st.floats(0.01, 10),
    on_previous_wins=st.none() | st.sampled_from(["alert", "rollback"]),
)


@settings(derandomize=True, deadline=None)
@given(evidences, thresholds)
def test_there_is_always_a_reason_and_none_is_empty(evidence, policy):
    reasons = decide(evidence, policy).reasons

    assert (len(reasons) > 0, all(reasons)) == (True, True)


@settings(derandomize=True, deadline=None)
@given(evidences, thresholds)
def test_replaying_a_decision_row_gives_the_same_action_and_reasons(evidence, policy):
    verdict = decide(evidence, policy)
    row = Decision(
        model="toy",
        evaluation_id="e",
        seq=1,
        action=verdict.action,
        reasons=verdict.reasons,
        **vars(evidence),
        **vars(policy),
        daily_losses=(),
        spec_hash="s",
        run_id="1",
        attempt_id="a",
        at=datetime(2013, 6, 1, tzinfo=UTC),
    )

    replayed = decide(row.evidence, row.thresholds)

    assert (replayed.action, replayed.reasons, row.should_retrain) == (
        row.action,
        row.reasons,
        row.action in ("update", "refit"),
    )


SAME_ROWS = replace(CHEAP, new_labelled_rows=0, last_candidate="2")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (dict(made_otherwise=True), "The spec makes a version in another way than version 2 was made"),
        (dict(unjudged=True), "Version 2 was fitted and not judged"),
        (dict(asked_reason="Labels were corrected."), "A person wants a training: Labels were corrected."),
    ],
)
def test_some_things_are_worth_a_training_without_a_new_row(changed, said):
    assert decide(SAME_ROWS, THRESHOLDS).action == "keep"
    assert decide(replace(SAME_ROWS, **changed), THRESHOLDS).action == "refit"
    assert decide(
        replace(SAME_ROWS, last_fit_seconds=9_999.0, days_since_attempt=0.0, **changed), THRESHOLDS
    ).action == ("refit")
    assert said in reason(replace(SAME_ROWS, **changed))


@pytest.mark.parametrize(
    "obstacle", [dict(frozen=True), dict(blocked_until_after_batch=3), dict(holdout_days=2)], ids=str
)
def test_a_wish_for_a_training_does_not_overrule_what_stands_against_it(obstacle):
    assert decide(replace(SAME_ROWS, asked_reason="Please.", **obstacle), THRESHOLDS).action == "keep"


def test_a_refused_first_candidate_is_tried_again_with_another_spec():
    refused = replace(FIRST, new_labelled_rows=0, last_candidate="1")

    assert decide(refused, THRESHOLDS).action == "keep"
    assert "nothing has changed since candidate version 1 was refused" in reason(refused)
    assert "retrain=true and a reason" in reason(refused)
    assert decide(replace(refused, spec_changed=True), THRESHOLDS).action == "refit"
    assert decide(replace(SAME_ROWS, spec_changed=True), THRESHOLDS).action == "keep"


def test_a_frozen_model_says_since_when_and_why():
    why = "On 2026-01-01 10:00 UTC an operator froze the model. Reason: The audit."

    assert reason(replace(CHEAP, frozen=True, frozen_reason=why)) == why


def counts(**series: int) -> tuple[SeriesCount, ...]:
    return tuple(SeriesCount(action, number) for action, number in series.items())


@pytest.mark.parametrize(
    ("base", "actions", "action"),
    [
        (CHEAP, counts(update_state=97, reestimate=3), "update"),
        (CHEAP, counts(update_state=99, respecify=1), "update"),
        (CHEAP, counts(update_state=99, fallback=1), "keep"),
        (DEAR, counts(reestimate=1), "update"),
        (FIRST, counts(respecify=100), "refit"),
        (FIRST, counts(fallback=100), "keep"),
    ],
)
def test_a_panel_is_trained_where_a_series_is_to_be_fitted(base, actions, action):
    assert decide(replace(base, series_actions=actions), THRESHOLDS).action == action


def test_a_panel_says_how_many_series_have_which_action():
    said = reason(replace(CHEAP, series_actions=counts(reestimate=3, update_state=9_997)))

    assert said == (
        "3 of 10,000 series are to be fitted (3 reestimate, 9,997 update_state); `panel_actions` says why of each."
    )


def test_a_frozen_panel_is_not_trained():
    assert decide(replace(CHEAP, series_actions=counts(respecify=5), frozen=True), THRESHOLDS).action == "keep"
