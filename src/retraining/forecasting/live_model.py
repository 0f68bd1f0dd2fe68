"""The live model of one series as code handles it, and as a row of `series_models` holds it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import pandas as pd

from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.forecaster import State
from retraining.records.panel import ErrorBlock, SeriesAction

FALLBACK_MODEL = "fallback"
"""Name of the forecaster of a series that no model may learn."""
_WHOLE = ("season_length", "trained_from", "trained_until", "updated_until", "points", "last_row", "expected_points")
_AS_JSON = ("made_by", "state", "radii", "widths", "blocks")


@dataclass(frozen=True, kw_only=True)
class LiveModel:
    """The fields are those of the record SeriesModel, which says what they mean."""

    series: str
    forecaster: str
    made_by: Mapping[str, Any]
    state: State
    library: str = ""
    season_length: int
    trained_from: int
    trained_until: int
    updated_until: int
    points: int
    last_row: int | None
    volume: float
    scale: float
    expected_error: float | None
    expected_points: int
    usual_loss: float
    usual_spread: float
    radii: Mapping[str, list[float | None]]
    widths: Mapping[str, float] = field(default_factory=dict)
    blocks: tuple[ErrorBlock, ...] = ()
    reestimated: bool = False
    action: SeriesAction
    reason: str

    @property
    def is_fallback(self) -> bool:
        """Whether no model may learn the series."""
        return self.forecaster == FALLBACK_MODEL

    @property
    def candidate(self) -> Candidate:
        """What made the model, whatever the spec says by now."""
        return Candidate(self.forecaster, **self.made_by)

    def as_row(self) -> dict[str, Any]:
        """As a table holds it: what has parts is JSON."""
        row = {each.name: getattr(self, each.name) for each in fields(self)}
        row["blocks"] = [asdict(block) for block in self.blocks]
        row["radii"] = dict(self.radii)
        return row | {name: json.dumps(row[name], allow_nan=False, sort_keys=True) for name in _AS_JSON}


def from_row(row: Mapping[Any, Any]) -> LiveModel:
    """The model of a row; columns that the record has beside the model's are passed over."""
    content = {each.name: row[each.name] for each in fields(LiveModel)}
    content |= {name: json.loads(content[name]) for name in _AS_JSON}
    content["blocks"] = tuple(ErrorBlock(**block) for block in content["blocks"])
    content |= {name: _known(content[name]) for name in ("expected_error", "last_row")}
    return LiveModel(**content | {name: int(content[name]) for name in _WHOLE if content[name] is not None})


def _known(value: Any) -> Any:
    """pandas has NaN where a table has null."""
    return None if value is None or value != value else value


def takes_known(models: pd.DataFrame) -> set[str]:
    """The series of these rows whose model learns from columns known ahead."""
    live = [from_row(row) for row in models.to_dict("records")]
    return {each.series for each in live if each.candidate.build(each.season_length).takes_known}
