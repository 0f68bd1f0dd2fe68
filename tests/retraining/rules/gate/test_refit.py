"""Is a refit close enough to the candidate?"""

import pytest

from retraining.rules.gate.refit import RefitCheck


@pytest.mark.parametrize(
    ("broken", "difference", "error", "passes"),
    [(0, 1.0, 2.0, True), (0, 1.01, 2.0, False), (1, 0.0, 2.0, False), (0, None, 2.0, False), (0, 0.0, None, False)],
)
def test_a_refit_may_differ_by_half_of_the_gated_error(broken, difference, error, passes):
    assert RefitCheck("rmse", 100, broken, difference, error).passes == passes


def test_the_sentence_says_which_version_goes_live():
    assert RefitCheck("rmse", 1_000, 0, 3.0, 5.0).sentence == (
        "The refit differs from the candidate by 3 on 1,000 rows, at most half of the gated RMSE 5 is allowed; "
        "the candidate itself goes live."
    )
