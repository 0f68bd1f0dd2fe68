"""Which models a job over all of them goes through."""

import pytest

from retraining.errors import ParameterError
from retraining.open_stage import list_models


def test_every_spec_is_a_model_and_other_files_are_not(tmp_path):
    for name in ("trees.yml", "flights.yml", "notes.txt"):
        (tmp_path / name).touch()

    assert list_models(tmp_path) == ["flights", "trees"]


def test_the_repositorys_own_models_are_found():
    assert {"diabetes", "flights_air_time"} <= set(list_models())


def test_no_spec_at_all_is_an_error_that_says_where_to_put_one(tmp_path):
    with pytest.raises(ParameterError, match=r"holds no spec. Add specs/<model>.yml"):
        list_models(tmp_path)
