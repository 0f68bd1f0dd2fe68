"""Copy what is new or changed, and write down what has to leave."""

import io
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.search.azure_calls import AT_ONCE
from retraining.errors import SearchError
from retraining.failpoints import hit
from retraining.records.search import Copy, IndexDocument, SourceDocument
from retraining.rules.search.compare import Action, compare
from retraining.rules.search.document_names import blob_name
from retraining.rules.search.patterns import is_wanted
from retraining.steps.search.index_context import COPY, PLAN, IndexContext, in_chunks, is_storable
from retraining.steps.search.read_document import (
    MOST_IN_MEMORY,
    MOST_PREPARED,
    Content,
    DocumentError,
    prepared,
    read_content,
    with_same_content,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Brought:
    """What the comparison of a source with its rows found, and what became of it."""

    listed: int
    """Documents of the source, after the patterns."""
    known: int
    """Documents of which something is in container or index."""
    copied: int
    touched: int
    """Changed in size or time, but not in content."""
    failed: int
    """Could not be read or copied, or have no name that can be stored."""
    waiting: int
    """Were copied or marked by an earlier run that the indexer has not answered yet."""

    @property
    def is_settled(self) -> bool:
        """Whether the indexer has nothing to do, unless documents leave."""
        return not (self.copied or self.waiting)


def bring_documents(context: IndexContext, seq: int) -> Brought:
    """Lists the source once, and copies what has to be copied, in groups that are planned before they are copied.

    A copy whose plan is written can be found again after a kill, even if the document leaves the source meanwhile.
    Raises SearchError when the container does not answer; what was copied until then is stored.
    """
    found: Counter[str] = Counter()
    documents = context.spec.documents
    actions = compare(_wanted(context, found), context.ledger.newest(), context.made_by, documents.on_delete)
    for chunk in in_chunks(_to_do(actions, found)):
        same = _with_same_content(context, seq, [each for each in chunk if each.what == "look"])
        others = [each for each in chunk if each.path not in same]
        if others:
            context.ledger.append([_planned(context, seq, each) for each in others])
        hit("refresh.after_plan")

        _copy(context, seq, [each for each in others if each.listed is not None], found)
        if same:
            context.ledger.append(list(same.values()))
        found["touched"] += len(same)
        hit("refresh.after_copy")

    return Brought(
        listed=found["listed"],
        known=found["known"],
        copied=found["copied"],
        touched=found["touched"],
        failed=found["failed"],
        waiting=found["wait"],
    )


def _wanted(context: IndexContext, found: Counter[str]) -> Iterator[SourceDocument]:
    documents = context.spec.documents
    for each in context.source.list():
        if not is_wanted(each.path, documents.include, documents.exclude):
            continue
        if not is_storable(each.path):
            _log.warning("a name of the source cannot be read as text, and is left out: %r", each.path)
            found["failed"] += 1
            continue
        found["listed"] += 1
        yield each


def _to_do(actions: Iterator[Action], found: Counter[str]) -> Iterator[Action]:
    """Counts all actions, and passes on those that do something."""
    for each in actions:
        found[each.what] += 1
        found["known"] += each.known is not None and each.known.state != "GONE"
        if each.what in ("copy", "look", "leave"):
            yield each


def _planned(context: IndexContext, seq: int, action: Action) -> IndexDocument:
    known = action.known
    if action.listed is None:
        assert known is not None  # a document is on one side at least
        return replace(known, seq=seq, step=PLAN, state="LEAVING", error=None, **context.run.stamp)
    blob = blob_name(context.spec.copies.prefix, action.path)
    row = context.new_row(seq, action.listed, "PLANNED", blob)
    refused_before = known is not None and known.state == "FAILED" and known.modified == action.listed.modified
    return replace(row, attempts=known.attempts) if known is not None and refused_before else row


def _with_same_content(context: IndexContext, seq: int, actions: Sequence[Action]) -> dict[str, IndexDocument]:
    """New rows, by path, of documents that hold what they held. All others are planned before they are copied: a copy
    that no row knows of would be taken for the earlier one when the earlier content comes back."""

    def look(action: Action) -> IndexDocument | None:
        listed = action.listed
        known = action.known
        assert listed is not None
        assert known is not None  # a look compares both sides
        try:
            content = read_content(context.source, action.path, keep=0)
        except OSError:
            return None  # to copy it says why
        if content.hash != known.content_hash:
            return None
        row = replace(known, size=listed.size, modified=listed.modified, **context.run.stamp)
        return replace(row, seq=seq, step=COPY)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {row.path: row for row in pool.map(look, actions) if row is not None}


def _copy(context: IndexContext, seq: int, actions: Sequence[Action], found: Counter[str]) -> None:
    """Copies in several threads, and stores what was done, also when the container stops answering."""
    errors: list[SearchError] = []

    def work(action: Action) -> IndexDocument | None:
        if errors:
            return None
        try:
            return _bring(context, seq, action)
        except SearchError as err:
            errors.append(err)
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = [row for row in pool.map(work, actions) if row is not None]
    found.update("copied" if row.state == "COPIED" else "failed" for row in rows)
    if rows:
        context.ledger.append(rows)
    if errors:
        raise errors[0]


def _bring(context: IndexContext, seq: int, action: Action) -> IndexDocument | None:
    """Copies one document; None when it has left since it was listed."""
    base = replace(_planned(context, seq, action), step=COPY)
    try:
        content = read_content(context.source, action.path, MOST_PREPARED if context.prepare else MOST_IN_MEMORY)
        copied = _put(context, action.path, content)
    except FileNotFoundError:
        return None
    except (OSError, DocumentError) as err:
        why = str(err) if isinstance(err, DocumentError) else f"{type(err).__name__}: {err.strerror or err}"
        return replace(base, state="FAILED", error=why)
    row = replace(base, state="COPIED", content_hash=copied.content_hash, etag=copied.copy.etag)
    return replace(row, copied_at=copied.copy.at)


@dataclass(frozen=True)
class _Copied:
    """A copy, and the content that it was made from."""

    copy: Copy
    content_hash: str


def _put(context: IndexContext, path: str, content: Content) -> _Copied:
    if context.prepare is not None:
        made = io.BytesIO(prepared(context.prepare, path, content))
        return _Copied(context.store.put(path, made, content.hash), content.hash)

    answers: list[Copy] = []
    content_hash = with_same_content(
        context.source, path, content, lambda stream, name: answers.append(context.store.put(path, stream, name))
    )
    return _Copied(answers[-1], content_hash)
