"""Forget keys for good: refuse them from now on, name the versions that learned from them, delete their rows."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pyspark.sql import functions as F

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.erase import KeyedTable, count_rows, delete_rows, keys_found
from retraining.adapters.tables.forgotten_keys import (
    append_keys,
    append_request,
    keys_of_request,
    read_requests,
    read_salt,
    requests_of_keys,
    salt_of,
)
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import ForgetError, NothingToDoError, ParameterError
from retraining.records.forgetting import Forgetting, TableRows
from retraining.requests.forget import ForgetRequest
from retraining.requests.reason import check_one_request
from retraining.rules.ingest.forgotten_keys import Forgotten, all_hashes, hashed_keys
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.steps.forget.keys_to_forget import keys_to_forget
from retraining.steps.forget.tables_with_keys import tables_with_keys, unsearched
from retraining.steps.forget.versions_of_keys import mark_versions, versions_of_keys

_log = logging.getLogger(__name__)

_KEPT = timedelta(days=7)
"""How long Delta keeps the files that a deletion replaced, unless a table says otherwise."""


@dataclass(frozen=True)
class ForgetReport:
    """What a request deleted, now or in an earlier attempt; in a dry run what it would delete."""

    forgetting: Forgetting
    dry_run: bool
    origin: str
    """The source itself, which is not touched."""
    unsearched: tuple[str, ...] = ()
    """Tables of raw rows in which only a person can find the keys."""

    @property
    def summary(self) -> str:
        """A few sentences for people. No key is named."""
        request = self.forgetting
        listed = ", ".join(f"{table.table} {table.rows:,}" for table in request.rows)
        rows = f"{sum(table.rows for table in request.rows):,} rows ({listed})"
        versions = ", ".join(f"{trained.model} {trained.version}" for trained in request.versions) or "none"
        keys = f"{request.keys:,} {'key' if request.keys == 1 else 'keys'}, {request.keys_known:,} stored"
        if self.dry_run:
            return (
                f"{request.source}: dry run, nothing was written. {keys}: would delete {rows}. Versions trained on "
                f"them: {versions}. Run again with dry_run=false.{self._by_hand}"
            )

        return (
            f"{request.source}: {keys}: refused from now on, deleted {rows}. Versions trained on them, "
            f"no longer reproducible: {versions}. Older files of these tables keep the rows until VACUUM runs after "
            f"{(request.at + _KEPT).date()}. {self.origin} itself was not touched.{self._by_hand}"
        )

    @property
    def _by_hand(self) -> str:
        if not self.unsearched:
            return ""
        return (
            f" {', '.join(self.unsearched)} holds rows as they were before source.prepare, which makes the keys: "
            f"delete theirs by hand."
        )


@dataclass(frozen=True)
class _Task:
    """A request in progress."""

    context: Context
    specs: Sequence[ModelSpec]
    """All models of the source."""
    keyed: Sequence[KeyedTable]
    """The tables to delete from."""
    forgotten: Forgotten
    keys: int
    """How many keys the request names."""
    reason: str
    request_id: str = ""
    """The run that made the request, this one or an earlier one."""
    seq: int = 0
    """The number of the request; 0 in a dry run."""


def forget(
    context: Context, specs: Sequence[ModelSpec], landing: Landing | None, request: ForgetRequest, new_salt: str
) -> ForgetReport:
    """Carry out a request once: the same run repeated finishes it, or returns what it did. So does another run with
    the same keys and reason: what a killed run had planned is carried out, with the versions that it had found.

    specs: all models of the source. landing: where its files land. new_salt: 64 random hex digits, used where the
    source has no salt yet. Raises ParameterError for a request that does not fit, and NothingToDoError for a source
    without rows; both before anything is written. Raises ForgetError when rows are left; then run it again.
    """
    source = context.spec.source_name
    run_id = context.run.run_id
    left = unsearched(specs, landing, context.tables)
    own = read_requests(context.tables, source, run_id)
    if own:
        _check_one_request(context, request, own[-1].reason)
    if own and own[-1].state == "DONE":
        return _report(context.spec, own[-1], False, left)

    reason = _check(request, source, context.tables)
    keyed = tables_with_keys(specs, landing, context.tables)
    if request.dry_run:
        hashed = hashed_keys(keys_to_forget(context, request), new_salt)
        named = Forgotten(new_salt, all_hashes(hashed))
        planned = _plan(_Task(context, specs, keyed, named, hashed.count(), reason, run_id))
        return _report(context.spec, planned, True, left)

    request_id = run_id if own else _request_id(context, request, reason)
    forgotten, keys, seq = _refuse(context, request, reason, request_id, new_salt)
    task = _Task(context, specs, keyed, forgotten, keys, reason, request_id, seq)
    earlier = own or read_requests(context.tables, source, request_id)
    if earlier and earlier[-1].state == "DONE":
        _delete(task)  # an ingestion that went on at the same time may have stored rows of the keys after it
        return _report(context.spec, earlier[-1], False, left)
    return _report(context.spec, _carry_out(task, earlier), False, left)


def _request_id(context: Context, request: ForgetRequest, reason: str) -> str:
    """That of an earlier run with the same keys and reason, else this run's."""
    tables = context.tables
    source = context.spec.source_name
    if keys_of_request(tables, source, context.run.run_id) is not None:
        _check_one_request(context, request, reason)
        return context.run.run_id
    earlier = requests_of_keys(tables, source, keys_to_forget(context, request), reason)
    return earlier[0] if earlier else context.run.run_id


def _check_one_request(context: Context, request: ForgetRequest, stored_reason: str) -> None:
    """The keys that this run has written are those of the request. A table of keys may be gone by now: then the reason
    has to do."""
    run_id = context.run.run_id
    reason = str(request.reason).strip()
    is_the_same = stored_reason == reason
    if is_the_same and request.keys is not None:
        keys = keys_to_forget(context, request)
        is_the_same = run_id in requests_of_keys(context.tables, context.spec.source_name, keys, reason)
    check_one_request(run_id, is_the_same)


def _report(spec: ModelSpec, request: Forgetting, dry_run: bool, left: tuple[str, ...]) -> ForgetReport:
    report = ForgetReport(request, dry_run, spec.source.origin, left)
    _log.info(report.summary)
    return report


def _check(request: ForgetRequest, source: str, tables: Tables) -> str:
    """The request's reason. Raises where the request is incomplete, or the source has no rows."""
    if request.reason is None or not request.reason.strip():
        raise ParameterError("The widget `reason` is empty. Say why the keys are forgotten; it is stored with them.")
    if (request.keys is None) == (request.keys_table is None):
        raise ParameterError("Say either `keys`, a JSON list, or `keys_table`, a table with the key columns; not both.")
    if not tables.exists(observations.table_of(source)):
        raise NothingToDoError(f"`{source}` has no observations yet, so no row of any key. Run 01_ingest first.")
    return request.reason.strip()


def _refuse(
    context: Context, request: ForgetRequest, reason: str, request_id: str, new_salt: str
) -> tuple[Forgotten, int, int]:
    """Writes the hashes of the request's keys, and returns them, how many keys there are, and the request's number.
    They are written before anything is deleted, so that no ingestion brings the keys back."""
    tables = context.tables
    run = context.run
    source = context.spec.source_name
    if keys_of_request(tables, source, request_id) is None:
        keys = keys_to_forget(context, request)
        append_keys(tables, source, salt_of(tables, source, run, new_salt), keys, reason, run)

    written = keys_of_request(tables, source, request_id)
    salt = read_salt(tables, source)
    if written is None or salt is None:
        raise ForgetError(f"{source}: the keys of request {request_id} were written and are not there. Run it again.")
    keys_written, seq = written.agg(F.count(F.lit(1)), F.max("seq")).collect()[0]
    return Forgotten(salt, all_hashes(written)), keys_written, seq


def _carry_out(task: _Task, earlier: Sequence[Forgetting]) -> Forgetting:
    """Does what an earlier attempt planned, or a new plan, step by step. Each step may be repeated."""
    context = task.context
    planned = earlier[-1] if earlier else _plan(task)
    if not earlier:
        append_request(context.tables, planned)

    mark_versions(context.tables, context.registry, context.run, planned.versions)
    _delete(task)

    run = context.run
    done = replace(planned, state="DONE", attempt_id=run.attempt_id, at=run.started_at)
    append_request(context.tables, done)
    return done


def _delete(task: _Task) -> None:
    for table in task.keyed:
        delete_rows(task.context.tables, table, task.forgotten)
    _check_gone(task)


def _plan(task: _Task) -> Forgetting:
    """Counts the rows of the keys and names the versions, before anything is deleted."""
    context = task.context
    source = context.spec.source_name
    stored = context.tables.read(observations.table_of(source))
    keys = keys_found(stored, F.col(ROW_KEY), task.forgotten).distinct()

    return Forgetting(
        source=source,
        seq=task.seq,
        state="PLANNED",
        request_id=task.request_id,
        reason=task.reason,
        keys=task.keys,
        keys_known=keys.count(),
        rows=tuple(TableRows(table.name, count_rows(context.tables, table, task.forgotten)) for table in task.keyed),
        versions=versions_of_keys(context, task.specs, keys, task.forgotten),
        attempt_id=context.run.attempt_id,
        at=context.run.started_at,
    )


def _check_gone(task: _Task) -> None:
    tables = task.context.tables
    left = {table.name: count_rows(tables, table, task.forgotten) for table in task.keyed}
    remaining = ", ".join(f"{name} {rows:,}" for name, rows in left.items() if rows)
    if remaining:
        raise ForgetError(
            f"{task.context.spec.source_name}: rows of the keys are back ({remaining}): another run stored them "
            f"meanwhile. Let it end, then start this run again: it deletes what is left."
        )
