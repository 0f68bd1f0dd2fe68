"""How the spec says that a model is kept up to date."""

from datetime import date

import pytest

from retraining.errors import SpecError
from retraining.spec.read_spec import parse_spec

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""


def parsed(strategy: str):
    return parse_spec(f"{SPEC}strategy: {strategy}", "specs/toy.yml")


def test_by_default_a_refit_tries_a_month_and_a_quarter_beside_all_rows():
    strategy = parse_spec(SPEC, "specs/toy.yml").strategy

    assert (strategy.name, strategy.windows, strategy.exclude) == ("full_refit", (28, 91), ())


def test_a_name_alone_is_short_for_a_section_with_that_name():
    assert parsed("incremental_update") == parsed("{ name: incremental_update }")
    assert parsed("incremental_update").strategy.name == "incremental_update"


def test_days_can_be_left_out_with_a_reason():
    (left_out,) = parsed("{ exclude: [{ start: 2013-02-08, end: 2013-02-10, reason: Blizzard. }] }").strategy.exclude

    assert (left_out.start, left_out.end, left_out.reason) == (date(2013, 2, 8), date(2013, 2, 10), "Blizzard.")


def test_no_windows_means_all_rows():
    assert parsed("{ windows: [] }").strategy.windows == ()


@pytest.mark.parametrize(
    "strategy",
    [
        "incremental_update",
        "{ windows: [28] }",
        "{ exclude: [{ start: 2013-02-08, end: 2013-02-09, reason: Blizzard. }] }",
    ],
)
def test_each_key_changes_the_hash(strategy):
    assert parsed(strategy).hash != parsed("{}").hash


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("partial_refit", "`strategy` is `partial_refit`. Write full_refit or incremental_update"),
        ("{ windows: [28, 91, 28] }", "windows [28, 91, 28]: expected different lengths of at least 1 day"),
        ("{ windows: [0] }", "windows [0]: expected different lengths of at least 1 day"),
        (
            "{ exclude: [{ start: 2013-02-10, end: 2013-02-08, reason: Blizzard. }] }",
            "start 2013-02-10 is not before end 2013-02-08",
        ),
        (
            "{ exclude: [{ start: 2013-02-08, end: 2013-02-08, reason: Blizzard. }] }",
            "start 2013-02-08 is not before end 2013-02-08",
        ),
        ("{ exclude: [{ start: 2013-02-08, end: 2013-02-09 }] }", "reason"),
        ("{ exclude: [{ start: 2013-02-08, end: 2013-02-09, reason: ' ' }] }", "reason"),
        ("{ window: 28 }", "unknown key `strategy.window`. Did you mean `windows`? Known here: exclude, name, windows"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(strategy, message):
    with pytest.raises(SpecError) as refused:
        parsed(strategy)

    assert message in str(refused.value)
