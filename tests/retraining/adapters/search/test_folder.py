"""A folder is listed in the order of whole paths, without links, and never in part."""

import os

import pytest

from retraining.adapters.search.folder import FolderSource
from retraining.errors import SourceError


def paths(folder):
    return [each.path for each in FolderSource(str(folder)).list()]


def write(folder, *names):
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)


def test_paths_come_in_the_order_in_which_tables_sort_them(tmp_path):
    names = ["a/x.txt", "a.txt", "a-b.txt", "a/b/c.txt", "B.txt", "z/1.txt", "文/書.txt", "🚀.txt", "é.txt"]
    write(tmp_path, *names)

    assert paths(tmp_path) == sorted(names, key=lambda name: name.encode())


def test_links_are_not_followed(tmp_path):
    write(tmp_path, "source/a.txt", "outside/secret.txt")
    (tmp_path / "source/link.txt").symlink_to(tmp_path / "outside/secret.txt")
    (tmp_path / "source/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "source/loop").symlink_to(tmp_path / "source")

    assert paths(tmp_path / "source") == ["a.txt"]


def test_size_and_time_are_exact_and_no_content_is_read(tmp_path):
    write(tmp_path, "a.txt")
    os.utime(tmp_path / "a.txt", ns=(0, 1_700_000_000_123_456_789))
    (tmp_path / "a.txt").chmod(0)

    (found,) = FolderSource(str(tmp_path)).list()

    assert (found.size, found.modified.isoformat()) == (5, "2023-11-14T22:13:20.123456+00:00")


def test_a_folder_that_cannot_be_listed_stops_the_list(tmp_path):
    write(tmp_path, "a/1.txt", "b/2.txt")
    (tmp_path / "a").rename(tmp_path / "was a")
    found = FolderSource(str(tmp_path)).list()
    next(found)
    (tmp_path / "was a").rename(tmp_path / "a")

    with pytest.raises(SourceError, match="the folder cannot be listed"):
        list(found)


def test_only_files_are_documents(tmp_path):
    write(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()

    assert paths(tmp_path) == ["a.txt"]
