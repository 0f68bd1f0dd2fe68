"""The panel that goes live: asked in a fresh process, without Spark and without this code, before it does."""

import json

import pandas as pd

from retraining.adapters.registry.fresh_process import ask_fresh_process, fresh_process
from retraining.adapters.registry.registry import CHAMPION
from retraining.context import Context
from retraining.forecasting.served_panel import HORIZON, PANEL_FOLDER, PREDICTION, ServedPanel, open_panel
from retraining.records.version import Manifest
from retraining.rules.gate.smoke import smoke
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.gate.deployment import Deployment
from retraining.steps.panel.mix_panel import kept_in_words, mix_panel

_REQUESTS = 100


def deploy_panel(
    context: Context,
    source: IngestedSource,
    candidate: Manifest,
    history: ModelHistory,
) -> Deployment:
    """What was judged goes live, but for series that it would make worse. The same files answer some requests here and
    there."""
    registry = context.registry
    live = history.manifest_of(registry.version_of(context.model, CHAMPION))
    deployed = mix_panel(context, source, candidate, live, history)
    version = str(deployed.version)
    with (
        fresh_process() as process,
        registry.checked_files(context.model, version, str(deployed.digest), deployed.files) as files,
    ):
        panel = open_panel(files / PANEL_FOLDER)
        requests = _requests(panel)
        expected = panel.predict(requests)[PREDICTION].tolist()
        answers = ask_fresh_process(process, files, requests)
    answered = smoke(version, answers, expected, context.spec.serving)
    return Deployment(version, answered, kept_in_words(context, deployed))


def _requests(panel: ServedPanel) -> pd.DataFrame:
    """Series from all over the panel, one step each; those without a forecast are not asked."""
    keys = panel.models.index[:: max(1, len(panel.models) // _REQUESTS)][:_REQUESTS]
    names = panel.about.series
    asked = pd.DataFrame([json.loads(key) for key in keys], columns=list(names), index=range(len(keys)))
    asked[HORIZON] = 1
    answered = panel.predict(asked)[PREDICTION].notna().to_numpy()
    return asked[answered].reset_index(drop=True)
