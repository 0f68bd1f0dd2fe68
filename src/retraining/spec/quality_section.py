"""Which rows and batches are fit for use. A row that breaks a rule is kept with the name of the rule, never dropped."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, FiniteFloat, PlainSerializer, StrictInt, model_validator

from retraining.spec.row_rules import RULES, Rule, Severity
from retraining.spec.section import ColumnName, Section

Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
"""A part of a whole, from 0 to 1."""

DEFAULT_QUARANTINED_SHARE = 0.2
FEWEST_QUARANTINED = 10
"""Unless the spec says otherwise, a batch is held for more than this share of quarantined rows, if there are this many:
one bad row of three says nothing about a source."""

Shares = Annotated[
    Mapping[ColumnName, Share], AfterValidator(lambda each: MappingProxyType(dict(each))), PlainSerializer(dict)
]


class BatchGates(Section):
    """Bounds on a batch, counted over its new rows: those accepted and those quarantined. A batch without new rows is
    only checked against min_rows."""

    min_rows: Annotated[StrictInt, Field(gt=0)] | None = None
    """New rows a batch must bring."""
    max_quarantined_share: Share | None = None
    """Part of the new rows that may be quarantined. Default: 0.2, once ten rows are; 1 lets every batch pass."""
    max_row_count_change: Annotated[FiniteFloat, Field(gt=1)] | None = None
    """How many times more, or fewer, new rows than the median of the committed batches before. Checked from the fourth
    batch with rows on."""
    max_null_share: Shares = Field(default_factory=dict, validate_default=True)
    """Part of the new rows that may have no value (null or NaN), by column."""


NO_GATES = BatchGates(max_quarantined_share=1)
"""Holds no batch."""

OWN_REASONS = (
    *("ledger_missing", "ledger_in_future", "ledger_too_early", "label_missing", "conflicting_duplicate"),
    *("invalid_text", "malformed", "label_too_large"),
)
"""What a row can be quarantined for without any rule; no rule may have such a name."""


class QualitySection(Section):
    """Rules for rows, applied in one pass, and gates for whole batches."""

    rules: tuple[Rule, ...] = ()
    """Conditions that each row must meet."""
    batch: BatchGates = Field(default_factory=BatchGates)
    """Conditions that a batch must meet; one that does not is held."""

    def named(self, *severities: Severity) -> tuple[Rule, ...]:
        """The rules of these severities, in the spec's order."""
        return tuple(rule for rule in self.rules if rule.severity in severities)

    @model_validator(mode="after")
    def _each_name_once(self) -> "QualitySection":
        names = [rule.title for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are called {', '.join(twice)}. Give each a different `name`")
        own = sorted({name for name in names if name in OWN_REASONS})
        if own:
            raise ValueError(f"{', '.join(own)} is a reason that ingestion itself gives. Give the rule another `name`")
        return self


__all__ = ["OWN_REASONS", "RULES", "BatchGates", "QualitySection", "Rule", "Severity"]
