"""The verdict on a batch, and on several of them."""

from dataclasses import replace

import numpy as np
import pytest

from retraining.records.drift import LABEL, PREDICTION
from retraining.rules.drift.batch_verdict import drift_persistence, is_clear, judge_batch
from retraining.spec.drift_section import DriftSection

from .columns import NORMAL, compared, numeric

POLICY = DriftSection()
REFERENCE = numeric(NORMAL)
STABLE, DRIFTED = compared(REFERENCE, NORMAL), compared(REFERENCE, NORMAL + 2)
FURTHER, TOO_FEW = compared(REFERENCE, NORMAL + 4), compared(REFERENCE, NORMAL[:10])


def batch(*columns, **named):
    plain = [replace(metric, column_name=f"x{number}") for number, metric in enumerate(columns)]
    return [*plain, *(replace(metric, column_name=name) for name, metric in named.items())]


def predicting(metric, *columns):
    return [*batch(*columns), replace(metric, column_name=PREDICTION)]


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        (batch(STABLE, STABLE), "stable"),
        (batch(DRIFTED, *[STABLE] * 4), "drifted"),
        (batch(DRIFTED, *[STABLE] * 5), "stable"),
        (batch(DRIFTED, STABLE, STABLE, STABLE, TOO_FEW), "drifted"),
        (batch(DRIFTED, STABLE, STABLE, STABLE, TOO_FEW, TOO_FEW), "stable"),
        (batch(DRIFTED, *[TOO_FEW] * 19), "not_enough_data"),
        (batch(*[DRIFTED] * 4, *[TOO_FEW] * 16), "drifted"),
        (batch(STABLE, TOO_FEW), "stable"),
        (batch(STABLE, TOO_FEW, TOO_FEW), "not_enough_data"),
        (predicting(STABLE, *[STABLE] * 6), "stable"),
        (predicting(STABLE, DRIFTED, *[STABLE] * 5), "stable"),
        (predicting(DRIFTED, *[STABLE] * 9), "drifted"),
        (predicting(DRIFTED, TOO_FEW), "drifted"),
        (predicting(STABLE, TOO_FEW), "not_enough_data"),
        (predicting(TOO_FEW, TOO_FEW), "not_enough_data"),
        (predicting(TOO_FEW, DRIFTED), "drifted"),
        ([], "not_enough_data"),
    ],
)
def test_a_batch_drifts_with_a_fifth_of_all_its_features_or_with_its_prediction(columns, verdict):
    assert judge_batch(columns, POLICY).verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "drifted"), (0.51, "stable")])
def test_the_share_is_a_setting(share, verdict):
    assert judge_batch(batch(DRIFTED, STABLE), DriftSection(max_drifted_share=share)).verdict == verdict


@pytest.mark.parametrize(("weight", "verdict"), [(0, "stable"), (0.5, "stable"), (1, "drifted"), (9, "drifted")])
def test_a_column_counts_by_its_weight(weight, verdict):
    found = judge_batch(batch(DRIFTED, *[STABLE] * 4), DriftSection(weights={"x0": weight}))

    assert found.verdict == verdict
    assert found.reason.startswith(f"1 of 5 feature columns drifted ({weight / (weight + 4):.0%} by weight);")


def test_columns_of_no_weight_at_all_decide_nothing():
    assert judge_batch(batch(DRIFTED), DriftSection(weights={"x0": 0})).verdict == "stable"


def test_a_column_without_enough_data_keeps_its_weight_and_is_counted():
    found = judge_batch(batch(DRIFTED, TOO_FEW, STABLE), DriftSection(weights={"x1": 8}, max_drifted_share=0.1))

    assert found.verdict == "drifted"
    assert found.reason.startswith("1 of 3 feature columns drifted (10% by weight), 1 has not enough data;")
    assert "drifted, 2 have not enough data;" in judge_batch(batch(DRIFTED, TOO_FEW, TOO_FEW), POLICY).reason


def test_nothing_is_clear_where_most_columns_have_not_enough_data():
    assert is_clear(batch(STABLE, STABLE), POLICY) is True
    assert is_clear(batch(STABLE, TOO_FEW, TOO_FEW), POLICY) is None
    assert is_clear(batch(DRIFTED, STABLE, STABLE), POLICY) is False
    assert is_clear(batch(TOO_FEW), POLICY) is None


def test_label_and_batch_before_are_told_and_decide_nothing():
    before = [replace(DRIFTED, column_name="x0", against="previous_batch")] * 3

    assert judge_batch([*batch(STABLE, **{LABEL: DRIFTED}), *before], POLICY).verdict == "stable"


def test_drifted_columns_stand_worst_first():
    found = judge_batch(batch(DRIFTED, STABLE, FURTHER), POLICY)

    assert (found.worst_column, found.drifted_columns) == ("x2", ("x2", "x0"))


def test_equally_bad_columns_stand_by_name_whatever_their_order():
    columns = batch(DRIFTED, DRIFTED, STABLE)

    assert judge_batch(columns, POLICY) == judge_batch(columns[::-1], POLICY)


def test_a_stable_batch_names_the_column_nearest_to_its_threshold():
    nearly = compared(REFERENCE, NORMAL + 0.1)

    assert judge_batch(batch(STABLE, nearly, STABLE), POLICY).worst_column == "x1"


def test_a_drifted_column_is_worse_than_any_stable_one():
    null_heavy = compared(REFERENCE, [*NORMAL, *[np.nan] * 200])
    found = judge_batch(batch(STABLE, null_heavy), POLICY)

    assert (null_heavy.verdict, found.worst_column) == ("drifted", "x1")


def test_the_verdict_says_how_many_drifted_and_shows_the_worst():
    assert judge_batch(predicting(DRIFTED, FURTHER, STABLE), POLICY).reason == (
        "1 of 2 feature columns drifted; drift.max_drifted_share wants 20%. The prediction drifted, which is enough "
        f"on its own. Worst: `x0`. {FURTHER.reason}"
    )


def test_a_stable_verdict_shows_the_nearest_column():
    assert judge_batch(batch(STABLE, STABLE), POLICY).reason == (
        f"0 of 2 feature columns drifted; drift.max_drifted_share wants 20%. Closest: `x0`. {STABLE.reason}"
    )


def test_too_little_data_says_what_is_missing():
    found = judge_batch(predicting(TOO_FEW, TOO_FEW), POLICY)

    assert (found.worst_column, found.drifted_columns) == (None, ())
    assert found.reason == ("None of 2 columns has enough data. `x0`: 10 rows in the batch; a verdict needs 200.")


def test_without_a_reference_nothing_is_compared():
    assert judge_batch([], POLICY).reason == "The champion has no drift reference, so nothing was compared."


LETTERS = {"s": STABLE, "D": DRIFTED, "?": TOO_FEW}


def history(letters, version="4"):
    """One evaluation per letter, of batches 1, 2, and so on."""
    return [
        replace(LETTERS[letter], seq=seq, batch_seq=seq, evaluation_id=f"e{seq}", champion_version=version)
        for seq, letter in enumerate(letters, start=1)
    ]


@pytest.mark.parametrize(
    ("letters", "persists"),
    [
        ("", False),
        ("D", False),
        ("DD", True),
        ("DsD", True),
        ("DDs", False),
        ("DDss", False),
        ("DssD", False),
        ("D?D", True),
        ("D???D", True),
        ("DD?", False),
        ("?", False),
    ],
)
def test_drift_persists_in_two_of_the_newest_three_batches_the_newest_among_them(letters, persists):
    assert drift_persistence(history(letters), "4", DriftSection()).persists is persists


def test_the_order_of_the_rows_does_not_matter():
    assert drift_persistence(history("sDD")[::-1], "4", DriftSection()).persists


def test_the_window_is_a_setting():
    policy = DriftSection.model_validate({"windows": {"within": 4, "at_least": 3}})

    assert drift_persistence(history("DsDD"), "4", policy).persists
    assert not drift_persistence(history("DssD"), "4", policy).persists


def test_a_batch_counts_once_with_its_newest_evaluation():
    again = [replace(row, seq=10 + row.seq, evaluation_id="again") for row in history("D")]
    corrected = [replace(STABLE, seq=20, batch_seq=1, evaluation_id="corrected")]

    assert drift_persistence([*history("D"), *again], "4", DriftSection()).drifted == 1
    assert drift_persistence([*history("D"), *corrected], "4", DriftSection()).drifted == 0


def test_the_columns_of_one_evaluation_are_judged_together():
    one_of_six = [replace(row, column_name=f"x{number}") for number in range(5) for row in history("s")]

    assert drift_persistence([*history("D"), *one_of_six], "4", DriftSection()).drifted == 0


def test_another_version_had_another_reference():
    assert not drift_persistence([*history("D", "3"), *history("sD", "4")], "4", DriftSection()).persists


def test_persistence_says_what_was_counted():
    assert drift_persistence(history("DsD"), "4", DriftSection()).reason == (
        "2 of the newest 3 batches drifted, and the newest did; drift.windows wants 2 of 3, the newest among them."
    )


@pytest.mark.parametrize(
    ("letters", "end"), [("", "was not compared"), ("Ds", "did not"), ("D?", "has not enough data")]
)
def test_persistence_says_what_the_newest_batch_did(letters, end):
    assert f"and the newest {end};" in drift_persistence(history(letters), "4", DriftSection()).reason
