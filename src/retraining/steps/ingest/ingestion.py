"""One ingestion of a feed: what all of its steps are given, once the source is pinned and its contract holds."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.sources.delta_table import PinnedTable
from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.rules.ingest.contract import Contract, check_contract
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.row_identity import Identity
from retraining.spec.feed import Feed
from retraining.steps.ingest.labelled_source import LabelledSource
from retraining.steps.ingest.pin_source import Source, land_and_pin


@dataclass(frozen=True)
class Ingestion:
    """A feed in one task of one run."""

    context: Context
    feed: Feed
    source: Source
    """Pinned: every read of the batch comes from the same version."""
    contract: Contract
    batches: tuple[Batch, ...]
    """All batches of the feed before this ingestion, oldest first."""
    identity: Identity
    """How `_row_key` is made."""

    @property
    def tables(self) -> Tables:
        """The bundle's schema."""
        return self.context.tables

    @property
    def run(self) -> Run:
        """Who is running, and when."""
        return self.context.run

    @property
    def ledger(self) -> Ledger:
        """The ledger column and its type."""
        return self.contract.ledger

    @property
    def closed(self) -> tuple[Batch, ...]:
        """The batches that need no more work."""
        return tuple(batch for batch in self.batches if batch.state != "PLANNED")

    @property
    def open_plan(self) -> Batch | None:
        """The plan that an earlier run did not finish."""
        return next((batch for batch in self.batches if batch.state == "PLANNED"), None)


def begin_ingestion(
    context: Context, feed: Feed, table: str, landing: Landing | None, batches: Sequence[Batch] = ()
) -> Ingestion:
    """Land, pin and check the source, as land_and_pin does. Raises ContractError for columns that do not fit, before
    anything is planned."""
    with ThreadPoolExecutor() as pool:  # a look at a stored row and a look at the source know nothing of each other
        naming = pool.submit(identity_of, context.tables, feed.keys_of)
        source = land_and_pin(context, feed, table, landing, batches)
    types = {each.name: each.dataType.simpleString() for each in source.schema}
    contract = check_contract(feed, types, observations.stored_columns(context.tables, feed.name))
    rows = source.rows if isinstance(source, LabelledSource) else source
    earlier = rows.notes if isinstance(rows, PinnedTable) else ()
    contract = replace(contract, notes=tuple(dict.fromkeys((*earlier, *contract.notes))))
    return Ingestion(context, feed, source, contract, tuple(batches), naming.result())
