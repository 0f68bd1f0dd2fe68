"""Errors name their cure, for the page of a run that they stopped."""

from pathlib import Path

import pytest

from retraining import errors
from retraining.errors import ParameterError, RetrainingError, cure_of

OURS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, RetrainingError)]


@pytest.mark.parametrize("error", [each for each in OURS if each is not RetrainingError])
def test_every_error_of_ours_has_a_cure_of_its_own(error):
    assert cure_of(error("x")) not in ("", cure_of(RetrainingError("x")))


def test_the_cure_is_what_the_class_says_after_its_first_paragraph():
    assert cure_of(ParameterError("x")) == "Correct the parameter as the error says, and start the job again."


def test_an_error_of_another_system_has_the_cure_of_all():
    assert cure_of(ValueError("12")).startswith("Read the output of the task.")
    assert cure_of(FileNotFoundError(str(Path("x")))).endswith("it goes on from what is stored.")
