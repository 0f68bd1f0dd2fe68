"""A rollback in every way it can be asked for, and what refuses it. One model, told once; the tests only read."""

from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import PERSON, KilledError, drifting, killed, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import AliasDriftError, ParameterError, TamperedModelError
from retraining.records.promotion import Promotion
from retraining.stages.promote import promote

pytestmark = pytest.mark.slow

SPEC = toy_spec(gate={"deploy": "candidate"})


@pytest.fixture(scope="module")
def story(make_loop, state_dir):
    """Version 1 goes live on the 15th, 2 on the 23rd and predicts the 23rd to 25th; back to 1; then 3, which somebody
    deletes."""
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = SPEC, loop
    arrive(loop, 1, 14, "2013-01-15")
    told.first = loop.train().promotion
    arrive(loop, 15, 22, "2013-01-23")
    told.second = loop.train().promotion
    arrive(loop, 23, 25, "2013-01-26T06:00")
    loop.score()
    file = model_file(loop, state_dir, told.first.version)
    said = file.read_bytes()
    file.write_bytes(said + b"\0")
    told.tampered = refusal(TamperedModelError, loop.rollback)
    told.after_tampering = (loop.alias("champion"), len(promotions(loop)))
    file.write_bytes(said)
    told.back = loop.rollback("77", to_date="2013-01-22", as_of="2013-01-26")
    told.back_again = loop.rollback("77", to_date="2013-01-22", as_of="2013-01-27")
    told.after_back = (loop.alias("champion"), loop.alias("previous"))
    told.asked_again = promote(replace(loop.context, run=make_run()), told.second.retrain_key)
    arrive(loop, 26, 33, "2013-02-03")
    told.third = loop.train().promotion
    loop.registry.client.delete_model_version(loop.registry.full_name("toy"), told.third.version)
    told.drifted = refusal(AliasDriftError, loop.rollback)
    told.from_deleted = loop.rollback("78", to_version="1", as_of="2013-02-04")
    told.repeated = loop.rollback("78", to_version="1", as_of="2013-02-05")
    told.after_deleted = (loop.alias("champion"), loop.alias("previous"))
    told.gone = refusal(ParameterError, lambda: loop.rollback(to_version="3"))
    loop.registry.client.delete_registered_model_alias(loop.registry.full_name("toy"), "champion")
    told.without_alias = refusal(AliasDriftError, loop.rollback)
    with pytest.MonkeyPatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.steps.champion.apply_newest_decision._project", killed)
        loop.rollback("79", to_version="1")
    told.put_back = loop.rollback("80", to_version="1")
    told.put_back_again = loop.rollback("79", to_version="1")
    told.after_put_back = (loop.alias("champion"), len(promotions(loop)))
    told.there_already = refusal(ParameterError, lambda: loop.rollback(to_version="1", reason="Another."))
    return told


def arrive(loop, first: int, last: int, as_of: str) -> None:
    loop.source_has(drifting(first, last))
    loop.ingest(as_of=as_of)
    loop.score()


def model_file(loop, state_dir, version: str):
    source = loop.registry.client.get_model_version(loop.registry.full_name("toy"), version).source
    (file,) = state_dir.glob(f"mlflow/artifacts/*/models/{source.rpartition('/')[2]}/artifacts/model.pkl")
    return file


def refusal(error, stage) -> str:
    with pytest.raises(error) as caught:
        stage()
    return str(caught.value)


def promotions(loop) -> list[Promotion]:
    return read_rows(loop.tables, Promotion, "toy")


def test_a_target_whose_files_were_changed_is_refused_and_nothing_is_decided(story):
    assert "toy version 1: its files have digest" in story.tampered
    assert story.after_tampering == ("2", 4)


def test_a_date_names_the_champion_at_the_end_of_that_day(story):
    assert (story.back.promotion.version, story.back.promotion.previous_version) == ("1", "2")
    assert story.after_back == ("1", "2")


def test_a_rollback_says_who_asked_for_it_and_a_promotion_by_the_gate_says_nobody(story):
    assert story.back.promotion.decided_by == PERSON
    assert {row.decided_by for row in promotions(story.loop) if row.outcome == "PROMOTE"} == {None}


def test_the_report_lists_what_the_version_left_predicted_since_it_went_live(story):
    (batch,) = story.back.predictions

    assert (batch.batch_seq, batch.rows, f"{batch.first_at:%d %H:%M}") == (3, 60, "26 06:00")
    assert story.back.summary.endswith(
        "Version 2 made 60 predictions since it went live, in runs from 2013-01-26 06:00 to 2013-01-26 06:00 UTC "
        "(batch 3: 60); they stay in `toy_predictions`."
    )


def test_the_same_request_changes_nothing_and_says_the_same(story):
    assert story.back_again == story.back
    assert [row.state for row in promotions(story.loop) if row.request_id == "77"] == ["DECIDED", "APPLIED"]


def test_the_candidate_whose_version_was_left_is_refused_when_it_is_asked_for_again(story):
    again = story.asked_again.promotion

    assert (again.outcome, again.version) == ("REJECT", "1")
    assert again.reasons == ("This candidate was promoted before and rolled back; only a new fit may be judged again.",)


def test_newer_rows_bring_a_new_candidate_after_a_rollback(story):
    assert (story.third.outcome, story.third.version) == ("PROMOTE", "3")


def test_a_version_deleted_under_its_alias_stops_a_rollback_that_names_no_target(story):
    assert story.drifted.startswith(
        "toy version 3, which the last decision made champion, is not in the registry any more"
    )
    assert story.drifted.endswith(
        "go back with the job rollback (to_version=1), or have another version taken over by the job adopt."
    )


def test_a_rollback_that_names_its_target_leads_away_from_a_deleted_version(story):
    assert (story.from_deleted.promotion.version, story.from_deleted.promotion.previous_version) == ("1", "3")
    assert story.after_deleted == ("1", "1")  # a deleted version carries no alias, so `previous` stays where it was
    assert story.repeated == story.from_deleted
    assert [row.state for row in promotions(story.loop) if row.request_id == "78"] == ["DECIDED", "APPLIED"]


def test_an_alias_that_somebody_deleted_is_put_back_by_naming_the_decided_champion_as_the_error_says(story):
    told = story.put_back.promotion

    assert "To put it back, run the job rollback with to_version=1, or set policy.on_alias_drift" in story.without_alias
    assert (told.outcome, told.version, told.decided_by, story.after_put_back[0]) == ("HEAL", "1", PERSON, "1")
    assert story.put_back.summary == (
        "toy: the alias champion is at version 1 again, as decided before. Found worse by hand. Run 79 decided this "
        "for the same reason on 2013-06-01 00:00 UTC and ended before the alias followed. This run let it follow."
    )


def test_the_attempt_that_was_killed_before_the_alias_followed_is_finished_and_nothing_is_decided_twice(story):
    assert story.put_back.promotion.request_id == story.put_back_again.promotion.request_id == "79"
    healed = [row.state for row in promotions(story.loop) if row.outcome == "HEAL"]
    assert healed == ["DECIDED", "APPLIED"]


def test_a_champion_whose_alias_is_right_or_whose_version_is_gone_is_no_target(story):
    assert "to_version '1' cannot be rolled back to; the champion is version 1" in story.there_already
    assert "to_version '3' cannot be rolled back to; the champion is version 1" in story.gone
