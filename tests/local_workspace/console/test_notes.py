"""How long a loop will still take."""

import pytest

from local_workspace.console.notes import progress_note, seconds_left


@pytest.mark.parametrize(
    ("finished", "running", "expected"),
    [
        ([], 5.0, "0 of 12 done"),
        ([60.0], 0.0, "1 of 12 done, about 11 min left"),
        ([60.0, 20.0], 20.0, "2 of 12 done, about 6 min left"),
        ([5.0] * 11, 1.0, "11 of 12 done, about 4 s left"),
        ([1000.0], 0.0, "1 of 12 done, about 3.1 h left"),
        ([5.0] * 12, 0.0, "12 of 12 done"),
    ],
)
def test_the_time_left_is_the_mean_of_the_finished_iterations_times_those_that_remain(
    finished: list[float], running: float, expected: str
) -> None:
    assert progress_note(12, finished, running) == expected


def test_an_iteration_that_takes_longer_than_the_mean_does_not_reduce_the_time_of_the_others() -> None:
    assert seconds_left(3, [10.0], running=500.0) == 10.0
    assert seconds_left(2, [10.0], running=500.0) == 0.0
