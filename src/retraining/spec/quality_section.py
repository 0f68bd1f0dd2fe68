"""Which rows and batches are fit for use. A row that breaks a rule is kept with the rule's name, never dropped."""

from pydantic import Field, model_validator

from retraining.spec.batch_gates import BatchGates
from retraining.spec.row_rules import RULES, Rule, Severity
from retraining.spec.section import Section

OWN_REASONS = (
    *("ledger_missing", "ledger_in_future", "label_missing", "conflicting_duplicate", "invalid_text", "malformed"),
)
"""What a row can be quarantined for without any rule; no rule may have such a name."""


class QualitySection(Section):
    """Rules for rows, applied in one pass, and gates for whole batches."""

    rules: tuple[Rule, ...] = ()
    batch: BatchGates = Field(default_factory=BatchGates)

    def named(self, *severities: Severity) -> tuple[Rule, ...]:
        """The rules of these severities, in the spec's order."""
        return tuple(rule for rule in self.rules if rule.severity in severities)

    @model_validator(mode="after")
    def _each_name_once(self) -> "QualitySection":
        names = [rule.title for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are called {', '.join(twice)}. Give each a `name` of its own")
        own = sorted({name for name in names if name in OWN_REASONS})
        if own:
            raise ValueError(f"{', '.join(own)} is what ingestion itself says. Give the rule another `name`")
        return self


__all__ = ["OWN_REASONS", "RULES", "BatchGates", "QualitySection", "Rule", "Severity"]
