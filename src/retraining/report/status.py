"""What a page says first of a run: a title, a sentence, why, and what a person is to do."""

from dataclasses import dataclass

from retraining.records.event import Level
from retraining.report.command import Command

NOTHING_TO_DO = "Nothing to do."
_SIGNS: dict[Level, str] = {"bad": "✕", "warn": "!", "good": "↑", "calm": "✓"}


@dataclass(frozen=True)
class Status:
    """One thing that is to be said of a run. Which of several is the headline, its tone and its place decide."""

    title: str
    sentence: str
    tone: Level
    why: str = ""
    todo: str = NOTHING_TO_DO
    commands: tuple[Command, ...] = ()
    """Those that answer it; the person chooses one."""

    @property
    def asks(self) -> bool:
        """Whether a person is to do anything."""
        return not self.todo.startswith(NOTHING_TO_DO.removesuffix("."))

    @property
    def sign(self) -> str:
        """Repeats the tone for those who do not see its colour."""
        return _SIGNS[self.tone]
