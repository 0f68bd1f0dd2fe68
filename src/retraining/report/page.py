"""The page of a run, and of the runs before it: one self-contained HTML text."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retraining.records.event import Event

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(events: Sequence[Event]) -> str:
    """HTML for all runs of one model, oldest first; the last one is this run."""
    return _TEMPLATES.get_template("page.html.j2").render(run=events[-1], runs=list(reversed(events)))
