"""Only a folder that provably holds no row is taken away, and not from a run that is still making it."""

import shutil

import pytest

from retraining.adapters.tables import half_made_table as module
from retraining.adapters.tables.half_made_table import HalfMadeTable, take_away

FIRST = f"{0:020d}.json"
MADE = '{"commitInfo":{}}\n{"metaData":{}}\n{"protocol":{}}\n'


@pytest.fixture
def folder(tmp_path):
    """A table's folder, with an empty log."""
    (tmp_path / "decisions" / "_delta_log").mkdir(parents=True)
    return tmp_path / "decisions"


def found(folder):
    return HalfMadeTable(folder, module._files(folder))


def unknown():
    return False


@pytest.mark.parametrize(
    "files",
    [
        {},
        {f"_delta_log/.{FIRST}.1.tmp": MADE[:20]},
        {f"_delta_log/{FIRST}": MADE},
        {f"_delta_log/{FIRST}": MADE, f"_delta_log/.{FIRST}.crc": "x", f"_delta_log/{FIRST[:-4]}crc": "{}"},
    ],
    ids=["no commit", "part of one", "the first", "the first, with checksums"],
)
def test_a_table_without_a_row_is_taken_away(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)

    assert take_away(found(folder), unknown)
    assert list(folder.parent.iterdir()) == []


@pytest.mark.parametrize(
    "files",
    [
        {"part-0.parquet": ""},
        {"notes.txt": ""},
        {".part-0.parquet.crc": ""},
        {f"_delta_log/{FIRST}": MADE + '{"add":{"path":"part-0.parquet"}}\n'},
        {f"_delta_log/{FIRST}": MADE, f"_delta_log/{1:020d}.json": MADE},
        {f"_delta_log/{0:020d}.checkpoint.parquet": ""},
        {f"_delta_log/{FIRST}": MADE[:-9]},
        {f"_delta_log/{FIRST}": ""},
    ],
    ids=["data", "a stranger's file", "a hidden one", "a row", "a second commit", "a checkpoint", "cut off", "empty"],
)
def test_what_may_hold_a_row_stays_as_it_is(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text)
    before = module._files(folder)

    assert not take_away(found(folder), unknown)
    assert module._files(folder) == before


def test_a_run_that_goes_on_keeps_its_folder(folder, monkeypatch):
    monkeypatch.setattr(module, "hit", lambda _: pytest.fail("it was moved aside"))
    seen = found(folder)
    (folder / "_delta_log" / FIRST).write_text(MADE)

    assert take_away(seen, unknown)
    assert (folder / "_delta_log" / FIRST).read_text() == MADE


def test_a_run_that_goes_on_at_the_last_moment_gets_its_folder_back(folder, monkeypatch):
    seen = found(folder)
    monkeypatch.setattr(
        module, "hit", lambda _: (next(folder.parent.iterdir()) / "_delta_log" / FIRST).write_text(MADE)
    )

    assert take_away(seen, unknown)
    assert (folder / "_delta_log" / FIRST).read_text() == MADE


def test_a_table_that_the_catalogue_knows_by_now_is_put_back(folder):
    assert take_away(found(folder), lambda: True)
    assert (folder / "_delta_log").is_dir()


def test_of_two_that_take_it_away_the_second_finds_it_gone(folder, monkeypatch):
    seen = found(folder)

    def take_it_first(place):
        shutil.rmtree(place)
        return True

    monkeypatch.setattr(module, "_holds_no_row", take_it_first)

    assert take_away(seen, unknown)
    assert take_away(seen, unknown)
