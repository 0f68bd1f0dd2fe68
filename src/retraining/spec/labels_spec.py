"""Labels of a table of their own are a source like any other; this is its spec."""

from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import QualitySection
from retraining.spec.row_rules import NotNull, Rule
from retraining.spec.source_section import SourceSection


def labels_spec(spec: ModelSpec) -> ModelSpec | None:
    """What ingestion needs to know of `<source>_labels`; None where labels come with the rows.

    It has no features. A label must be there, and so must its key. Rules of the model that look at the label alone are
    asked here too, so that a refused label never reaches a row, and a corrected one still can.
    """
    labels = spec.columns.labels
    if labels is None:
        return None
    keys = labels.keys or spec.source.keys
    said = {"table": labels.table, "ledger_column": labels.ledger_column, "keys": keys, "lookback": labels.lookback}
    source = SourceSection.model_validate(said).model_copy(update={"name": f"{spec.source_name}{_LABELS}"})
    columns = {"label": labels.column, "numeric": (), "categorical": (), "label_delay": 0, "labels": None}
    rules = (*(NotNull(rule="not_null", column=key) for key in keys), *_rules_of_the_label(spec, labels.column))
    return spec.model_copy(
        update={
            "source": source,
            "columns": spec.columns.model_copy(update=columns),
            "quality": QualitySection(rules=rules),
        }
    )


def _rules_of_the_label(spec: ModelSpec, column: str) -> list[Rule]:
    """Rules of severity fail are left to the rows: they hold a batch, and labels are never held."""
    label = spec.columns.label.lower()
    return [
        rule.model_copy(update={"column": column, "name": rule.title})
        for rule in spec.quality.named("quarantine", "warn")
        if hasattr(rule, "column") and rule.column.lower() == label
    ]


_LABELS = "_labels"


def source_of_keys(spec: ModelSpec) -> str:
    """The source whose keys the rows of this spec are about: a label is about a key of the rows."""
    return spec.source_name if spec.columns.features else spec.source_name.removesuffix(_LABELS)


def section_of(spec: ModelSpec) -> str:
    """The part of the model's YAML that says where the rows of this spec come from."""
    return "source" if spec.columns.features else "columns.labels"


def repair_with(spec: ModelSpec, action: str) -> str:
    """Parameters of the job `repair` for the source of this spec."""
    return f"action={action}" if spec.columns.features else f"action={action},source=labels"
