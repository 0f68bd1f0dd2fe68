"""What the gate asks of a first model, of a refresh and of a change: a story of five batches, told once."""

import random
from types import SimpleNamespace

import pytest
from tests.loop import days, drifting, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.gate import GateResult

pytestmark = pytest.mark.slow

COLUMNS = "id string, at timestamp, x double, y double, z double, told double, place string"
COST = "recipes.costs.double_underestimate"
GATE = {"guards": ["mae", COST], "floors": {"r2": 0.5}, "may_change_signature": ["z"]}


def spec(*numeric: str, **gate: object):
    columns = {"label": "y", "numeric": list(numeric), "slices": ["place"]}
    return toy_spec(columns=columns, gate={**GATE, **gate}, strategy={"windows": []})


def rows(first: int, last: int) -> list[tuple[object, ...]]:
    """Days of twenty rows: y also depends on z, is told beforehand by `told`, and lies in one of two places."""
    made = []
    for name, at, x, y in days(first, last):
        draw = random.Random(name)
        z = draw.uniform(-1, 1)
        made.append((name, at, x, y + z, z, 3 * (y + z) - 1, draw.choice(["north", "south"])))
    return made


@pytest.fixture(scope="module")
def story(make_loop):
    loop, told = make_loop(), SimpleNamespace()
    loop.spec, told.loop = spec("x"), loop
    for name, first, last, model in (
        ("first", 1, 14, spec("x")),
        ("refresh", 15, 24, spec("x")),
        ("leaky", 25, 35, spec("x", "z", "told")),
        ("hasty", 36, 36, spec("x", "z")),
        ("change", 37, 49, spec("x", "z")),
    ):
        loop.source_has(rows(first, last), COLUMNS)
        loop.ingest()
        loop.spec = model
        setattr(told, name, loop.train())
        setattr(told, f"{name}_alias", loop.alias("champion"))
    return told


def checks(report) -> dict[str, GateResult]:
    return {each.check: each for each in report.checks}


def test_a_first_model_is_asked_for_floors_and_no_guards(story):
    found = checks(story.first)

    assert story.first.promotion.outcome == "PROMOTE"
    assert {each.question for each in found.values()} == {"first"}
    assert (found["floor_r2"].verdict, found["floor_r2"].threshold, "guard_mae" in found) == ("passed", 0.5, False)


def test_a_refresh_is_asked_everything_that_the_spec_says(story):
    found = checks(story.refresh)

    assert story.refresh.promotion.outcome == "PROMOTE"
    assert {each.question for each in found.values()} == {"refresh"}
    assert set(found) == {
        *("finite_predictions", "varied_predictions", "unseen_rows", "no_giveaway", "earlier_looks", "forgetting"),
        *(
            "gain",
            "guard_mae",
            f"guard_{COST}",
            "floor_r2",
            "reported_r2",
            "slice place=north",
            "slice place=south",
            "signature",
        ),
    }
    assert found["guard_mae"].metric == "mae"
    assert (found["gain"].level, found["gain"].correlation_days) == (0.95, None)


def test_the_metrics_of_the_table_are_those_of_the_rows(story):
    found = checks(story.refresh)

    assert 0.4 < found["gain"].candidate_error < 0.8  # the part of y that x does not know has a deviation of 0.58
    assert found["guard_mae"].candidate_error < found["gain"].candidate_error
    assert found["reported_r2"].candidate_error == found["floor_r2"].value
    assert 1 < found[f"guard_{COST}"].candidate_error / found["guard_mae"].candidate_error < 2


def test_a_feature_that_is_known_only_after_the_label_is_refused_by_name(story):
    promotion = story.leaky.promotion

    assert (promotion.outcome, story.leaky_alias) == ("REJECT", story.refresh_alias)
    assert [each for each in promotion.reasons if "By itself, told explains the label" in each]


def test_a_new_feature_is_a_change_and_is_held_against_a_champion_that_does_not_know_it(story):
    found = checks(story.change)

    assert story.change.promotion.outcome == "PROMOTE"
    assert found["gain"].question == "change"
    assert found["gain"].value > 0.5
    assert found["gain"].level > 0.95  # a daily schedule may ask often, so each verdict must be surer


def test_days_that_have_just_judged_a_change_judge_no_other(story):
    gain = checks(story.hasty)["gain"]

    assert (story.hasty.promotion.outcome, gain.question, gain.verdict) == ("REJECT", "change", "not_enough_evidence")
    assert story.hasty.promotion.reasons[0].startswith("Of the hold-out's days ")
    assert story.hasty_alias == story.refresh_alias


def test_every_check_is_a_row(story):
    stored = read_rows(story.loop.tables, GateResult, "toy")

    assert [each for each in stored if each.seq == stored[-1].seq] == list(story.change.checks)


def test_a_refit_that_the_newest_days_made_worse_leaves_the_judged_candidate_live(make_loop):
    loop = make_loop()
    loop.spec = toy_spec(gate={"deploy": "refit"})
    loop.source_has(drifting(1, 14))
    loop.ingest()

    promoted, again = loop.train(), loop.promote()

    assert promoted.promotion.version == promoted.promotion.candidate_version == loop.alias("champion")
    assert promoted.promotion.reasons[-2].endswith("the candidate itself goes live.")
    assert again.promotion == promoted.promotion
    loop.source_has(days(15, 22))
    loop.ingest()
    loop.score()
    assert loop.check().decision.drift_verdict is not None
