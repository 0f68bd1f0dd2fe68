"""The champion that a run works with: the alias, put back first where the spec says so."""

from retraining.adapters.registry.registry import CHAMPION, Registry
from retraining.adapters.tables.tables import Tables
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.apply_newest_decision import apply_newest_decision


def live_champion(spec: ModelSpec, tables: Tables, registry: Registry, run: Run) -> str | None:
    """The version behind the alias `champion`, None before the first promotion.

    With policy.on_alias_drift heal the alias is put back here already: otherwise a run would score with the version
    that was put there, and plan a hold-out for no champion, which holds days that the champion was trained on.
    """
    if spec.policy.on_alias_drift == "heal":
        apply_newest_decision(spec.model, tables, registry, run, "heal")
    return registry.version_of(spec.model, CHAMPION)
