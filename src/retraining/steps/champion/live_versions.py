"""The champion that a run works with, and the previous one where it can still predict beside it."""

from collections.abc import Sequence

from retraining.adapters.registry.registry import CHAMPION
from retraining.context import Context
from retraining.records.promotion import Promotion
from retraining.rules.champion.history import previous_champion
from retraining.steps.champion.apply_newest_decision import apply_newest_decision


def heal_and_read_champion(context: Context) -> str | None:
    """The version behind the alias `champion`, None before the first promotion.

    With policy.on_alias_drift heal the alias is put back here already. Otherwise a run would score with the version
    that somebody put there, and plan a hold-out without the champion, on days that the champion has learned.
    """
    if context.spec.policy.on_alias_drift == "heal":
        apply_newest_decision(context, "heal")
    return context.registry.version_of(context.model, CHAMPION)


def find_previous_champion(context: Context, promotions: Sequence[Promotion], champion: str) -> str | None:
    """The version of the previous champion, None where there is none or where it was deleted from the registry."""
    version = previous_champion(promotions, champion)
    return version if version and context.registry.has_version(context.model, version) else None
