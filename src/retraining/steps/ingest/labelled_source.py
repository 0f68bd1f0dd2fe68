"""A source whose rows are joined with the labels of another table, as of one batch of them."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from retraining.adapters.sources.change_feed import PinnedChangeFeed
from retraining.adapters.sources.delta_table import PinnedTable
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.errors import ContractError
from retraining.records.batch import Batch
from retraining.rules.ingest.contract import UNTOUCHED
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import SourceState
from retraining.rules.ingest.row_identity import ROW_KEY, Identity, row_key
from retraining.spec.feed import Feed
from retraining.spec.source_section import IS_DELETED
from retraining.steps.dataset.ingested_source import read_feed


@dataclass(frozen=True)
class Labels:
    """The current labels as of one batch of them."""

    feed: Feed
    """The feed that the labels came by."""
    rows: DataFrame
    """`_row_key`, the label under the model's name for it, and the batch of labels it came in."""
    label: StructField
    through: int
    """That batch of labels."""
    complete: bool
    """Whether no batch of labels was ever replaced or given up."""
    key_types: tuple[str, ...]
    identity: Identity
    """How `_row_key` is made, here and in the rows."""


@dataclass(frozen=True)
class LabelledSource:
    """One version of a source, and the current labels as of a batch of theirs."""

    rows: PinnedTable | PinnedChangeFeed
    keys: tuple[str, ...]
    labels: Labels

    @property
    def table(self) -> str:
        """Quoted name of the table with the rows."""
        return self.rows.table

    @property
    def table_id(self) -> str:
        """Delta's id of it."""
        return self.rows.table_id

    @property
    def version(self) -> int:
        """Its pinned version."""
        return self.rows.version

    @property
    def schema(self) -> StructType:
        """Its columns, and the label at the end."""
        return StructType([*self.rows.schema, self.labels.label])

    def check_rows(self, lo: Number | None) -> None:
        """Raises SourceError when preparing them drops or multiplies rows."""
        self.rows.check_rows(lo)

    def state(
        self, ledger: Ledger, valid_until: Number | None, initial: Number | None, lo: Number | None
    ) -> SourceState:
        """What the rows' table says, and how far the labels go."""
        return replace(self.rows.state(ledger, valid_until, initial, lo), labels_through=self.labels.through)

    def slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> DataFrame:
        """The rows of a slice, each with the label of its key, null where there is none. A deletion has none."""
        read = self.rows.slice(ledger, lo, hi, valid_until)
        rows = read.withColumn(ROW_KEY, row_key(read, self.keys, self.labels.identity))
        name = self.labels.label.name
        joined = rows.join(self.labels.rows.select(ROW_KEY, f"`{name}`"), ROW_KEY, "left").drop(ROW_KEY)
        if not isinstance(self.rows, PinnedChangeFeed):
            return joined
        return joined.withColumn(name, F.when(~F.col(IS_DELETED), F.col(f"`{name}`")))


def read_labels(tables: Tables, feed: Feed, plan: Batch | None) -> Labels | None:
    """The labels as of the batch of labels that an open plan knows, else as of the newest with rows.

    None where labels come with the rows. Raises NothingToDoError before the first ingestion of labels.
    """
    if feed.labels is None:
        return None
    known = read_feed(feed.labels, tables)
    through = known.newest_with_rows if plan is None else plan.labels_through or 0
    current = known.current_rows(through=through)

    column = feed.labels.label
    label = StructField(feed.label, current.schema[column].dataType)
    rows = current.select(ROW_KEY, F.col(f"`{column}`").alias(label.name), BATCH_SEQ)
    types = {each.name.lower(): each.dataType.simpleString() for each in current.schema}
    key_types = tuple(types[key.lower()] for key in feed.labels.source.keys)
    complete = not known.committed.without
    return Labels(feed.labels, rows, label, through, complete, key_types, identity_of(tables, feed.keys_of))


def join_labels(
    feed: Feed, rows: PinnedTable | PinnedChangeFeed, labels: Labels | None
) -> PinnedTable | PinnedChangeFeed | LabelledSource:
    """The source with its labels; the source itself where labels come with the rows. Raises ContractError where the two
    tables do not fit together."""
    if labels is None:
        return rows
    _expect_fit(feed, rows, labels)
    return LabelledSource(rows, feed.source.keys, labels)


def _expect_fit(feed: Feed, rows: PinnedTable | PinnedChangeFeed, labels: Labels) -> None:
    """Keys are compared by their hash, which depends on the type."""
    types = {each.name.lower(): each.dataType.simpleString() for each in rows.schema}
    table = labels.feed.source.origin
    section = labels.feed.section
    if feed.label.lower() in types:
        raise ContractError(
            f"{feed.model}: {feed.source.origin} has a column `{feed.label}`, which {section} fills from {table}. "
            f"{UNTOUCHED} Name the label differently in columns.label, drop the column at the source, or remove "
            f"{section}."
        )

    for own, other, found in zip(feed.source.keys, labels.feed.source.keys, labels.key_types, strict=True):
        expected = types.get(own.lower())
        if expected is not None and found != expected:
            raise ContractError(
                f"{feed.model}: key `{other}` of {table} is {found}, `{own}` of {feed.source.origin} is {expected}; "
                f"expected one type. {UNTOUCHED} Convert one of them where it is made."
            )
