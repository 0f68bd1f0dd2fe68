"""What all series of a panel share. It travels with every version, so it knows no spec."""

from dataclasses import dataclass

from retraining.forecasting.find_forecaster import FALLBACK, Candidate


@dataclass(frozen=True)
class PanelPlan:
    """What all series of a panel share: steps to forecast, steps of a season, levels of the intervals in per cent, and
    the models that a search tries."""

    horizon: int
    season_length: int
    levels: tuple[int, ...]
    candidates: tuple[Candidate, ...]

    def candidate(self, name: str) -> Candidate:
        """A candidate by its name."""
        return next(each for each in self.tried if each.name == name)

    @property
    def tried(self) -> tuple[Candidate, ...]:
        """The candidates, and always the seasonal naive forecast."""
        named = {each.name for each in self.candidates}
        return (*self.candidates, *(() if FALLBACK in named else (Candidate(FALLBACK, FALLBACK),)))
