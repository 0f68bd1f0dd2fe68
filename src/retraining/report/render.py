"""The templates, and the words they may use."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retraining.report import words
from retraining.rules.gate.checks import metric_in_words

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {
    "change_title": words.change_title,
    "champion": words.champion_after,
    "count": words.count,
    "error": words.error_text,
    "first_upper": words.first_upper,
    "metric_name": metric_in_words,
    "gain": words.gain_text,
    "moment": words.moment,
    "number": words.number,
    "run_path": words.run_path,
    "share": words.share,
    "some_of": words.some_of,
    "spaced": words.spaced,
    "status": words.status_of,
}
