"""What ingest learned."""

from dataclasses import dataclass, fields

from retraining.records.batch import RuleCount


@dataclass(frozen=True)
class IngestReport:
    """Counts of one ingestion, read back from the tables. batch_seq is the newest closed batch, None when there is
    none yet. late: rows of this batch that are older than the watermark was; older: rows of the source that came too
    late even for the lookback, and that no batch has read. warnings: accepted rows by the rule that warns of them.
    held: earlier batches that wait for a release. forgotten: rows whose key was asked to be forgotten, not stored.
    section: the part of the spec that says where the rows come from.

    Where labels have a table of their own: relabelled counts rows of earlier batches that got a label, or another one;
    labels_waiting counts labels of keys that no row has yet; labels says what came in from their table."""

    source: str
    batch_seq: int | None
    watermark: str | None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    already_present: int = 0
    reasons: tuple[str, ...] = ()
    older: int = 0
    late: int = 0
    warnings: tuple[RuleCount, ...] = ()
    held: tuple[int, ...] = ()
    section: str = "source"
    relabelled: int = 0
    labels_waiting: int = 0
    labels: "IngestReport | None" = None
    forgotten: int = 0

    @property
    def summary(self) -> str:
        """One line for people, below that of the labels."""
        return f"{self.labels.summary}\n{self._line}" if self.labels else self._line

    @property
    def _line(self) -> str:
        end = f"watermark {self.watermark or 'not set'}{self._too_late}{self._waiting}{self._waiting_labels}"
        if not self.read and not self.relabelled:
            return f"{self.source}: nothing new; {end}"
        why = f" ({', '.join(self.reasons)})" if self.reasons else ""
        forgotten = f" + forgotten {self.forgotten:,}" if self.forgotten else ""
        late = f"; {self.late:,} came late" if self.late else ""
        warned = ", ".join(f"{each.rule} {each.rows:,}" for each in self.warnings)
        warned = f"; warnings: {warned}" if warned else ""
        labels = f"; {self.relabelled:,} earlier rows got their label" if self.relabelled else ""
        return (
            f"{self.source}: batch {self.batch_seq}: read {self.read:,} = accepted {self.accepted:,} + "
            f"quarantined {self.quarantined:,}{why} + already present {self.already_present:,}{forgotten}{late}{warned}"
            f"{labels}; {end}"
        )

    @property
    def _too_late(self) -> str:
        if not self.older:
            return ""
        rows = "1 row is" if self.older == 1 else f"{self.older:,} rows are"
        read = "was" if self.older == 1 else "were"
        cure = f"raise {self.section}.lookback, load them in ledger order, or re-baseline"
        return f"; {rows} older than the watermark and {read} not read; {cure}"

    @property
    def _waiting_labels(self) -> str:
        return f"; labels that wait for their row: {self.labels_waiting:,}" if self.labels_waiting else ""

    @property
    def _waiting(self) -> str:
        if not self.held:
            return ""
        which = f"batch {self.held[0]} is" if len(self.held) == 1 else f"batches {', '.join(map(str, self.held))} are"
        return f"; {which} held and used by nobody until the job release_batch lets them in"

    def as_dict(self) -> dict[str, object]:
        """Field names and values, for display."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
