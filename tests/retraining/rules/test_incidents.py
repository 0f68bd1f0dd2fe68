"""Alerts follow from the decisions: once opened, told once, resolved when it is well over."""

from datetime import UTC, date, datetime

import pytest
from tests.retraining.rules.history import promoted

from retraining.records.change import DataFault
from retraining.records.decision import Decision
from retraining.records.event import IncidentChange
from retraining.rules.incidents import incidents, news_of_run, not_notified, not_stored, waiting_candidates

AT = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = promoted(("PROMOTE", "1"), ("PENDING", "2"))
ANSWERED = promoted(("PROMOTE", "1"), ("PENDING", "2"), ("APPROVED", "2"))


def decision(batch: int, **values) -> Decision:
    """The decision of run r<batch>."""
    named = dict.fromkeys(Decision.__dataclass_fields__)
    numbers = dict(batch_seq=batch, realised_error_rows=900, max_error_increase=0.2, seq=batch)
    words = dict(model="flights", champion_version="3", action="keep", reasons=("Nothing asks for it.",))
    facts = dict(run_id=f"r{batch}", at=AT, drift_persists=False, drift_is_clear=True, drift_reason="0 of 6 drifted.")
    return Decision(**{**named, "open_faults": (), **numbers, **words, **facts, **values})


FAULT = DataFault(1, "x", "frozen", "7", "3", None, None, "`x` is frozen: every value is 7.")


def kinds(found, is_open=True):
    return [each.kind for each in found if each.is_open is is_open]


def test_nothing_raised_is_no_incident():
    assert incidents([decision(1), decision(2)]) == []


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("drift", dict(drift_persists=True, drift_is_clear=False, drift_reason="3 of 6 drifted.")),
        ("data_fault", dict(change="data_fault", change_reason="`x` is frozen.", change_response="Repair it.")),
        ("error", dict(realised_error=12.1, expected_error=10.0)),
        ("concept", dict(concept_alarm="ADWIN: the mean loss rose.")),
        ("previous_wins", dict(previous_wins=True, previous_reason="Version 2 beats it.")),
    ],
)
def test_what_is_raised_opens_goes_on_and_is_resolved(kind, raised):
    calm = dict(change="none", realised_error=10.0, expected_error=10.0)
    opened, goes_on, over = decision(1, **raised), decision(2, **raised), decision(3, **calm)

    assert kinds(incidents([opened])) == [kind]
    assert [each.id for each in incidents([opened, goes_on])] == [f"flights/{kind}/1"]
    (resolved,) = incidents([opened, goes_on, over])
    assert (resolved.resolved_batch, resolved.line.startswith("flights: resolved with batch 3.")) == (3, True)
    assert [each.id for each in incidents([opened, over, decision(4, **raised)])][1] == f"flights/{kind}/4"


def test_people_are_told_when_it_opens_and_when_it_is_resolved_and_not_in_between():
    rows = [decision(batch, previous_wins=batch < 3) for batch in (1, 2, 3)]

    assert [len(news_of_run(incidents(rows[:batch]), {f"r{batch}"})) for batch in (1, 2, 3)] == [1, 0, 1]


def test_a_data_fault_stays_an_incident_while_nobody_has_answered_it_however_later_batches_look():
    (incident,) = incidents([decision(1, open_faults=(FAULT,)), decision(2, open_faults=(FAULT,), change="none")])

    assert (incident.kind, incident.is_open) == ("data_fault", True)
    assert incident.line.startswith("flights: Batch 1 has a data fault: `x` is frozen: every value is 7. Correct the ")
    assert "action=replay, batch_seq=1" in incident.line
    assert "release_retraining" in incident.line
    assert incident.line.endswith("Next: version 3 stays live, and nothing is trained until a person answers.")


@pytest.mark.parametrize(
    "over",
    [
        dict(change="data_fault", fault_answer="The sensor was changed."),
        dict(change="unknown"),
        dict(change="none"),
    ],
    ids=["answered", "withdrawn", "replayed"],
)
def test_an_answered_data_fault_is_over_although_the_column_looks_the_same(over):
    (incident,) = incidents([decision(1, change="data_fault", open_faults=(FAULT,)), decision(2, **over)])

    assert incident.resolved_batch == 2


def test_each_opening_and_each_end_is_stored_once_however_many_runs_were_killed_before_they_stored_it():
    rows = [decision(batch, previous_wins=batch < 3) for batch in (1, 2, 3)]
    stored = []
    for batch in (1, 2, 3, 3):
        news = not_stored(incidents(rows[:batch]), stored)
        stored += [_row(each) for each in news]

    assert [(row.incident, row.state) for row in stored] == [
        ("flights/previous_wins/1", "open"),
        ("flights/previous_wins/1", "resolved"),
    ]
    assert [each.state for each in not_stored(incidents(rows), [])] == ["resolved"]


def _row(incident, told: bool | None = None) -> IncidentChange:
    named = dict.fromkeys(IncidentChange.__dataclass_fields__)
    return IncidentChange(**{**named, "incident": incident.id, "state": incident.state, "notified": told})


@pytest.mark.parametrize(
    ("told", "news"),
    [([], True), ([True], False), ([None], False), ([False], True), ([False, True], False)],
    ids=["no row", "told", "an older row", "a webhook did not answer", "and has answered since"],
)
def test_people_are_told_until_every_webhook_has_taken_it(told, news):
    found = waiting_candidates(ASKED)

    assert not_notified(found, [_row(found[0], each) for each in told]) == (found if news else [])


def test_the_end_is_told_only_where_the_begin_has_a_row():
    opened, resolved = waiting_candidates(ASKED), waiting_candidates(ANSWERED)

    assert not_notified(resolved, []) == []
    assert not_notified(resolved, [_row(opened[0], True)]) == resolved
    assert not_notified(resolved, [_row(opened[0], True), _row(resolved[0], True)]) == []


@pytest.mark.parametrize(("realised", "is_open"), [(12.1, True), (11.9, True), (11.61, True), (11.59, False)])
def test_an_error_is_over_only_well_below_what_raised_it(realised, is_open):
    found = incidents(
        [
            decision(1, realised_error=13.0, expected_error=10.0),
            decision(2, realised_error=realised, expected_error=10.0),
        ]
    )

    assert [each.is_open for each in found] == [is_open]


def test_an_error_that_the_noise_of_its_days_explains_raises_nothing():
    days = dict(realised_error=13.0, expected_error=10.0, recent_error=13.0, recent_error_days=6)

    assert incidents([decision(1, recent_error_lower=9.0, **days)]) == []
    (raised,) = incidents([decision(1, recent_error_lower=11.0, **days)])
    assert raised.kind == "error"


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (dict(recent_error=13.0, recent_error_lower=9.0, recent_error_days=6), True),
        (dict(recent_error=11.5, recent_error_lower=9.0, recent_error_days=6), False),
        (dict(recent_error_days=2), True),
    ],
    ids=["not shown any more", "back", "a new champion's first days"],
)
def test_an_error_is_over_when_the_newest_days_are_back(now, is_open):
    raised = decision(1, realised_error=13.0, expected_error=10.0)

    (incident,) = incidents([raised, decision(2, realised_error=9.0, expected_error=10.0, **now)])

    assert incident.is_open is is_open


@pytest.mark.parametrize(("clear", "is_open"), [(True, False), (False, True), (None, True)])
def test_drift_is_over_only_when_the_batch_is_clear(clear, is_open):
    found = incidents([decision(1, drift_persists=True), decision(2, drift_is_clear=clear)])

    assert [each.is_open for each in found] == [is_open]


def test_an_unknown_error_or_kind_leaves_an_incident_open():
    found = incidents([decision(1, realised_error=13.0, expected_error=10.0, change="data_fault"), decision(2)])

    assert kinds(found) == ["data_fault", "error"]


def test_the_line_says_what_how_much_since_when_and_what_happens_next():
    raised = dict(drift_persists=True, drift_reason="3 of 6 drifted.", change_since=date(2013, 5, 3))
    (kept,) = incidents([decision(7, **raised)])
    (trained,) = incidents([decision(7, **raised), decision(8, action="refit", **raised)])
    (left,) = incidents([decision(7, action="rollback", previous_version="2", **raised)])

    start = "flights: Drift persists. 3 of 6 drifted. Since batch 7, the change itself since 2013-05-03. Next: "
    assert kept.line == f"{start}version 3 stays live; Nothing asks for it."
    assert trained.line == f"{start}a challenger is trained, and the gate decides whether it goes live."
    assert left.line == f"{start}version 2 goes live again."


@pytest.mark.parametrize(
    ("raised", "unknown"),
    [
        (dict(concept_alarm="ADWIN: the mean loss rose."), dict(realised_error_rows=0)),
        (dict(previous_wins=True, previous_version="2"), dict(previous_version="2", previous_reason="Too few days.")),
    ],
)
def test_what_a_batch_says_nothing_about_is_not_resolved_by_it(raised, unknown):
    """The first batch of a renamed source has no labelled row that the champion predicted."""
    (incident,) = incidents([decision(1, **raised), decision(2, **unknown)])

    assert incident.is_open


def test_a_previous_champion_that_won_is_no_news_any_more_once_another_version_is_live():
    known = incidents(
        [
            decision(1, previous_wins=True, previous_version="2"),
            decision(2, champion_version="4", previous_version="3", previous_reason="Too few days."),
        ]
    )

    assert [each.resolved_batch for each in known] == [2]


def test_a_candidate_that_begins_to_wait_opens_an_incident_in_the_run_that_asked():
    (opened,) = waiting_candidates(ASKED)

    assert (opened.kind, opened.state, opened.id) == ("approval", "open", "toy/approval/2/2")
    assert opened.line == (
        "toy: candidate version 2 waits. Because. Since batch 2. Next: version 1 stays live until a person answers."
    )
    assert (news_of_run([opened], {"2"}), news_of_run([opened], {"3"})) == ([opened], [])


def test_the_answer_resolves_it_in_the_run_that_answered():
    (resolved,) = waiting_candidates(ANSWERED)

    assert (resolved.state, resolved.id) == ("resolved", "toy/approval/2/2")
    assert resolved.line == "toy: candidate version 2 no longer waits. Because."
    assert (news_of_run([resolved], {"3"}), news_of_run([resolved], {"4"})) == ([resolved], [])


def test_a_first_candidate_that_waits_leaves_no_version_live():
    (opened,) = waiting_candidates(promoted(("PENDING", "1")))

    assert opened.line.endswith("Next: no version is live until a person answers.")


def test_two_candidates_that_wait_are_two_incidents():
    both = waiting_candidates(promoted(("PROMOTE", "1"), ("PENDING", "2"), ("PENDING", "3")))

    assert [each.id for each in both] == ["toy/approval/2/2", "toy/approval/3/3"]
