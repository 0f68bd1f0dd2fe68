"""A source whose rows are joined with the labels of another table, as of one batch of them."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from retraining.adapters.sources.change_feed import PinnedFeed
from retraining.adapters.sources.delta_table import PinnedSource
from retraining.adapters.tables import observations
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.errors import ContractError
from retraining.records.batch import Batch
from retraining.rules.ingest.contract import UNTOUCHED
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import SourceState
from retraining.rules.ingest.row_identity import ROW_KEY, identity_hash
from retraining.spec.labels_spec import labels_spec
from retraining.spec.model_spec import ModelSpec
from retraining.spec.source_section import IS_DELETED
from retraining.stages.steps.ingested_source import read_source


@dataclass(frozen=True)
class LabelledSource:
    """One version of a source, and the current labels as of a batch of theirs. labels: `_row_key`, the label under the
    model's name for it, and the batch of labels it came in; complete: no batch of labels was ever replaced or given up.
    """

    rows: PinnedSource | PinnedFeed
    keys: tuple[str, ...]
    label: StructField
    labels: DataFrame
    labels_through: int
    complete: bool

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
        return StructType([*self.rows.schema, self.label])

    def state(
        self, ledger: Ledger, valid_until: Number | None, initial: Number | None, lo: Number | None
    ) -> SourceState:
        """What the rows' table says, and how far the labels go."""
        return replace(self.rows.state(ledger, valid_until, initial, lo), labels_through=self.labels_through)

    def slice(self, ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> DataFrame:
        """The rows of a slice, each with the label of its key, null where there is none. A deletion has none."""
        rows = self.rows.slice(ledger, lo, hi, valid_until).withColumn(ROW_KEY, identity_hash(self.keys))
        labels = self.labels.select(ROW_KEY, f"`{self.label.name}`")
        joined = rows.join(labels, ROW_KEY, "left").drop(ROW_KEY)
        if not isinstance(self.rows, PinnedFeed):
            return joined
        label = F.when(~F.col(IS_DELETED), F.col(f"`{self.label.name}`"))
        return joined.withColumn(self.label.name, label)


def join_labels(
    spec: ModelSpec, tables: Tables, rows: PinnedSource | PinnedFeed, plan: Batch | None
) -> PinnedSource | PinnedFeed | LabelledSource:
    """The source with its labels, as of the batch of labels that an open plan knows, else the newest with rows.

    The source itself where labels come with the rows. Raises ContractError where the two tables do not fit together,
    NothingToDoError before the first ingestion of labels.
    """
    labels = labels_spec(spec)
    if labels is None:
        return rows
    known = read_source(labels, tables)
    through = known.newest_with_rows if plan is None else plan.labels_through or 0
    current = observations.current_rows(tables, known.name, known.through(through), known.ledger)
    _expect_fit(spec, labels, rows, current.schema)
    label = StructField(spec.columns.label, current.schema[labels.columns.label].dataType)
    value = F.col(f"`{labels.columns.label}`").alias(label.name)
    brought = current.select(ROW_KEY, value, BATCH_SEQ)
    return LabelledSource(rows, spec.source.keys, label, brought, through, not known.committed.without)


def _expect_fit(spec: ModelSpec, labels: ModelSpec, rows: PinnedSource | PinnedFeed, of_labels: StructType) -> None:
    """Keys are compared by their hash, which depends on the type."""
    types = {each.name.lower(): each.dataType.simpleString() for each in rows.schema}
    if spec.columns.label.lower() in types:
        raise ContractError(
            f"{spec.model}: {spec.source.origin} has a column `{spec.columns.label}`, which columns.labels fills from "
            f"{labels.source.table}. {UNTOUCHED} Name the label differently in columns.label, drop the column at the "
            f"source, or remove columns.labels."
        )
    found = {each.name.lower(): each.dataType.simpleString() for each in of_labels}
    for own, other in zip(spec.source.keys, labels.source.keys, strict=True):
        expected = types.get(own.lower())
        if expected is not None and found[other.lower()] != expected:
            raise ContractError(
                f"{spec.model}: key `{other}` of {labels.source.table} is {found[other.lower()]}, `{own}` of "
                f"{spec.source.origin} is {expected}; expected one type. {UNTOUCHED} Convert one of them where it is "
                f"made."
            )
