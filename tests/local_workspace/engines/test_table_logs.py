"""A commit that was cut off is named before a run reads the table."""

from pathlib import Path

import pytest

from local_workspace.engines.table_logs import check_table_logs
from local_workspace.errors import StateFolderError

COMMIT = '{"commitInfo":{"operation":"WRITE"}}\n{"add":{"path":"a.parquet"}}\n'


def log_of(warehouse: Path, table: str, newest: str) -> Path:
    """A table with two commits, the older one cut off: it was read when the newest was made, or is in a checkpoint."""
    log = warehouse / "toys.db" / table / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000009.json").write_text(COMMIT[:20])
    file = log / "00000000000000000010.json"
    file.write_text(newest)
    return file


def test_tables_whose_newest_commit_is_whole_may_be_used(tmp_path: Path) -> None:
    log_of(tmp_path, "watermarks", COMMIT)
    log_of(tmp_path, "decisions", COMMIT.rstrip("\n"))
    (tmp_path / "toys.db" / "planned" / "_delta_log").mkdir(parents=True)
    check_table_logs(tmp_path)
    check_table_logs(tmp_path / "not_there")


@pytest.mark.parametrize("content", ["", "\n", COMMIT[:-10], COMMIT[:20], "0" * 40, "\0" * 40])
def test_a_newest_commit_that_is_cut_off_is_named_with_the_cure(tmp_path: Path, content: str) -> None:
    file = log_of(tmp_path, "watermarks", content)

    with pytest.raises(StateFolderError) as caught:
        check_table_logs(tmp_path)

    assert str(caught.value) == (
        f"The newest commit of table watermarks is cut off, as after a power cut: {file}. Nothing was started. Put a "
        f"copy of that file back. Without one, delete it: the table is then as before this commit, and the next run "
        f"goes on from there."
    )


def test_lost_rows_are_read_again_by_a_replay(tmp_path: Path) -> None:
    log_of(tmp_path, "flights_observations", "")

    with pytest.raises(StateFolderError, match=r"Then read its newest batch again: run the job repair with action=rep"):
        check_table_logs(tmp_path)
