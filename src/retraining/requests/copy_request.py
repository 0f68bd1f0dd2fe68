"""What an operator says about a version of another target that shall be judged here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyRequest:
    """Which version: schema is `catalog.schema`, model its name there. trained_until is the newest ledger value that it
    learned, None where its own tag says so."""

    schema: str
    model: str
    version: str
    trained_until: str | None
    reason: str

    @property
    def full_name(self) -> str:
        """catalog.schema.model."""
        return f"{self.schema}.{self.model}"
