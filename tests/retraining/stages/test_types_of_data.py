"""What callers send to a champion, and get from it, has the type of the data."""

from types import SimpleNamespace

import pandas as pd
import pytest
from tests.loop import days, toy_spec
from tests.readme.pages import ROOT, Page

PAGE = Page(ROOT / "docs/how-to/use-the-champion.md")

COLUMNS = "id string, at timestamp, wind int, raining boolean, station bigint, late boolean"
SPEC = toy_spec(
    kind="classification",
    columns={"label": "late", "numeric": ["wind"], "categorical": ["raining", "station"]},
    recipe="recipes.logistic.pipeline",
)


def rows(first, last):
    """Late where it is windy; some winds are not known."""
    found = []
    for place, (key, at, x, _) in enumerate(days(first, last)):
        wind = None if place % 50 == 7 else round(10 * x)
        found.append((key, at, wind, place % 3 == 0, 10_000_000_000 + place % 2, x > 0.2))
    return found


@pytest.fixture(scope="module")
def story(make_loop):
    """A champion, and rows that it scored."""
    loop = make_loop()
    loop.spec = SPEC
    loop.source_has(rows(1, 14), COLUMNS)
    loop.ingest()
    first = loop.train()
    loop.source_has(rows(15, 16), COLUMNS)
    loop.ingest()
    loop.score()
    return SimpleNamespace(loop=loop, first=first)


def test_the_first_model_is_champion(story):
    assert story.first.promotion.outcome == "PROMOTE", story.first.summary


def test_plain_pandas_is_answered_in_the_type_of_the_label_by_the_lines_of_the_page(story):
    sent = pd.DataFrame({"wind": [9, -9], "raining": [True, False], "station": [10_000_000_000, 10_000_000_001]})

    answers = snippet(0, story, rows=sent)
    with_gaps = snippet(0, story, rows=sent.assign(wind=[9.0, None], raining=[True, None]))

    assert answers["prediction"].tolist() == [True, False]
    assert answers["probability_true"].tolist()[0] > 0.9
    assert with_gaps["prediction"].tolist()[0]


def test_spark_is_answered_too(story, spark):
    sent = spark.createDataFrame([(9, True, 10_000_000_000)], "wind int, raining boolean, station bigint")

    (answer,) = snippet(1, story, rows=sent, spark=spark).collect()

    assert answer["answer"]["prediction"] is True
    assert answer["answer"]["probability_true"] > 0.9


def snippet(place, story, **given):
    """Runs a snippet of the page, with the champion of the story, and returns its `answers`."""
    name = story.loop.registry.full_name("toy")
    code = PAGE.blocks("python")[place].replace("<catalog>.<schema>.<model>", name)
    exec(code, given)
    return given["answers"]


def test_predictions_carry_keys_and_probabilities(story):
    table = story.loop.tables.read("toy_predictions")
    found = table.where("keys.id = '2013-01-15/0'").collect()

    assert found
    for row in found:
        assert row["probabilities"][row["prediction"]] == max(row["probabilities"].values())
        assert sum(row["probabilities"].values()) == pytest.approx(1)
    assert table.where("keys.id is null").count() == 0
