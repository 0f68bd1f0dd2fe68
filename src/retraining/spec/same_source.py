"""Models that share a source share one ingestion, so their specs must describe it alike."""

from retraining.errors import SpecError
from retraining.spec.model_spec import ModelSpec
from retraining.spec.quality_section import QualitySection
from retraining.spec.source_section import SourceSection


def check_same_source(spec: ModelSpec, file: str, other: ModelSpec, other_file: str) -> None:
    """Raises SpecError where two models of one source disagree on anything that decides which rows are stored, and in
    what state: else the rows would depend on which of the models ingests first."""
    if spec.source_name != other.source_name:
        return
    differ = [*_source_keys(spec, other), *_quality_keys(spec, other), *_label_keys(spec, other)]
    if not differ:
        return
    if spec.source_is_shared and other.source_is_shared:
        cure = "or let one of them use another source"
    else:
        cure = "or give one source another `name`"
    raise SpecError(
        f"{file} and {other_file} share the source `{spec.source_name}`, but differ in {', '.join(differ)}. Say the "
        f"same in both, {cure}."
    )


def _source_keys(spec: ModelSpec, other: ModelSpec) -> list[str]:
    keys = {name: field.alias or name for name, field in SourceSection.model_fields.items() if name != "name"}
    return [f"source.{key}" for name, key in keys.items() if getattr(spec.source, name) != getattr(other.source, name)]


def _quality_keys(spec: ModelSpec, other: ModelSpec) -> list[str]:
    names = QualitySection.model_fields
    return [f"quality.{name}" for name in names if getattr(spec.quality, name) != getattr(other.quality, name)]


def _label_keys(spec: ModelSpec, other: ModelSpec) -> list[str]:
    """The label itself may differ, unless ingestion fills it, or quarantines rows without it."""
    mine = spec.columns
    theirs = other.columns
    keys = [f"columns.{key}" for key in ("label_delay", "labels") if getattr(mine, key) != getattr(theirs, key)]
    if keys or mine.label == theirs.label:
        return keys
    if mine.labels is not None:
        return ["columns.label, which columns.labels fills"]
    return ["columns.label, which label_delay: 0 expects in every row"] if mine.label_delay == 0 else []
