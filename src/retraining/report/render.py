"""The templates, and the words they may use."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from retraining.report import words
from retraining.report.headline import status_of
from retraining.rules.gate.checks import metric_in_words

_POWER_OF_TEN = re.compile(r"(?<![\w.])\d(?:\.\d+)?e[+-]\d{2,3}(?!\w)")


def _marked(text: str | None) -> Markup:
    """Escaped text, in which names between back quotes are code and numbers have no powers of ten: sentences of rules
    give four digits, whatever the size."""
    readable = _POWER_OF_TEN.sub(lambda found: words.plain(float(found[0]), 4), text or "")
    parts = readable.split("`")
    if len(parts) % 2 == 0:
        return escape(readable)
    return Markup("").join(Markup("<code>%s</code>") % part if place % 2 else part for place, part in enumerate(parts))


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
    "champion_before": words.champion_before,
    "check_word": words.check_word,
    "count": words.count,
    "error": words.error_text,
    "first_upper": words.first_upper,
    "metric_name": metric_in_words,
    "gain": words.gain_text,
    "marked": _marked,
    "moment": words.moment,
    "number": words.number,
    "series_name": words.series_name,
    "share": words.share,
    "some_of": words.some_of,
    "spaced": words.spaced,
    "status": status_of,
}
