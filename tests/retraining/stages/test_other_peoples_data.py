"""Data of many projects from the first row to a champion: rare and many classes, texts, other calendars, odd names."""

import random

import pytest
from tests.loop import days, drifting, toy_spec

CLASSES = "id string, at timestamp, x double, y string"
LABELS_OF_NUMBERS = "id string, at timestamp, x double, y int"


def run(loop, rows, columns="id string, at timestamp, x double, y double"):
    """A run of the job on new rows. Returns the promotion, or the decision that nothing is trained."""
    loop.source_has(rows, columns)
    loop.ingest()
    loop.score()
    decision = loop.check().decision
    made = loop.retrain().manifest
    return loop.promote().promotion if made else decision


def named(first, last, name):
    """The rows of some days, each with a label made of its x."""
    return [(key, at, x, name(x)) for key, at, x, _ in days(first, last)]


def classes(**changes):
    return toy_spec(kind="classification", **changes)


@pytest.mark.slow
def test_loans_with_three_positives_in_a_hundred_reach_a_first_champion_by_auc(loop):
    draw = random.Random(3)
    rows = []
    for number, (_, at, _, _) in enumerate(row for row in days(1, 16) for _ in range(5)):
        lost = number % 33 == 7
        rows.append((f"loan {number}", at, draw.gauss(2.5 if lost else 0.0, 1.0), int(lost)))
    loop.spec = classes(
        recipe="recipes.boosting.classification",
        params={"max_iter": 20, "class_weight": "balanced"},
        gate={"metric": "auc", "floors": {"auc": 0.7}},
    )

    promotion = run(loop, rows, LABELS_OF_NUMBERS)

    assert promotion.outcome == "PROMOTE", promotion.reasons


@pytest.mark.slow
def test_three_classes_reach_a_first_champion(loop):
    loop.spec = classes(recipe="recipes.boosting.classification", params={"max_iter": 20})

    def name(x: float) -> str:
        blurred = x + 0.4 * random.Random(x).uniform(-1, 1)  # a feature that says all would be refused as a leak
        return "low" if blurred < -0.3 else "middle" if blurred < 0.3 else "high"

    promotion = run(loop, named(1, 14, name), CLASSES)

    assert promotion.outcome == "PROMOTE", promotion.reasons


@pytest.mark.slow
def test_texts_reach_a_first_champion_and_a_missing_one_is_predicted(loop):
    words = ("late and broken", "fine, thanks", "very good!", "bad; never again")
    rows = []
    for place, (key, at, x, _) in enumerate(days(1, 9)):
        good = place * 7 % 4 in (1, 2)
        text = f"{words[place * 7 % 4]} no. {place}" if place % 9 else None
        rows.append((key, at, x, "yes" if good else "no", text, "north" if place % 3 else None))
    loop.spec = classes(
        columns={"label": "y", "numeric": ["x"], "categorical": ["review", "shop"]},
        recipe="recipes.text.classification",
        params={"text_columns": ["review"]},
    )

    columns = f"{CLASSES}, review string, shop string"

    promotion = run(loop, rows, columns)
    later = run(loop, [("new", "2013-01-10 10:00", None, None, None, "south")], columns)

    assert promotion.outcome == "PROMOTE", promotion.reasons
    assert later.action == "keep", later.reasons
    assert loop.tables.read("toy_predictions").where("_batch_seq = 2").count() == 1


def said(outcomes):
    return [each.outcome if hasattr(each, "outcome") else each.action for each in outcomes]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schedule", "length", "expected"),
    [("monthly", 31, ["PROMOTE"] * 3), ("weekly", 7, ["keep", "PROMOTE", "PROMOTE"])],
)
def test_batches_of_a_month_or_a_week_reach_a_champion_and_then_a_newer_one(loop, schedule, length, expected):
    loop.spec = toy_spec(schedule=schedule, gate={"deploy": "candidate"})
    bounds = [(1 + length * number, length * (number + 1)) for number in range(3)]

    outcomes = [run(loop, drifting(first, last)) for first, last in bounds]

    assert said(outcomes) == expected, [each.reasons for each in outcomes]
    assert all(each.reasons for each in outcomes)


@pytest.mark.slow
def test_more_features_go_live_once_callers_know_and_if_they_are_shown_to_be_better(loop):
    columns = "id string, at timestamp, x double, y double, z double, luck double"

    def rows(first, last):
        draw = random.Random(first)
        made = [(*row, draw.uniform(-1, 1), draw.random()) for row in days(first, last)]
        return [(key, at, x, y + 2 * z, z, luck) for key, at, x, y, z, luck in made]

    def learns(*features, callers_know=()):
        return toy_spec(columns={"label": "y", "numeric": features}, gate={"may_change_signature": callers_know})

    loop.spec = learns("x")
    first = run(loop, rows(1, 14), columns)
    loop.spec = learns("x", "z")
    unknown = run(loop, rows(15, 30), columns)
    loop.spec = learns("x", "z", callers_know=["z"])
    better = run(loop, rows(31, 46), columns)
    loop.spec = learns("x", "z", "luck", callers_know=["luck"])
    no_better = run(loop, rows(47, 62), columns)

    assert said([first, unknown, better, no_better]) == ["PROMOTE", "REJECT", "PROMOTE", "REJECT"], (
        unknown.reasons,
        better.reasons,
        no_better.reasons,
    )
    assert "column `z` is not sent" in unknown.reasons[0]
    assert loop.alias("champion") == better.version


NAMES = {
    "id": "order no.",
    "at": "booked-at",
    "y": "net.price-in EUR",
    "x": "wind speed",
    "a": "größe",
    "b": "_hidden",
    "c": "a.b",
    "d": "风-速",
}


@pytest.mark.slow
def test_names_with_spaces_dots_hyphens_another_script_and_a_leading_underscore(loop):
    name = NAMES
    loop.spec = toy_spec(
        source={"table": "toy_source", "ledger_column": name["at"], "keys": [name["id"]]},
        columns={
            "label": name["y"],
            "numeric": [name["x"], name["a"], name["c"]],
            "categorical": [name["b"], name["d"]],
            "slices": [name["d"]],
        },
        quality={"rules": [{"rule": "in_range", "column": name["x"], "min": -5, "max": 5}]},
    )
    columns = ", ".join(
        f"`{name[short]}` {type_}"
        for short, type_ in (
            ("id", "string"),
            ("at", "timestamp"),
            ("x", "double"),
            ("y", "double"),
            ("a", "double"),
            ("b", "string"),
            ("c", "double"),
            ("d", "string"),
        )
    )
    spark = loop.tables.spark
    spark.sql(f"CREATE TABLE {loop.source} ({columns}) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")

    rows = [(*row, row[2] / 2, "b", 1.0, "d" if place % 2 else None) for place, row in enumerate(days(1, 9))]
    first = run(loop, rows, columns)
    second = run(loop, [(*row, 1.0, "b", 1.0, "d") for row in days(10, 10)], columns)

    assert first.outcome == "PROMOTE", first.reasons
    assert second.action == "keep", second.reasons
    assert loop.tables.read("toy_predictions").where("_batch_seq = 2").count() == 20
    assert loop.report()


@pytest.mark.slow
def test_a_label_of_0_and_1_with_gaps_is_learned_where_it_is_there_and_predicted_where_it_is_not(loop):
    loop.spec = classes(recipe="recipes.logistic.pipeline")
    rows = [(key, at, x, None if place % 5 == 0 else int(x > 0)) for place, (key, at, x, _) in enumerate(days(1, 14))]

    first = run(loop, rows, LABELS_OF_NUMBERS)
    run(loop, [(*row[:3], None) for row in days(15, 16)], LABELS_OF_NUMBERS)

    assert first.outcome == "PROMOTE", first.reasons
    predicted = loop.tables.read("toy_predictions").where("_batch_seq = 2").select("prediction").collect()
    assert {row["prediction"] for row in predicted} == {"0", "1"}
    assert len(predicted) == 40


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["recipes.logistic.pipeline", "recipes.boosting.classification"])
def test_categories_alone_reach_a_champion(loop, recipe):
    loop.spec = classes(columns={"label": "y", "categorical": ["shop", "size"]}, recipe=recipe)
    columns = "id string, at timestamp, shop string, y string, size int"

    def rows(first, last, shops):
        return [
            (key, at, shops[place % len(shops)], "yes" if (place * 7 % 10 < 9) == (place % 2 == 0) else "no", place % 3)
            for place, (key, at, _, _) in enumerate(days(first, last))
        ]

    first = run(loop, rows(1, 14, ["north", None]), columns)
    run(loop, rows(15, 16, ["north", "west"]), columns)

    assert first.outcome == "PROMOTE", first.reasons
    assert loop.tables.read("toy_predictions").where("_batch_seq = 2 AND prediction IS NOT NULL").count() == 40


@pytest.mark.slow
def test_batches_of_one_row_are_scored_and_never_stop_the_loop(loop):
    decisions = [run(loop, days(number, number)[:1]) for number in (1, 2)]
    first = run(loop, days(3, 16))
    after = [run(loop, days(number, number)[:1]) for number in range(17, 25)]

    assert [each.action for each in decisions] == ["keep", "keep"]
    assert first.outcome == "PROMOTE", first.reasons
    assert loop.tables.read("toy_predictions").where("_batch_seq > 3").select("_row_key").distinct().count() == 8
    assert said(after[:6]) == ["keep"] * 6
    assert said(after[6:])[0] in ("PROMOTE", "REJECT")  # the first six whole days since the champion's data
    assert all(each.reasons for each in after)
