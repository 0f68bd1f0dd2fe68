"""Documents in a folder, of a volume or of a disk."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from retraining.adapters.search.places import Readable
from retraining.errors import SourceError
from retraining.records.search import SourceDocument


class FolderSource:
    """A folder with its subfolders. Links are not followed, so that nothing outside gets into an index."""

    def __init__(self, folder: str) -> None:
        """folder: an absolute path."""
        self._folder = folder

    def list(self) -> Iterator[SourceDocument]:
        """All files in the order of their paths, one folder in memory at a time.

        Raises SourceError where a folder cannot be read.
        """
        yield from self._below("")

    def open(self, path: str) -> AbstractContextManager[Readable]:
        """The content of a file."""
        return Path(self._folder, path).open("rb")

    def _below(self, prefix: str) -> Iterator[SourceDocument]:
        place = os.path.join(self._folder, prefix)  # noqa: PTH118 - a Path would drop what the name is made of
        try:
            with os.scandir(place) as found:
                entries = [each for each in found if not each.is_symlink()]
                # Below a folder named `a` every path begins with `a/`, which comes after `a.txt`.
                named = sorted((each.name + "/" * each.is_dir(), each) for each in entries)
        except OSError as err:
            raise SourceError(
                f"{place}: the folder cannot be listed ({err.strerror}). Nothing was copied or deleted because of it. "
                f"Check that it is there and that the job's principal may read it; then start the run again."
            ) from err

        for name, entry in named:
            if name.endswith("/"):
                yield from self._below(f"{prefix}{name}")
            elif entry.is_file():
                yield from self._document(f"{prefix}{name}", entry)

    def _document(self, path: str, entry: os.DirEntry[str]) -> Iterator[SourceDocument]:
        try:
            found = entry.stat()
        except FileNotFoundError:
            return  # it left while the folder was listed
        seconds, rest = divmod(found.st_mtime_ns, 1_000_000_000)
        modified = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1_000)
        yield SourceDocument(path, found.st_size, modified)
