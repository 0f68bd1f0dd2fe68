"""What a run has to do: the source's documents beside what is known of them, both in the order of their paths.

Both are read once, side by side, so that memory does not grow with their number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from retraining.errors import SourceError
from retraining.records.search import IndexDocument, SourceDocument

MOST_ATTEMPTS = 3
"""How often a document that the indexer refuses is copied again without a change, one run each."""

Named = TypeVar("Named", SourceDocument, IndexDocument)

Work = Literal["copy", "look", "leave", "keep", "wait"]


@dataclass(frozen=True)
class Action:
    """What a run does with one document.

    copy: whatever the container holds. look: size or time has changed, so its content decides. leave: the source does
    not have it any more. keep: nothing. wait: nothing, but indexer or index are not done with it.
    """

    what: Work
    path: str
    listed: SourceDocument | None
    """As the source has it now."""
    known: IndexDocument | None
    """Its newest row."""


def compare(
    listing: Iterable[SourceDocument],
    known: Iterable[IndexDocument],
    made_by: str,
    on_delete: Literal["remove", "keep"],
) -> Iterator[Action]:
    """An action for each document of either side. made_by: the function that copies are made by now.

    A renamed document, and each one of a renamed folder, is a document that leaves and another that comes: its new
    copy is written again, because the service does not see that a folder was renamed. Raises SourceError where a side
    is not in order or names a document twice.
    """
    for listed, row in _side_by_side(_in_order(listing, "the source"), _in_order(known, "index_documents")):
        if listed is not None:
            yield Action(_of_listed(listed, row, made_by), listed.path, listed, row)
        elif row is not None and row.state != "GONE":
            what = _of_missing(row, on_delete)
            yield Action(what, row.path, None, row)


def _of_listed(listed: SourceDocument, known: IndexDocument | None, made_by: str) -> Work:
    if known is None or known.state in ("GONE", "PLANNED", "LEAVING", "MARKED") or known.made_by != made_by:
        return "copy"
    if (known.size, known.modified) != (listed.size, listed.modified):
        return "copy" if known.content_hash is None else "look"
    if known.state == "FAILED":
        return "copy" if known.attempts < MOST_ATTEMPTS else "keep"
    return "wait" if known.state == "COPIED" else "keep"


def _of_missing(known: IndexDocument, on_delete: Literal["remove", "keep"]) -> Work:
    if known.state == "MARKED":
        return "wait"
    if known.state == "LEAVING":
        return "keep"  # it is marked after the comparison, or held back
    return "leave" if on_delete == "remove" else "wait" if known.state == "COPIED" else "keep"


def _side_by_side(
    listing: Iterator[SourceDocument], known: Iterator[IndexDocument]
) -> Iterator[tuple[SourceDocument | None, IndexDocument | None]]:
    listed = next(listing, None)
    row = next(known, None)
    while listed is not None or row is not None:
        if row is None or (listed is not None and listed.path < row.path):
            yield listed, None
            listed = next(listing, None)
        elif listed is None or row.path < listed.path:
            yield None, row
            row = next(known, None)
        else:
            yield listed, row
            listed = next(listing, None)
            row = next(known, None)


def _in_order(documents: Iterable[Named], origin: str) -> Iterator[Named]:
    before: str | None = None
    for each in documents:
        if before is not None and each.path <= before:
            raise SourceError(
                f"{origin} names {each.path!r} after {before!r}, expected the order of paths, and each path once. "
                f"Nothing was deleted. Start the run again; if it happens again, the source changes while it is listed."
            )
        before = each.path
        yield each


def too_many_leave(leaving: int, known: int, most: float) -> bool:
    """Whether more documents leave than an empty or half-mounted folder should be able to take away. A few may always
    leave."""
    return leaving > _ALWAYS and leaving > most * known


_ALWAYS = 10
