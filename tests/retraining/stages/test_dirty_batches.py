"""One story of dirty batches, told once: a champion meets each kind of dirt, and every batch has its defined answer."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape

import pytest
from tests.loop import toy_spec
from tests.retraining.report.pages import Seen

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.batch import IngestReport
from retraining.records.decision import Decision
from retraining.records.drift import DriftMetric
from retraining.records.version import Manifest
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.training_frame import Bounds, trainable_rows

pytestmark = pytest.mark.slow

COLUMNS = {"label": "y", "numeric": ["x", "z", "w"], "categorical": ["c"]}
SPEC = toy_spec(
    columns=COLUMNS, drift={"min_rows": 30}, policy={"min_new_rows": 30}, gate={"deploy": "candidate"}
)  # a run of one day has 20 rows, so the noise floor is that of independent rows
LETS_ALL_IN = {"batch": {"max_quarantined_share": 1.0}}
STRICT = toy_spec(**{**SPEC.model_dump(), "columns": {**COLUMNS, "label_delay": 0}, "quality": LETS_ALL_IN})
SOURCE = "id string, at timestamp, x double, z double, w double, c string, y double"
ID, AT, X, Z, W, C, Y = range(7)


@dataclass(frozen=True)
class Told:
    """What the stages said about one batch; page is empty where no test reads it."""

    ingested: IngestReport
    decision: Decision | None
    trained: Manifest | None
    page: str


def clean(first: int, last: int) -> list[tuple[object, ...]]:
    """Twenty rows for each of the days first to last of 2013: their features are those of every day, so that nothing
    drifts by chance; the noise on y is the day's own."""
    rows: list[tuple[object, ...]] = []
    for number in range(first, last + 1):
        day, draw, noise = date(2013, 1, 1) + timedelta(days=number - 1), random.Random(1), random.Random(number)
        for hour in range(20):
            x, z, w, c = draw.uniform(-1, 1), draw.uniform(-1, 1), draw.uniform(-1, 1), draw.choice("ab")
            y = x + 2 * z + (c == "a") + noise.gauss(0, 0.1)
            rows.append((f"{day}/{hour}", f"{day} {hour:02d}:00", x, z, w, c, y))
    return rows


def dirty(rows, column: int, value) -> list[tuple[object, ...]]:
    """The rows with another value in one column: value(place, old)."""
    return [(*row[:column], value(place, row[column]), *row[column + 1 :]) for place, row in enumerate(rows)]


def broken(rows) -> list[tuple[object, ...]]:
    """Each feature broken in its own way: values go missing, a unit changes, a sensor freezes, a category appears."""
    rows = dirty(rows, X, lambda place, old: old if place % 20 == 0 else None)
    rows = dirty(rows, Z, lambda place, old: 1000 * old)
    rows = dirty(rows, W, lambda place, old: 0.25)
    return dirty(rows, C, lambda place, old: old if place % 2 else "new")


BURST = dirty(clean(19, 19)[:10], AT, lambda place, old: "2013-01-19 23:00")
BATCHES = {  # name: rows, spec, frozen
    "labels stop": (dirty(clean(15, 16), Y, lambda place, old: None), SPEC, False),
    "labels stop where they must not": (dirty(clean(17, 18), Y, lambda place, old: None), STRICT, False),
    "ten rows": (BURST, SPEC, False),
    "repeated": (BURST, SPEC, False),
    "broken": (broken(clean(20, 21)), SPEC, True),
}


@pytest.fixture(scope="module")
def loop(make_loop):
    """A loop with a champion."""
    loop = make_loop()
    loop.spec = SPEC
    loop.source_has(clean(1, 14), SOURCE)
    loop.ingest()
    assert loop.train().promotion.outcome == "PROMOTE"
    return loop


@pytest.fixture(scope="module")
def story(loop) -> dict[str, Told]:
    """Each batch in turn, through all stages. The tests only read."""
    told = {}
    for name, (rows, spec, frozen) in BATCHES.items():
        loop.source_has(rows, SOURCE)
        loop.spec = spec
        ingested = loop.ingest()
        loop.score()
        decision = loop.check(frozen).decision
        page = "" if name in ("labels stop", "repeated") else loop.report().page
        told[name] = Told(ingested, decision, loop.retrain().manifest, page)
    return told


@pytest.fixture(scope="module")
def too_late(loop, story) -> Told:
    """After all of them, rows of a day that was ingested long ago."""
    loop.source_has(dirty(clean(3, 3), ID, lambda place, old: f"late {old}"), SOURCE)
    return Told(loop.ingest(), None, None, loop.report().page)


def column(loop, told: Told, name: str) -> DriftMetric:
    of_batch = [row for row in read_rows(loop.tables, DriftMetric, "toy") if row.batch_seq == told.decision.batch_seq]
    return next(row for row in of_batch if (row.column_name, row.against) == (name, "reference"))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("x", "`x` has no value in 95% of the rows, 0% in the reference."),
        ("z", "`z` has values about 1,000 times the reference's, as if its unit had changed: mean "),
        ("w", "`w` is frozen: every value is "),
        ("c", "`c` has categories in 50% of its values that no training row had: `"),
        (":prediction", "the prediction has values about 1,000 times"),  # which follows z a thousandfold
    ],
    ids=["nulls", "unit", "frozen sensor", "new category", "what follows from it"],
)
def test_a_broken_column_has_drifted_and_the_page_names_what_it_is(loop, story, name, fault):
    metric = column(loop, story["broken"], name)

    assert (metric.verdict, str(metric.fault)[: len(fault)]) == ("drifted", fault)
    assert metric.fault.replace("`", "").removesuffix(".") in Seen(story["broken"].page).text


def test_the_change_is_named_as_a_fault_of_the_data(story):
    decision = story["broken"].decision

    assert decision.change == "data_fault"
    assert "`w` is frozen" in decision.change_reason
    assert "do not train on them" in decision.change_response


def test_a_batch_of_broken_columns_has_drifted_and_a_frozen_model_stays_as_it_is(loop, story):
    decision = story["broken"].decision

    assert decision.drift_verdict == "drifted"
    assert decision.drift_reason.startswith("4 of 4 feature columns drifted; drift.max_drifted_share wants 20%.")
    assert f"{column(loop, story['broken'], decision.drift_worst_column).reason}" in decision.drift_reason
    assert (decision.action, decision.reasons[0][:28]) == ("keep", "An operator froze the model ")


def test_rows_without_a_label_are_accepted_and_scored_and_not_trained_on(loop, story):
    told = story["labels stop"]
    scored = loop.tables.read("toy_predictions").where(f"_batch_seq = {told.decision.batch_seq}").count()
    source = read_source(SPEC, loop.tables)
    everything = Bounds(source.committed.through, None, None)
    trainable = trainable_rows(replace(loop.context, spec=SPEC), source, everything)

    assert (told.ingested.accepted, told.ingested.quarantined, scored) == (40, 0, 40)
    assert trainable.where(f"_batch_seq = {told.decision.batch_seq}").count() == 0
    assert (told.decision.action, told.trained, told.decision.realised_error) == ("keep", None, None)
    assert told.decision.reasons[0].startswith("0 labelled rows are new since the last training")
    assert told.decision.drift_verdict == "stable"


def test_rows_without_a_label_are_quarantined_where_it_comes_with_the_row(story):
    told = story["labels stop where they must not"]

    assert (told.ingested.accepted, told.ingested.quarantined, told.ingested.reasons) == (0, 40, ("label_missing",))
    assert (told.decision.action, told.trained, told.decision.drift_verdict) == ("keep", None, "not_enough_data")
    assert told.decision.reasons[0].startswith("0 labelled rows are new since the last training")
    assert "label_missing 40" in Seen(told.page).text


def test_ten_rows_are_not_enough_for_a_verdict(story):
    told = story["ten rows"]

    assert (told.ingested.accepted, told.decision.drift_verdict) == (10, "not_enough_data")
    assert told.decision.drift_worst_column is None
    assert told.decision.drift_reason.startswith("None of 5 columns has enough data.")
    assert "10 rows in the batch; a verdict needs 30." in told.decision.drift_reason
    assert (told.decision.action, told.trained) == ("keep", None)
    assert "x ○ not enough data" in Seen(told.page).text
    assert "10 rows in the batch; a verdict needs 30." in unescape(told.page)


def test_a_repeated_batch_is_already_present_and_nothing_is_trained(story):
    told = story["repeated"]

    assert (told.ingested.read, told.ingested.accepted, told.ingested.already_present) == (20, 0, 20)
    assert (told.decision.action, told.trained, told.ingested.older) == ("keep", None, 0)
    assert told.decision.drift_verdict == "not_enough_data"


def test_a_batch_older_than_the_watermark_is_not_read_and_the_page_says_so(loop, too_late):
    ids = loop.accepted_keys() + loop.quarantined_keys()

    assert (too_late.ingested.accepted, too_late.ingested.older) == (0, 20)
    assert [key for key in ids if key.startswith("late")] == []
    assert "20 rows are older than the watermark and were not read." in Seen(too_late.page).text
    assert loop.tables.read("events").where("rows_older = 20").count() == 1


def test_no_dirty_batch_changed_the_champion_and_only_the_late_one_was_too_old(loop, story):
    champions = {told.decision.champion_version for told in story.values()}

    assert (champions, loop.alias("champion")) == ({"1"}, "1")
    assert {told.ingested.older for told in story.values()} == {0}
