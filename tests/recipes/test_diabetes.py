"""The white paper's example, and why its rule is not ours."""

import pytest

from recipes.demo.diabetes import PaperVerdict, first_patients, paper_verdict


def test_the_first_patients_are_numbered_from_one():
    frame = first_patients(3)

    assert (list(frame["patient"]), list(frame["progression"])) == ([1, 2, 3], [151.0, 75.0, 141.0])


def test_more_patients_leave_the_first_ones_as_they_are():
    assert first_patients(442).head(422).equals(first_patients(422))


def test_the_papers_numbers_come_out():
    verdict = paper_verdict(42)

    assert (round(verdict.old_mse), round(verdict.new_mse), verdict.promotes) == (3443, 3105, True)


def test_the_papers_verdict_is_said_in_words():
    assert paper_verdict(42).sentence == (
        "The white paper's rule promotes: MSE 3105 on one test set against 3443 on another, R2 0.438 against 0.415."
    )


@pytest.mark.parametrize(
    ("new_mse", "new_r2", "promotes"),
    [(2_900.0, 0.5, True), (3_000.0, 0.5, False), (3_100.0, 0.5, False), (2_900.0, 0.4, False), (3_100.0, 0.3, False)],
)
def test_the_papers_rule_wants_a_smaller_mse_and_a_greater_r2(new_mse, new_r2, promotes):
    assert PaperVerdict(3_000.0, new_mse, 0.4, new_r2).promotes is promotes


@pytest.mark.parametrize(("seed", "promotes"), [(0, True), (1, False), (2, False), (3, True), (4, True), (6, False)])
def test_the_papers_rule_decides_by_how_the_rows_are_split(seed, promotes):
    # Of the seeds 0 to 199 it promotes in 74, on the same 20 new rows.
    assert paper_verdict(seed).promotes is promotes
