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
        "{ name: incremental_update, passes: 2 }",
        "{ name: age_weighted_refit, half_life_days: 7 }",
        "{ name: fine_tune, start: { model: a, version: '3' } }",
        "{ windows: [28] }",
        "{ above_max_rows: stop }",
        "{ exclude: [{ start: 2013-02-08, end: 2013-02-09, reason: Blizzard. }] }",
    ],
)
def test_each_key_changes_the_hash(strategy):
    assert parsed(strategy).hash != parsed("{}").hash


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("partial_refit", "`strategy` is `partial_refit`. Write full_refit, incremental_update, "),
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
        (
            "{ name: static, passes: 2 }",
            "passes is a key of incremental_update or fine_tune. The strategy is static: it has",
        ),
        ("{ name: transfer_head }", "transfer_head needs start, which names the version to start from"),
        ("{ name: fine_tune, start: { model: a, version: 3 } }", 'is `3`, which is not a text. Write "3" in quotes'),
        ("{ name: fine_tune, start: { model: a, version: '0' } }", "Write the number of a version in quotes, such as"),
        ("{ name: regime_pool }", "regime_pool needs choose: column, profile or loss"),
        ("{ name: regime_pool, choose: column }", "choose: column needs column, the feature that tells regimes apart"),
        (
            "{ name: regime_pool, choose: column, column: x, most_members: 3 }",
            "most_members changes nothing with choose",
        ),
        ("{ name: regime_pool, choose: loss, column: x }", "column and edges belong to choose: column. Remove them"),
        ("{ name: regime_pool, choose: column, column: x, edges: [2, 1] }", "expected different numbers, in order"),
        ("{ name: differenced_target }", "differenced_target needs subtract, trend or season_days: what it takes out"),
        (
            "{ name: differenced_target, trend: true }",
            "trend and season_days need time_column, the feature with the mom",
        ),
        ("{ name: differenced_target, subtract: x, time_column: x }", "time_column changes nothing without trend or"),
        ("{ name: incremental_update, classes: [a] }", "expected at least 2 different ones"),
        ("{ above_max_rows: stream }", "above_max_rows: stream needs incremental_update; full_refit needs all rows at"),
        ("{ name: incremental_update, rehearse: 0 }", "Write a number above 0"),
        ("{ name: age_weighted_refit, half_life_days: -1 }", "Write a number above 0"),
        ("{ window: 28 }", "unknown key `strategy.window`. Did you mean `windows`? Known here: above_max_rows, "),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(strategy, message):
    with pytest.raises(SpecError) as refused:
        parsed(strategy)

    assert message in str(refused.value)


def test_a_key_that_is_not_set_is_left_out_so_that_a_new_key_changes_no_hash():
    assert parse_spec(SPEC, "specs/toy.yml").strategy.model_dump(mode="json") == {
        "name": "full_refit",
        "windows": [28, 91],
        "exclude": [],
    }


def test_what_happens_above_max_rows_is_not_an_option_of_the_strategy():
    strategy = parsed("{ name: incremental_update, above_max_rows: stream }").strategy

    assert (strategy.above_max_rows, strategy.options) == ("stream", {})


def test_the_options_of_a_strategy_are_the_keys_that_are_set():
    assert parsed("{ name: incremental_update, passes: 3, classes: [a, b] }").strategy.options == {
        "passes": 3,
        "classes": ("a", "b"),
    }
    assert parsed("{ name: fine_tune, step: 0.5, start: { model: a, version: '3' } }").strategy.options == {"step": 0.5}


def test_a_strategy_may_read_features_only():
    with pytest.raises(SpecError, match="strategy names columns that are not features: weather"):
        parsed("{ name: regime_pool, choose: column, column: weather }")
    assert parsed("{ name: regime_pool, choose: column, column: x }").strategy.features == ["x"]


def test_what_is_subtracted_or_cut_must_be_a_number():
    texts = SPEC.replace("numeric: [x]", "numeric: [x], categorical: [c]")
    for strategy in (
        "{ name: regime_pool, choose: column, column: c, edges: [1] }",
        "{ name: differenced_target, subtract: c }",
    ):
        with pytest.raises(
            SpecError, match=r"strategy reads columns of texts as numbers: c. Move them to columns.numeric"
        ):
            parse_spec(f"{texts}strategy: {strategy}", "specs/toy.yml")
    assert parse_spec(f"{texts}strategy: {{ name: regime_pool, choose: column, column: c }}", "specs/toy.yml")
