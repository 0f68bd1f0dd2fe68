"""Storage that refuses something ends a stage with one sentence; nothing is half-done, and the next run goes on."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.loop import Loop, days

from retraining.errors import StorageError
from retraining.requests.repair import RepairRequest
from retraining.stages.repair import repair

pytestmark = [pytest.mark.slow, pytest.mark.classic]

SIX_DAYS = sorted(row[0] for row in days(1, 6))


def may_mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(command, check=False).returncode == 0


@pytest.fixture
def disk(loop: Loop, state_dir: Path) -> Iterator[Path]:
    """A small disk that holds the tables of the loop and nothing else."""
    folder = state_dir / "warehouse" / f"{loop.tables.schema}.db"
    folder.mkdir(parents=True, exist_ok=True)
    if not may_mount(folder):
        pytest.skip("this user may not mount a small disk to fill")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def forget_logs(loop: Loop) -> None:
    """Delta keeps the state of a table in memory; another process reads its log."""
    loop.tables.spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()


def newest_commit(state_dir: Path, loop: Loop, table: str) -> Path:
    log = state_dir / "warehouse" / f"{loop.tables.schema}.db" / table / "_delta_log"
    return max(each for each in log.glob("*.json") if each.stem.isdigit())


def test_a_full_disk_stops_ingestion_and_the_next_run_stores_every_row_once(loop, disk):
    loop.source_has(days(1, 4))
    loop.ingest()
    loop.source_has(days(5, 6))
    ballast = fill(disk)

    with pytest.raises(StorageError, match=r"^table `\w+`: its storage is full\. Free some space\. Then start the run"):
        loop.ingest()
    ballast.unlink()
    loop.ingest()

    assert loop.accepted_keys() == SIX_DAYS


def test_a_read_only_disk_stops_ingestion_and_the_next_run_stores_every_row_once(loop, disk):
    loop.source_has(days(1, 4))
    loop.ingest()
    loop.source_has(days(5, 6))
    remount(disk, "ro")

    with pytest.raises(
        StorageError, match=r"^table `\w+`: its storage may not be read or written\. Give this principal"
    ):
        loop.ingest()
    remount(disk, "rw")
    loop.ingest()

    assert loop.accepted_keys() == SIX_DAYS
    assert loop.states_of_batches() == ["PLANNED", "COMMITTED"] * 2


@pytest.mark.parametrize("checksum", [True, False])
def test_a_commit_that_is_cut_off_is_named_and_without_it_the_next_run_goes_on(loop, state_dir, checksum):
    loop.source_has(days(1, 4))
    loop.ingest()
    loop.source_has(days(5, 6))
    commit = newest_commit(state_dir, loop, "watermarks")
    commit.write_bytes(commit.read_bytes()[:-50])
    if not checksum:  # Hadoop keeps one beside each file of a local disk, and no other storage has it
        commit.with_name(f".{commit.name}.crc").unlink()
    forget_logs(loop)

    with pytest.raises(
        StorageError, match=r"^table `watermarks`: its commit .*/\d+\.json is damaged\. Put a"
    ) as caught:
        loop.ingest()
    assert commit.name in str(caught.value)
    commit.unlink()
    forget_logs(loop)
    loop.ingest()
    loop.ingest()

    assert loop.accepted_keys() == SIX_DAYS


def test_rows_whose_commit_is_lost_come_back_by_the_replay_that_the_error_names(loop, state_dir):
    loop.source_has(days(1, 4))
    loop.ingest()
    loop.source_has(days(5, 6))
    loop.ingest()
    newest_commit(state_dir, loop, "toy_observations").unlink()
    forget_logs(loop)
    lost = loop.accepted_keys()

    loop.start_run()
    repair(loop.context, loop.source, RepairRequest("replay", "The commit was lost.", 2))
    loop.ingest()

    assert len(lost) == 80
    assert loop.accepted_keys() == SIX_DAYS
