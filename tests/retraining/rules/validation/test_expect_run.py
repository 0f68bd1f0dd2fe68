"""What is said before a run: in the words that people read."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from tests.loop import toy_spec

from retraining.records.batch import Batch
from retraining.records.validation import KeySample, SourceFacts
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.validation.expect_run import expect_run

TIME = Ledger("at", "timestamp")
NUMBER = Ledger("at", "integer")


def days(count: int) -> tuple[date, ...]:
    return tuple(date(2013, 1, 1) + timedelta(days=each) for each in range(count))


GOOD = SourceFacts(
    rows=1820,
    ledger_from="2013-01-01T00:00:00Z",
    ledger_to="2013-04-01T10:00:00Z",
    ledger_missing=0,
    ledger_in_future=0,
    newer_rows=1820,
    labelled=1820,
    label_is_constant=False,
    learnable=1820,
    days=days(91),
    classes=None,
    empty_features=(),
    constant_features=(),
    sample=KeySample(1820, 1820, 1820),
)


def said(facts=GOOD, spec=None, ledger=TIME, batches=()) -> dict[str, list[str]]:
    """Sentences by their level."""
    found: dict[str, list[str]] = {}
    for each in expect_run(spec or toy_spec(), ledger, facts, batches):
        found.setdefault(each.level, []).append(each.text)
    return found


def test_a_source_without_faults_is_described_from_its_rows_to_its_first_champion():
    assert said() == {
        "ok": [
            "1,820 rows; ledger `at` is a timestamp from 2013-01-01T00:00:00Z to 2013-04-01T10:00:00Z.",
            "The first run would ingest all of it in one batch; after that expect a batch for each daily run that "
            "finds new rows.",
            "No key (id) repeats.",
            "Every row has a label.",
            "A first champion needs 7 whole days with labelled rows; there are 90. The first run can train a "
            "candidate and have it judged on the newest 23 of them; it goes live if it passes.",
        ]
    }


def test_a_ledger_without_time_never_trains_with_the_default_gate():
    assert said(ledger=NUMBER)["error"] == [
        "gate.holdout is newest, which judges on whole days, but ledger `at` is an integer: no champion would ever be "
        "trained. Write `gate: {holdout: reserved}`, or name a ledger_column of dates or times."
    ]


def test_batches_so_far_and_rows_above_the_watermark_are_counted():
    batch = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))

    assert (
        "2 batches are stored; 20 rows are above the watermark."
        in said(replace(GOOD, newer_rows=20), batches=[batch] * 2)["ok"]
    )


@pytest.mark.parametrize(
    ("changes", "level", "sentence"),
    [
        ({"rows": 0, "labelled": 0, "sample": KeySample(0, 0, 0), "days": ()}, "warning", "toy_source is empty. A run"),
        ({"ledger_missing": 182}, "warning", "10.0% of the rows have no value in `at` and would be quarantined as"),
        ({"ledger_in_future": 182}, "warning", "10.0% of the rows are more than a day in the future and would be"),
        (
            {"labelled": 0, "learnable": 0, "days": ()},
            "warning",
            "No row has a value in `y`, so nothing can be trained until labels",
        ),
        ({"label_is_constant": True}, "error", "All labels in `y` are the same, so nothing can be learned."),
        ({"labelled": 910}, "ok", "50.0% of the rows have no label; such rows are scored, not learned from."),
        ({"empty_features": ("x",)}, "warning", "Feature `x` has no value in any row."),
        ({"constant_features": ("x",)}, "warning", "Feature `x` is the same in every row, so a model learns nothing"),
        ({"sample": KeySample(100, 90, 100)}, "ok", "10.0% of the rows repeat a key (id); the newest row of a key"),
        ({"sample": KeySample(100, 40, 100)}, "warning", "60.0% of the rows repeat a key (id); only the newest row of"),
        ({"sample": KeySample(100, 90, 95)}, "warning", "5.0% of the rows repeat both the key (id) and the ledger"),
        ({"classes": (("a", 1365), ("b", 455))}, "ok", "2 classes: a 75.0%, b 25.0%."),
        ({"classes": (("a", 1810), ("b", 10))}, "warning", "1 of 2 classes have less than 1% of the labels"),
        ({"classes": tuple((str(each), 1) for each in range(51))}, "warning", "`y` has more than 50 classes."),
    ],
)
def test_what_is_odd_about_a_source_is_said_in_a_sentence(changes, level, sentence):
    texts = said(replace(GOOD, **changes))[level]

    assert [text for text in texts if text.startswith(sentence)], texts


@pytest.mark.parametrize(
    ("counts", "metric", "warns"),
    [
        ((94, 6), None, True),
        ((94, 6), "error_rate", True),
        ((94, 6), "auc", False),
        ((90, 10), None, False),
        ((50, 45, 5), None, True),
        ((40, 40, 20), None, False),
    ],
)
def test_a_rare_class_under_the_error_rate_is_a_warning_with_the_line_to_write(counts, metric, warns):
    classes = tuple((str(place), count) for place, count in enumerate(counts))
    facts = replace(GOOD, labelled=100, classes=classes)
    spec = toy_spec(kind="classification", recipe="recipes.logistic.pipeline", gate={"metric": metric})
    found = [text for text in said(facts, spec).get("warning", ()) if text.startswith("The rarest class has ")]

    assert [text.endswith("is seldom wrong. Write `metric: auc` under `gate`.") for text in found] == [True] * warns


@pytest.mark.parametrize(
    ("sections", "level", "sentence"),
    [
        (
            {"policy": {"min_new_rows": 2000}},
            "warning",
            "policy.min_new_rows wants 2,000 labelled rows, there are 1,820",
        ),
        (
            {"policy": {"max_rows": 1000}},
            "warning",
            "A fit would learn from a sample of 1,000 rows, because of policy.",
        ),
    ],
)
def test_a_policy_that_the_source_does_not_meet_is_named(sections, level, sentence):
    assert [text for text in said(spec=toy_spec(**sections))[level] if text.startswith(sentence)]


def test_rows_without_a_label_are_refused_where_the_spec_expects_one():
    spec = toy_spec(columns={"label": "y", "numeric": ["x"], "label_delay": 0})

    assert said(replace(GOOD, labelled=910), spec)["warning"][0].startswith(
        "50.0% of the rows have no label and would be quarantined as label_missing, because label_delay is 0."
    )


def test_no_label_at_all_is_an_error_where_the_spec_expects_one_in_every_row():
    spec = toy_spec(columns={"label": "y", "numeric": ["x"], "label_delay": 0})

    assert said(replace(GOOD, labelled=0, days=()), spec)["error"] == [
        "No row has a value in `y`, so nothing can be trained, and label_delay is 0. Name the right label."
    ]


def test_days_cannot_be_left_out_of_a_ledger_without_time():
    exclude = [{"start": "2013-02-08", "end": "2013-02-09", "reason": "Blizzard."}]
    spec = toy_spec(gate={"holdout": "reserved"}, strategy={"exclude": exclude})

    assert said(spec=spec, ledger=NUMBER)["error"] == [
        "strategy.exclude names days, but `at` is an integer. Remove the exclusions."
    ]
