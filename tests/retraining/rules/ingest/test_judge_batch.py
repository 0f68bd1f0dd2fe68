"""Which batches are held, and the figures they are held for."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch, RuleCount
from retraining.rules.ingest.batch_gates import BatchFacts, rows_of_earlier, why_held
from retraining.spec.quality_section import BatchGates

ALL = BatchGates(min_rows=5, max_quarantined_share=0.1, max_row_count_change=2, max_null_share={"x": 0.25})
GOOD = BatchFacts(accepted=18, quarantined=2, missing={"x": 5}, failed=(), earlier=(10, 20, 40))


def test_a_batch_at_every_bound_passes():
    assert why_held(ALL, GOOD) == ()
    assert why_held(ALL, replace(GOOD, accepted=5, quarantined=0, missing={"x": 1}, earlier=())) == ()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (
            replace(GOOD, accepted=4, quarantined=0, missing={"x": 0}, earlier=()),
            "quality.batch.min_rows: 4 new rows came; at least 5 must.",
        ),
        (
            replace(GOOD, accepted=17, quarantined=3),
            "quality.batch.max_quarantined_share: 3 of 20 new rows (15.00%) were quarantined; at most 10.00% may.",
        ),
        (
            replace(GOOD, missing={"x": 6}),
            "quality.batch.max_null_share.x: 6 of 20 new rows (30.00%) have no value; at most 25.00% may.",
        ),
        (
            replace(GOOD, failed=(RuleCount("x_in_range", 1_200),)),
            "rule x_in_range (severity: fail): 1,200 rows broke it; none may.",
        ),
        (
            replace(GOOD, accepted=40, quarantined=1),
            "quality.batch.max_row_count_change: 41 new rows came, where the median of 3 earlier batches is 20: 2.05 "
            "times as many or few; at most 2 may be.",
        ),
        (
            replace(GOOD, accepted=8, quarantined=0, missing={"x": 0}),
            "quality.batch.max_row_count_change: 8 new rows came, where the median of 3 earlier batches is 20: 2.5 "
            "times as many or few; at most 2 may be.",
        ),
    ],
)
def test_a_batch_beyond_a_bound_is_held_with_the_figures(facts, why):
    assert why_held(ALL, facts) == (why,)


def test_the_number_of_rows_is_compared_from_the_fourth_batch_on():
    few = replace(GOOD, accepted=8, quarantined=0, missing={"x": 0}, earlier=(20, 20))

    assert (why_held(ALL, few), len(why_held(ALL, replace(few, earlier=(20, 20, 20))))) == ((), 1)


def test_a_batch_without_new_rows_is_only_asked_for_min_rows():
    empty = BatchFacts(0, 0, {"x": 0}, (), (10, 20, 40))

    assert why_held(ALL, empty) == ("quality.batch.min_rows: 0 new rows came; at least 5 must.",)
    assert why_held(ALL.model_copy(update={"min_rows": None}), empty) == ()


def test_held_and_empty_batches_do_not_say_how_many_rows_are_usual():
    nothing = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))
    states = [("COMMITTED", 7, 1), ("HELD", 100, 0), ("COMMITTED", 0, 0), ("PLANNED", None, None)]
    rows = [replace(nothing, state=state, rows_accepted=a, rows_quarantined=q) for state, a, q in states]

    assert rows_of_earlier(rows) == [8]


def test_a_rule_of_severity_fail_holds_a_batch_that_brought_labels_alone():
    labels_alone = BatchFacts(0, 0, {"x": 0}, (RuleCount("y_in_range", 1),), (10, 20, 40))

    assert why_held(BatchGates(), labels_alone) == ("rule y_in_range (severity: fail): 1 rows broke it; none may.",)


REASONS = (RuleCount("malformed", 60), RuleCount("x_in_range", 70))


def test_without_a_word_a_fifth_of_the_rows_may_be_quarantined_and_the_reasons_come_by_size():
    most = BatchFacts(23, 77, {}, (), (), REASONS)

    assert why_held(BatchGates(), most) == (
        "quality.batch.max_quarantined_share: 77 of 100 new rows (77.00%) were quarantined; at most 20.00% may by "
        "default. Reasons: x_in_range 70, malformed 60.",
    )
    assert why_held(BatchGates(max_quarantined_share=1), most) == ()


@pytest.mark.parametrize(
    ("accepted", "quarantined", "held"), [(2, 1, 0), (0, 9, 0), (0, 10, 1), (40, 10, 0), (39, 10, 1)]
)
def test_the_default_share_needs_ten_quarantined_rows(accepted, quarantined, held):
    assert len(why_held(BatchGates(), BatchFacts(accepted, quarantined, {}, (), ()))) == held


def test_only_the_five_greatest_reasons_are_named():
    reasons = tuple(RuleCount(f"rule_{number}", number) for number in range(1, 8))

    (sentence,) = why_held(BatchGates(), BatchFacts(0, 28, {}, (), (), reasons))

    assert sentence.endswith("Reasons: rule_7 7, rule_6 6, rule_5 5, rule_4 4, rule_3 3 and 2 more.")
