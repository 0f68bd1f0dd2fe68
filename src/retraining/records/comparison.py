"""One line of a comparison between what was registered and what was fitted again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """same is None where the line is for information only."""

    what: str
    registered: str
    again: str
    same: bool | None

    @property
    def verdict(self) -> str:
        """same, differs, or nothing."""
        return "" if self.same is None else "same" if self.same else "differs"
