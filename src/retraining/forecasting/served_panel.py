"""What callers get of a panel: `mlflow.pyfunc.load_model("models:/<name>@champion").predict(rows)`.

A version holds the models of all its series as numbers and texts, in a file of columns. It needs neither Spark nor a
table, and reading it runs no code. MLflow finds this file by its name in the version: do not rename it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retraining.forecasting.guarded import CannotForecastError
from retraining.forecasting.learn_series import Series
from retraining.forecasting.live_model import LiveModel, from_row
from retraining.forecasting.panel_plan import PanelPlan
from retraining.forecasting.series_key import series_key
from retraining.forecasting.update_series import Ahead, forecast_ahead, no_answer
from retraining.rules.panel.accuracy import lower, upper
from retraining.rules.panel.regular import NOTHING
from retraining.rules.panel.steps import times_of
from retraining.spec.forecast_section import Frequency

HORIZON = "horizon"
PREDICTION = "prediction"
LAST_TIME = "last_time"
PANEL_FOLDER = "data/panel"
"""Where a version has it: MLflow keeps the data of a version's loader in `data`."""
MODELS_FILE = "panel.parquet"
ABOUT_FILE = "panel.json"


@dataclass(frozen=True)
class AboutPanel:
    """What all series share. series: the columns that name one; origin: the step after which forecasts begin;
    needs: columns that are known ahead, which some models cannot forecast without."""

    series: tuple[str, ...]
    horizon: int
    season_length: int
    levels: tuple[int, ...]
    frequency: Frequency
    origin: int
    panel_version: int
    series_models_version: int

    @property
    def plan(self) -> PanelPlan:
        """Without candidates: nothing is searched here."""
        return PanelPlan(self.horizon, self.season_length, self.levels, ())


@dataclass(frozen=True)
class ServedPanel:
    """All live models of a panel, a row each, by the key of their series."""

    models: pd.DataFrame
    about: AboutPanel

    def predict(self, rows: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """The next steps of the series of each row: a row a step, in the order asked, with `prediction` and the ends of
        the intervals; NaN and a reason where there is none.

        rows: the columns that name a series, and `horizon`, the number of steps (default: the panel's own). Raises
        ValueError for a column that is missing, and for a horizon below 1.
        """
        missing = [name for name in self.about.series if name not in rows.columns]
        if missing:
            raise ValueError(f"columns {', '.join(missing)} are missing. A series is named by {self.about.series}.")
        frames = [self._answer(row) for row in rows.to_dict("records")]
        return (
            pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*self.about.series, PREDICTION])
        )

    def _answer(self, row: Mapping[Any, Any]) -> pd.DataFrame:
        horizon = self._horizon(row.get(HORIZON))
        key = series_key([row[name] for name in self.about.series])
        plan = replace(self.about.plan, horizon=horizon)
        known = key in self.models.index
        live = from_row({**self.models.loc[key].to_dict(), "series": key}) if known else None
        ahead, why = _ahead(live, plan, self.about.origin)

        steps = np.arange(1, horizon + 1)
        columns: dict[str, Any] = {name: [row[name]] * horizon for name in self.about.series}
        columns |= {"step": steps, "time": self._times(key, live, steps), PREDICTION: ahead.forecast}
        for level in plan.levels:
            columns |= {lower(level): ahead.lower[str(level)], upper(level): ahead.upper[str(level)]}
        return pd.DataFrame({**columns, "model": live.forecaster if live else None, "reason": why})

    def _horizon(self, asked: Any) -> int:
        if asked is None or pd.isna(asked):
            return self.about.horizon
        if asked < 1 or asked != int(asked):
            raise ValueError(f"horizon {asked}: expected a whole number of at least 1.")
        return int(asked)

    def _times(self, key: str, live: LiveModel | None, steps: Any) -> Any:
        last = self.models.loc[key, LAST_TIME] if live else None
        if live is None or live.last_row is None or pd.isna(last):
            return np.full(len(steps), np.datetime64("NaT", "ns"))
        return times_of(self.about.origin + steps, self.about.frequency, pd.Timestamp(str(last)), live.last_row)


def _ahead(live: LiveModel | None, plan: PanelPlan, origin: int) -> tuple[Ahead, str | None]:
    if live is None:
        return no_answer(plan), "The panel has no such series."
    try:
        why = live.reason if live.is_fallback else None
        return forecast_ahead(Series(live.series, NOTHING), plan, live, origin), why
    except CannotForecastError as err:
        return no_answer(plan), str(err)


def open_panel(folder: Path) -> ServedPanel:
    """The panel of a version's files."""
    about = json.loads((folder / ABOUT_FILE).read_text("utf-8"))
    content = AboutPanel(**{**about, "series": tuple(about["series"]), "levels": tuple(about["levels"])})
    models = pd.read_parquet(folder / MODELS_FILE)
    return ServedPanel(models.set_index("series"), content)


def _load_pyfunc(path: str) -> ServedPanel:
    """What MLflow calls."""
    return open_panel(Path(path))
