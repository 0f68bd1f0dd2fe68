"""How processes and runs on one state folder are kept apart."""

import multiprocessing
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from local_workspace.errors import StateInUseError
from local_workspace.run.state_folder import new_run_folder, state_folder_lock


def hold(state: Path, pipe: Connection) -> None:
    """Hold the lock until the parent answers."""
    with state_folder_lock(state):
        pipe.send("locked")
        pipe.recv()


def test_a_second_process_is_refused_with_the_folder_and_the_process_that_uses_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    other = context.Process(target=hold, args=(tmp_path, theirs))
    other.start()
    try:
        assert mine.recv() == "locked"
        with (
            pytest.raises(StateInUseError, match=f"{tmp_path} is in use by process {other.pid}"),
            state_folder_lock(tmp_path),
        ):
            pass
    finally:
        other.kill()
        other.join()

    with state_folder_lock(tmp_path):  # the lock of a dead process does not block
        assert (tmp_path / "lock").read_text() != str(other.pid)


def test_run_ids_only_grow_also_past_an_id_from_the_future(tmp_path: Path) -> None:
    (tmp_path / "20991231235959").mkdir()

    first, second = new_run_folder(tmp_path), new_run_folder(tmp_path)

    assert (first.name, second.name) == ("20991231235960", "20991231235961")


def test_run_ids_follow_the_clock_so_that_a_deleted_folder_cannot_repeat_them(tmp_path: Path) -> None:
    before = int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))

    assert int(new_run_folder(tmp_path / "runs").name) >= before
