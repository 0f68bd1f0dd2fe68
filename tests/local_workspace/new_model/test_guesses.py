"""What new-model takes columns for, and the spec that it writes."""

from dataclasses import replace

import pytest

from local_workspace.errors import ParameterError
from local_workspace.new_model.guess_columns import (
    GIVEAWAY,
    guess_features,
    guess_kind,
    guess_metric,
    guess_schedule,
)
from local_workspace.new_model.guess_rows import Guess, guess_keys, guess_ledger, key_candidates
from local_workspace.new_model.table_facts import ColumnFacts, LedgerSpan, TableFacts
from local_workspace.new_model.write_spec import NewSpec, spec_text, yaml_text
from retraining.spec.read_spec import parse_spec

ROWS = 2_000


def column(name, kind="double", distinct=1_500, missing=0, link=None):
    return ColumnFacts(name, kind, missing, distinct, link)


def table(*columns, rows=ROWS):
    return TableFacts("weather", rows, columns)


TIME = column("time", "timestamp", 1_000)
STATION = column("station", "string", 2)
WEATHER = table(
    TIME,
    STATION,
    column("temperature"),
    column("wind speed", "bigint", 30, missing=12),
    column("is holiday", "boolean", 2),
    column("rain", missing=3),
)


def test_the_ledger_is_a_time_before_a_date_before_a_number():
    number = column("row_id", "bigint", ROWS)
    day = column("day", "date", 90)

    assert guess_ledger(table(number, day, TIME), "rain").columns == ("time",)
    assert guess_ledger(table(number, day), "rain").columns == ("day",)
    assert guess_ledger(table(number), "rain") == Guess(("row_id",), "an integer that is different in each row")


def test_a_column_with_gaps_or_the_label_is_not_the_ledger():
    with pytest.raises(ParameterError, match=r"time cannot be it, because values are missing\. Name one with --ledger"):
        guess_ledger(table(column("time", "timestamp", missing=1), column("n", "bigint", ROWS)), "n")


def test_keys_are_an_id_then_the_ledger_then_the_ledger_and_more():
    order = column("order_id", "string", ROWS)
    unique_time = column("time", "timestamp", ROWS)

    assert next(key_candidates(table(order, unique_time), "time", "x")) == ("order_id",)
    assert next(key_candidates(table(STATION, unique_time), "time", "x")) == ("time",)
    assert next(key_candidates(WEATHER, "time", "rain")) == ("time", "station")


def test_the_first_keys_that_are_unique_are_taken():
    asked = []

    def is_unique(columns):
        asked.append(columns)
        return columns == ("time", "wind speed")

    facts = table(TIME, STATION, column("wind speed", "bigint", 30))
    assert guess_keys(facts, "time", "rain", is_unique).columns == ("time", "wind speed")
    assert asked[0] == ("time", "station")
    with pytest.raises(ParameterError, match="Name the columns with --keys, or remove rows that are there twice"):
        guess_keys(facts, "time", "rain", lambda _: False)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        (column("y"), "regression"),
        (column("y", "bigint", 500), "regression"),
        (column("y", "bigint", 3), "regression"),
        (column("y", "bigint", 2), "classification"),
        (column("y", "boolean", 2), "classification"),
        (column("y", "string", 5), "classification"),
    ],
)
def test_the_kind_follows_from_the_label(label, kind):
    assert guess_kind(label, ROWS)[0] == kind


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (column("y", missing=ROWS), "it has no value in any row"),
        (column("y", distinct=1), "the same value in every row"),
        (column("y", "date"), "it is a date. Expected a number, a boolean or a text"),
        (column("y", "string", 900), "a text with about 900 values; classes may be at most 50"),
    ],
)
def test_a_label_that_nothing_can_be_learned_from_is_refused(label, message):
    with pytest.raises(ParameterError, match=message):
        guess_kind(label, ROWS)


def test_ids_constants_texts_times_and_giveaways_are_left_out_with_the_reason():
    facts = table(
        TIME,
        STATION,
        column("temperature", link=0.3),
        column("row_id", "bigint", ROWS),
        column("shop_nr", "bigint", 12),
        column("unit", "string", 1),
        column("empty", "string", 0, missing=ROWS),
        column("remark", "string", 700),
        column("updated", "timestamp"),
        column("rain_mm", link=GIVEAWAY),
        column("a`b", "bigint", 4),
        column("list", "array<int>", 9),
        column("rain"),
    )

    features = guess_features(facts, "rain", "time", ["time", "station"])

    assert (features.numeric, features.categorical) == (("temperature",), ("station", "shop_nr"))
    assert dict(features.left_out) == {
        "row_id": "names a row: almost every row has another value",
        "unit": "the same value in every row",
        "empty": "every value is missing",
        "remark": "a text with about 700 values; recipes.text reads its words (docs/how-to/recipes.md)",
        "updated": "a time; make numbers of it (hour, weekday) with `prepare`",
        "rain_mm": "gives the label away (0.990 of 1): is it known before the label?",
        "a`b": "a spec cannot use this name; rename it in the file",
        "list": "its type array<int> is neither a number nor a text",
    }


def test_without_a_feature_there_is_no_model():
    with pytest.raises(ParameterError, match="no column is left that a model can learn from"):
        guess_features(table(TIME, column("unit", "string", 1), column("rain")), "rain", "time", ["time"])


def test_categories_alone_are_enough_for_a_model():
    read = parse_spec(spec_text(spec(table(TIME, STATION, column("rain")), keys=("time",))), "rain.yml")

    assert (read.columns.numeric, read.columns.categorical) == ((), ("station",))


@pytest.mark.parametrize(
    ("span", "schedule"),
    [
        (LedgerSpan(90, 90), "daily"),
        (LedgerSpan(13, 90), "weekly"),
        (LedgerSpan(3, 90), "monthly"),
        (None, "weekly"),
    ],
)
def test_the_schedule_follows_from_the_days_with_rows(span, schedule):
    assert guess_schedule(span)[0] == schedule


@pytest.mark.parametrize(
    ("classes", "rarest"),
    [
        ([970, 30], "3.0%"),
        ([9, 91], "9.0%"),
        ([20, 80], "20.0%"),
        ([500, 450, 50], "5.0%"),
        ([100] * 19 + [10], "0.5%"),
    ],
)
def test_a_rare_class_is_judged_by_auc(classes, rarest):
    metric, why = guess_metric(classes)

    assert metric == "auc"
    assert why.startswith(f"the rarest class has {rarest} of the labels")


@pytest.mark.parametrize("classes", [[25, 75], [1, 1], [400, 300, 200], [100] * 20, []])
def test_classes_that_are_not_rare_keep_the_metric_of_the_kind(classes):
    assert guess_metric(classes) is None


def test_the_spec_names_the_metric_beside_a_reserved_hold_out():
    facts = table(column("id", "bigint", ROWS), column("x"), column("y", "string", 2))
    written = spec(facts, "id", ("id",), "y", "classification", reserved=True)
    read = parse_spec(spec_text(replace(written, metric=guess_metric([97, 3]))), "rain.yml")

    assert (read.gate.metric, read.gate.holdout) == ("auc", "reserved")


def spec(facts=WEATHER, ledger="time", keys=("time", "station"), label="rain", kind="regression", reserved=False):
    return NewSpec(
        model="rain",
        kind=kind,
        kind_why="why",
        table="weather",
        rows=ROWS,
        ledger=Guess((ledger,), "why"),
        keys=Guess(keys, "why"),
        label=label,
        features=guess_features(facts, label, ledger, keys),
        schedule="daily",
        schedule_why="why",
        reserved=reserved,
    )


def test_the_spec_is_valid_and_says_what_was_guessed():
    read = parse_spec(spec_text(spec()), "rain.yml")

    assert (read.model, read.kind, read.source.table, read.schedule) == ("rain", "regression", "weather", "daily")
    assert (read.source.ledger_column, read.source.keys) == ("time", ("time", "station"))
    assert read.columns.numeric == ("temperature", "wind speed", "is holiday")
    assert (read.columns.label, read.columns.categorical) == ("rain", ("station",))
    assert (read.recipe, dict(read.params), read.gate.holdout) == ("recipes.ridge.pipeline", {"alpha": 1.0}, "newest")


def test_a_ledger_without_time_reserves_rows_for_judging_and_classes_get_their_recipe():
    facts = table(column("id", "bigint", ROWS), column("x"), column("y", "string", 3))
    read = parse_spec(spec_text(spec(facts, "id", ("id",), "y", "classification", reserved=True)), "rain.yml")

    assert (read.gate.holdout, read.recipe) == ("reserved", "recipes.logistic.pipeline")


def test_names_that_mean_something_else_in_yaml_are_quoted():
    plain = ["_id", "wind.max", "wind speed", "größe"]
    names = [*plain, "no", "2024", "a: b", "x # y", "[z]", "1e3", "'", '"', "-", "null"]
    facts = table(TIME, *(column(name) for name in names), column("rain"))

    read = parse_spec(spec_text(spec(facts, keys=("time",))), "rain.yml")

    assert list(read.columns.numeric) == names
    assert [yaml_text(name) for name in ("wind speed", "no")] == ["wind speed", "'no'"]
