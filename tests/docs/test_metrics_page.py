"""The page of metrics has a line for each metric that a spec may name."""

import re
from pathlib import Path

from retraining.kinds.class_metrics import MOST_CLASSES
from retraining.kinds.find_kind import KINDS
from served_model.column_values import GREATEST_NUMBER

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "metrics.md").read_text("utf-8")


def test_every_metric_is_on_the_page_with_its_kind_and_where_it_is_best():
    found = re.findall(r"^\| (\w+) \| `([\w<>]+)` \| ([01]) \|", PAGE, re.MULTILINE)
    expected = [
        (kind.name, name, "0" if kind.metric(name.replace("<quantile>", "0.5")).relative else "1")
        for kind in KINDS.values()
        for name in (*kind.metrics, *kind.metric_families)
    ]

    assert found == expected


def test_limits_are_those_of_the_code():
    page = (DOCS / "explanation" / "limits.md").read_text("utf-8")

    for what in ("A label of a regression", "A feature"):
        assert f"{what} is at most {GREATEST_NUMBER:.1e} away".replace("e+", "e") in page
    assert f"{MOST_CLASSES:,} classes" in page
    assert f"{MOST_CLASSES:,} classes" in PAGE
