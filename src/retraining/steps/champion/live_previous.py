"""The champion before, where it can still predict beside the live one."""

from collections.abc import Sequence

from retraining.adapters.registry.registry import Registry
from retraining.records.promotion import Promotion
from retraining.rules.champion.previous_champion import previous_champion


def live_previous(model: str, registry: Registry, promotions: Sequence[Promotion], champion: str) -> str | None:
    """Its version; None as well when it was deleted from the registry."""
    version = previous_champion(promotions, champion)
    return version if version and registry.has_version(model, version) else None
