"""Does a version answer elsewhere as it does here?"""

import pytest

from retraining.records.version import FreshAnswers
from retraining.rules.gate.smoke import smoke
from retraining.spec.serving_section import ServingSection

LIMITS = ServingSection(max_p95_milliseconds=20, max_megabytes=2)
TIMES = (1.0,) * 95 + (15.0,) * 5


def answers(predictions=(1.0, 2.0), milliseconds=TIMES, megabytes=1.0, problem=None) -> FreshAnswers:
    return FreshAnswers(predictions, milliseconds, megabytes, problem)


def test_the_same_answers_within_the_limits_pass():
    found = smoke("7", answers((1.0 + 1e-9, 2.0)), (1.0, 2.0), LIMITS)

    assert found.passes
    assert found.sentence == (
        "Version 7 in a fresh process answers 2 of the newest requests as here, 95 % of them within 1.7 ms; 1 MB."
    )


@pytest.mark.parametrize(
    ("found", "phrase"),
    [
        (answers(problem="No module named 'mine'"), "failed: No module named 'mine'."),
        (answers((1.0, 2.1)), "1 of 2 answers are not what it says here"),
        (answers(("1.0", 2.0)), "1 of 2 answers are not what it says here"),
        (answers((1.0,)), "1 answers to 2 requests"),
        (answers(milliseconds=(30.0,) * 10), "up to 30 ms, serving.max_p95_milliseconds allows 20"),
        (answers(megabytes=2.5), "2.5 MB, serving.max_megabytes allows 2"),
    ],
)
def test_anything_else_stops_it(found, phrase):
    smoked = smoke("7", found, (1.0, 2.0), LIMITS)

    assert not smoked.passes
    assert phrase in smoked.sentence


def test_without_limits_time_and_size_are_only_told():
    assert smoke("7", answers(milliseconds=(900.0,), megabytes=900), (1.0, 2.0), ServingSection()).passes


def test_where_there_is_no_row_to_ask_loading_is_all():
    assert smoke("7", answers((), ()), (), LIMITS).passes
