"""Killed at random moments and started again: the same end, no document lost, none left that should be gone."""

import multiprocessing
import os
import pickle
import random
import signal

import pytest
from tests.search_places import MemoryLedger

from retraining.failpoints import SEARCH, VARIABLE, FailpointError


class FileLedger(MemoryLedger):
    """Rows that outlive a process: each commit is whole in the file, or not there."""

    def __init__(self, file):
        self.file = file
        self.rows = []
        self.runs = []
        self._commit()

    def _commit(self):
        part = self.file.with_suffix(".part")
        part.write_bytes(pickle.dumps((self.rows, self.runs)))
        part.replace(self.file)

    def read(self):
        self.rows, self.runs = pickle.loads(self.file.read_bytes())

    def open_run(self, run):
        self.read()
        seq = super().open_run(run)
        self._commit()
        return seq

    def close_run(self, row):
        super().close_run(row)
        self._commit()

    def append(self, rows):
        super().append(rows)
        self._commit()


def change(places, dice, turn):
    """New, changed, renamed and deleted documents."""
    names = sorted(places.files)
    for number in range(8):
        places.write(f"turn {turn}/{number}.txt", f"{dice.random()}")
    for name in dice.sample(names, min(len(names), 5)):
        places.write(name, f"changed {dice.random()}")
    for name in dice.sample(names, min(len(names), 4)):
        file = places.folder / name
        file.rename(file.with_name(f"renamed {dice.randrange(10**9)}.txt")) if dice.random() < 0.5 else file.unlink()


def run_and_die(places, seconds):
    """A process of its own that is killed after a while; True where it was faster."""
    child = multiprocessing.get_context("fork").Process(target=places.refresh, kwargs={"allow_deletions": True})
    child.start()
    child.join(seconds)
    if child.exitcode is not None:
        return True
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    return False


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_twenty_kills_end_as_if_there_had_been_none(places, tmp_path):
    dice = random.Random(25)
    places.ledger = FileLedger(tmp_path / "rows")
    finished = 0
    for turn in range(20):
        change(places, dice, turn)
        finished += run_and_die(places, dice.uniform(0.01, 2.0))

    places.ledger.read()
    places.refresh(allow_deletions=True).raise_if_failed()
    places.refresh(allow_deletions=True).raise_if_failed()

    places.check_all_agree()
    assert places.refresh().run.copied == 0
    assert finished < 15


@pytest.mark.parametrize("point", SEARCH)
def test_a_failure_at_every_place_is_finished_by_the_next_run(places, monkeypatch, point):
    for name in ("kept.txt", "changed.txt", "deleted.txt"):
        places.write(name, name)
    places.refresh()
    places.write("changed.txt", "other")
    places.write("new.txt", "new")
    (places.folder / "deleted.txt").unlink()
    monkeypatch.setenv(VARIABLE, f"{point}=raise")
    with pytest.raises(FailpointError):
        places.refresh()
    (places.folder / "new.txt").unlink()
    monkeypatch.delenv(VARIABLE)

    places.refresh()

    places.check_all_agree()
    assert set(places.files) == {"kept.txt", "changed.txt"}


def test_a_content_that_comes_back_after_a_kill_is_copied_again(places, monkeypatch):
    places.write("a.txt", "first")
    places.refresh()
    places.write("a.txt", "other")
    monkeypatch.setattr(places.ledger, "append", commits(places.ledger, 1))
    with pytest.raises(FailpointError):
        places.refresh()
    assert places.copies == {"docs/a.txt": b"other"}
    monkeypatch.undo()

    places.write("a.txt", "first")
    places.refresh()

    places.check_all_agree()


def commits(ledger, most):
    """A ledger that stores so many commits, and then nothing more."""
    append = ledger.append
    left = [most]

    def stored(rows):
        if not left[0]:
            raise FailpointError("killed")
        left[0] -= 1
        append(rows)

    return stored
