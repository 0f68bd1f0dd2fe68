"""The index over all models and their runs: links into a folder of run pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.event import Event
from retraining.report.charts.run_chart import run_chart
from retraining.report.render import TEMPLATES
from retraining.report.words import run_path


@dataclass(frozen=True)
class ModelRuns:
    """One model of the index; its events are oldest first and never empty. metric: what its kind is followed by."""

    events: tuple[Event, ...]
    metric: str


def render_index(entries: Sequence[ModelRuns]) -> str:
    """HTML over models in the order of their names; the page of a run is at `<model>/<run_id>.html` beside it."""
    models = sorted(entries, key=lambda each: each.events[-1].model)
    return TEMPLATES.get_template("index.html.j2").render(
        models=models,
        charts=[run_chart(each.events, each.metric, f"model-{place}") for place, each in enumerate(models)],
        link=lambda run: run_path(run.model, run.run_id),
    )
