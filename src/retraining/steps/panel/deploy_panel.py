"""The panel that goes live: asked in a fresh process, without Spark and without this code, before it does."""

import json

import pandas as pd

from retraining.adapters.registry.fresh_process import ask_fresh_process, fresh_process
from retraining.context import Context
from retraining.forecasting.served_panel import HORIZON, PANEL_FOLDER, PREDICTION, ServedPanel, open_panel
from retraining.records.version import Manifest
from retraining.rules.gate.smoke import smoke
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.gate.deployment import Deployment

_REQUESTS = 100


def deploy_panel(
    context: Context,
    source: IngestedSource,
    candidate: Manifest,
    history: ModelHistory,
) -> Deployment:
    """What was judged goes live. The same files answer some requests here and there."""
    version = str(candidate.version)
    registry = context.registry
    with (
        fresh_process() as process,
        registry.checked_files(context.model, version, str(candidate.digest), candidate.files) as files,
    ):
        panel = open_panel(files / PANEL_FOLDER)
        requests = _requests(panel)
        expected = panel.predict(requests)[PREDICTION].tolist()
        answers = ask_fresh_process(process, files, requests)
    return Deployment(version, smoke(version, answers, expected, context.spec.serving))


def _requests(panel: ServedPanel) -> pd.DataFrame:
    """Series from all over the panel, one step each; those without a forecast are not asked."""
    keys = panel.models.index[:: max(1, len(panel.models) // _REQUESTS)][:_REQUESTS]
    names = panel.about.series
    asked = pd.DataFrame([json.loads(key) for key in keys], columns=list(names), index=range(len(keys)))
    asked[HORIZON] = 1
    answered = panel.predict(asked)[PREDICTION].notna().to_numpy()
    return asked[answered].reset_index(drop=True)
