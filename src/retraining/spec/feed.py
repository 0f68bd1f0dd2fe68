"""What one ingestion needs of a model's spec: the rows of its source, or the labels that have their own table."""

from dataclasses import dataclass
from typing import Literal

from retraining.spec.labels_section import LabelsSection
from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import NO_GATES, QualitySection
from retraining.spec.row_rules import NotNull, Rule
from retraining.spec.source_section import IS_DELETED, MALFORMED_LINE, SourceSection


@dataclass(frozen=True)
class Feed:
    """One stream of rows with its own watermark and observations."""

    name: str
    """Key of the watermark, and the name that the observations begin with."""
    carries: Literal["rows", "labels"]
    keys_of: str
    """The feed whose keys these rows are about: a label is about a key of the rows."""
    source: SourceSection
    quality: QualitySection
    label: str
    """The column that holds the label."""
    label_delay: Literal[0] | None
    """0: a row without a label is quarantined."""
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    """Features of the model among the columns."""
    model: str
    """The model whose run ingests, for errors."""
    kind: str
    """What the model does with the label."""
    section: str
    """The part of the YAML that says where these rows come from."""
    source_file: str
    """The YAML file with that part and the quality rules, as people know it."""
    labels: "Feed | None" = None
    """Where the labels come from, if not with these rows."""
    slices: tuple[str, ...] = ()
    """Columns that split the rows into the groups of the gate."""
    series: tuple[str, ...] = ()
    """Columns that name the series of a forecast, their time, and what is known ahead."""
    used_by_others: tuple[str, ...] = ()
    """Columns that other models of the source name."""

    @property
    def model_file(self) -> str:
        """The YAML file that names the columns to learn from, as people know it."""
        return f"specs/{self.model}.yml"

    @property
    def files(self) -> str:
        """All YAML files that name columns of these rows."""
        return ", ".join(dict.fromkeys((self.model_file, self.source_file)))

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Columns that the spec names, rules included: without them nothing can be ingested."""
        rules = [name for rule in self.quality.rules for name in rule.columns_read]
        gates = self.quality.batch.max_null_share
        own = (self.source.ledger_column, *self.source.keys, self.label)
        return (*own, *self.numeric, *self.categorical, *self.slices, *self.series, *rules, *gates)

    def names(self, column: str) -> bool:
        """Whether the spec names a column, in any case."""
        return column.lower() in {name.lower() for name in self.named_columns}

    def uses(self, column: str) -> bool:
        """Whether a model of the source, or ingestion itself, needs a column as it is."""
        of_mode = {"table": (), "files": (MALFORMED_LINE,), "change_feed": (IS_DELETED,)}[self.source.mode]
        return self.names(column) or column.lower() in {name.lower() for name in (*self.used_by_others, *of_mode)}

    @property
    def joined(self) -> tuple[str, ...]:
        """Columns of the observations that the source does not have: the label, where labels have their own table."""
        return (self.label,) if self.labels else ()

    def repair_with(self, action: str) -> str:
        """Parameters of the job `repair` for this feed, for errors."""
        return f"action={action}" if self.carries == "rows" else f"action={action},source=labels"


def rows_feed(spec: ModelSpec) -> Feed:
    """The rows of a model's source."""
    return Feed(
        name=spec.source_name,
        carries="rows",
        keys_of=spec.source_name,
        source=spec.source,
        quality=spec.quality,
        label=spec.columns.label,
        label_delay=spec.columns.label_delay,
        numeric=spec.columns.numeric,
        categorical=spec.columns.categorical,
        model=spec.model,
        kind=spec.kind,
        section="source",
        source_file=spec.source_file,
        labels=labels_feed(spec),
        slices=spec.columns.slices,
        series=spec.series_columns,
        used_by_others=spec.used_by_others,
    )


def labels_name(source: str) -> str:
    """The feed of a source's labels, where they have their own table."""
    return f"{source}_labels"


def labels_feed(spec: ModelSpec) -> Feed | None:
    """The labels of `<source>_labels`; None where labels come with the rows.

    A label must be there, and so must its key. Rules of the model that look at the label alone are asked here too, so
    that a refused label never reaches a row, and a corrected one still can. Labels are never held.
    """
    labels = spec.columns.labels
    if labels is None:
        return None
    name = labels_name(spec.source_name)
    keys = labels.keys or spec.source.keys
    needed = tuple(NotNull(rule="not_null", column=key) for key in keys)

    return Feed(
        name=name,
        carries="labels",
        keys_of=spec.source_name,
        source=_source_of_labels(labels, keys, name),
        quality=QualitySection(rules=(*needed, *_rules_of_the_label(spec, labels.column)), batch=NO_GATES),
        label=labels.column,
        label_delay=0,
        numeric=(),
        categorical=(),
        model=spec.model,
        kind=spec.kind,
        section="labels" if spec.source_is_shared else "columns.labels",
        source_file=spec.source_file,
    )


def _source_of_labels(labels: LabelsSection, keys: tuple[str, ...], name: str) -> SourceSection:
    section = {"table": labels.table, "ledger_column": labels.ledger_column, "keys": keys, "lookback": labels.lookback}
    return SourceSection.model_validate(section).model_copy(update={"name": name})


def _rules_of_the_label(spec: ModelSpec, column: str) -> list[Rule]:
    """Rules of severity fail are left to the rows: they hold a batch, and labels are never held."""
    label = spec.columns.label.lower()
    return [
        rule.model_copy(update={"column": column, "name": rule.title})
        for rule in spec.quality.named("quarantine", "warn")
        if hasattr(rule, "column") and rule.column.lower() == label
    ]
