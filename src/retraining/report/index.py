"""The index over all models and their runs. It has no links: where MLflow shows a page, none works, not even one to
another place of the same page."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.event import Event
from retraining.report.charts.run_chart import run_chart
from retraining.report.headline import status_of
from retraining.report.render import TEMPLATES
from retraining.report.words import newest_path

MOST_RUNS = 20
"""Of each model. The model's own page has more of them."""
MOST_OPEN = 3
"""Up to this many models are all shown open; of more, those that need a person."""
_WORST_FIRST = ("bad", "warn", "good", "calm")


@dataclass(frozen=True)
class ModelRuns:
    """One model of the index; its events are oldest first and never empty. metric: what its kind is followed by."""

    events: tuple[Event, ...]
    metric: str

    @property
    def measured(self) -> Event:
        """The newest run of the loop, which read rows and measured the champion; any other one where there is none."""
        return next((row for row in reversed(self.events) if row.is_of_loop), self.events[-1])


def render_index(entries: Sequence[ModelRuns]) -> str:
    """HTML over models, those first that a person must look at, then by name. A model's own pages are files of the
    folder with its name, beside the index."""
    by_name = sorted(entries, key=lambda each: each.events[-1].model)
    models = sorted(by_name, key=lambda each: _WORST_FIRST.index(status_of(each.events[-1]).tone))
    return TEMPLATES.get_template("index.html.j2").render(
        models=models,
        charts=[run_chart(each.events, each.metric, f"model-{place}") for place, each in enumerate(models)],
        most=MOST_RUNS,
        most_open=MOST_OPEN,
        page=lambda run: newest_path(run.model),
    )
