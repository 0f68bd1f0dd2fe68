"""What an operator does to a source's ingestion: the plan of it is one row, and the next ingestion carries it out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close, append_plan, append_rebuilt, read_batches
from retraining.adapters.tables.tables import Tables
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.contract import Contract, check_contract
from retraining.rules.ingest.next_slice import Slice
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.rules.ingest.rebuild_batches import rebuild_batches
from retraining.rules.ingest.repair_slice import abandoned, repair_slice
from retraining.spec.labels_spec import labels_spec
from retraining.spec.model_spec import ModelSpec
from retraining.steps.ingest.open_source import Source, labels_table, open_source
from retraining.steps.ingest.plan_batch import planned_batch, valid_until

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RepairReport:
    """The rows of `watermarks` that the request led to, now or in an earlier attempt of the same run."""

    action: str
    batches: tuple[Batch, ...]

    @property
    def summary(self) -> str:
        """One line for people."""
        if not self.batches:
            return f"{self.action}: nothing was missing"
        newest = self.batches[-1]
        which = ", ".join(str(each.batch_seq) for each in self.batches[-5:])
        again = f", in place of batch {newest.supersedes}" if newest.supersedes else ""
        todo = f" [{newest.lo}, {newest.hi}]{again}: the next ingestion reads it" if newest.state == "PLANNED" else ""
        return f"{newest.source}: {self.action}: batch {which} is {newest.state}{todo}"


def repair(
    spec: ModelSpec,
    source_table: str,
    tables: Tables,
    run: Run,
    request: RepairRequest,
    landing: Landing | None = None,
) -> RepairReport:
    """Carry out a request once: the same run repeated returns what it did. Raises ParameterError for a request that
    does not fit, before anything is written."""
    if request.source == "labels":
        spec = _of_labels(spec)
        source_table, landing = labels_table(spec, tables), None
    batches = read_batches(tables, spec.source_name)
    done = [row for row in batches if row.run_id == run.run_id and row.reason]
    if not done:
        _check_mode(spec, request)
        newest = partial(open_source, spec, tables, source_table, landing, [], run)
        done = _repair(spec, newest, tables, run, request, batches)
    report = RepairReport(request.action, tuple(done))
    _log.info(report.summary)
    return report


def _of_labels(spec: ModelSpec) -> ModelSpec:
    found = labels_spec(spec)
    if found is None:
        raise ParameterError(
            f"source 'labels': the labels of {spec.model} come with its rows. Leave the parameter source empty."
        )
    return found


def _check_mode(spec: ModelSpec, request: RepairRequest) -> None:
    if spec.source.mode == "change_feed" and request.action not in ("abandon", "rebuild"):
        raise ParameterError(
            f"{request.action}: changes of {spec.source_name} are read in the order of their commits, once. To begin "
            f"anew with all rows as they are now, give the source another `name`."
        )


def _repair(
    spec: ModelSpec,
    newest: Callable[[], Source],
    tables: Tables,
    run: Run,
    request: RepairRequest,
    batches: list[Batch],
) -> list[Batch]:
    """newest pins the source; giving up a batch needs none, for it may be gone."""
    if request.action == "rebuild":
        return _rebuild(spec, newest(), tables, run, request, batches)
    if not batches:
        raise NothingToDoError(
            f"{spec.source_name} has no batch yet, so there is nothing to repair. Run 01_ingest first."
        )
    if request.action == "abandon":
        return [_abandon(tables, run, request, batches, abandoned(request, batches))]
    if batches[-1].state == "PLANNED":
        if request.action != "rebaseline":
            raise ParameterError(
                f"{request.action}: batch {batches[-1].batch_seq} of {spec.source_name} is still open. Run 01_ingest "
                f"to finish it, or abandon it, first."
            )
        batches = [*batches[:-1], _abandon(tables, run, request, batches, batches[-1])]
    return [_plan(spec, newest(), tables, run, request, batches)]


def _abandon(tables: Tables, run: Run, request: RepairRequest, batches: list[Batch], given_up: Batch) -> Batch:
    before = [row.watermark_after for row in batches if row.batch_seq < given_up.batch_seq]
    watermark = given_up.watermark_after or (before[-1] if before else None)
    closed = replace(
        given_up,
        state="ABANDONED",
        watermark_after=watermark,
        reason=request.reason,
        **run.stamp,
    )
    append_close(tables, closed)
    return closed


def _plan(
    spec: ModelSpec, source: Source, tables: Tables, run: Run, request: RepairRequest, batches: list[Batch]
) -> Batch:
    contract = _contract(spec, source, tables)
    ledger, limits = contract.ledger, reading_limits(spec, contract.ledger)
    state = source.state(ledger, valid_until(ledger, run), limits.initial, limits.initial)
    part = repair_slice(request, batches, ledger, limits.initial, state.newest)
    plan = planned_batch(spec.source_name, source, contract, part, 0, run, request.reason)
    append_plan(tables, plan)
    return plan


def _contract(spec: ModelSpec, source: Source, tables: Tables) -> Contract:
    found = {each.name: each.dataType.simpleString() for each in source.schema}
    return check_contract(spec, found, observations.stored_columns(tables, spec.source_name))


def _rebuild(
    spec: ModelSpec, source: Source, tables: Tables, run: Run, request: RepairRequest, batches: list[Batch]
) -> list[Batch]:
    contract = _contract(spec, source, tables)
    stored = observations.count_batches(tables, spec.source_name, contract.ledger)
    template = planned_batch(spec.source_name, source, contract, Slice(1, None, None), 0, run, request.reason)
    rebuilt = rebuild_batches(batches, stored, contract.ledger, template)
    if rebuilt:
        append_rebuilt(tables, rebuilt)
    return rebuilt
