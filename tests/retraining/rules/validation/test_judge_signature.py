"""A changed list of features: what the gate will want to read in the spec is said before the run."""

from dataclasses import fields

import pytest
import yaml
from tests.loop import toy_spec
from tests.readme.pages import ROOT, Page, third_model

from retraining.records.version import Manifest
from retraining.rules.validation.judge_signature import judge_signature
from retraining.spec.read_spec import parse_spec
from served_model.column_values import Feature


def champion(*features):
    empty = dict.fromkeys((each.name for each in fields(Manifest)), None)
    return Manifest(**{**empty, "version": "3", "features": features})


X = Feature("x", "double", True)
WIND = Feature("wind", "int", True)


def said(live, may_change=(), **columns):
    spec = toy_spec(columns={"label": "y", **columns}, gate={"may_change_signature": may_change})
    return [(each.level, each.text) for each in judge_signature(spec, live)]


WHAT = "The features are not those of champion version 3, which serves until the gate has decided."
REFUSED = (
    "The gate refuses each candidate until the spec agrees to it. When callers know, or there are none, write "
    "under `gate`: `may_change_signature: "
)


@pytest.mark.parametrize(
    ("columns", "wrong", "names"),
    [
        ({"numeric": ["x", "wind"]}, "column `wind` is not sent", "[wind]"),
        ({"numeric": ["x", "风 速"]}, "column `风 速` is not sent", '["风 速"]'),
        ({"numeric": ["x", "no"]}, "column `no` is not sent", '["no"]'),
        ({"numeric": ["wind"]}, "`x` is no longer taken; column `wind` is not sent", "[x, wind]"),
        ({"categorical": ["x"]}, "column `x` is sent as double, expected string", "[x]"),
    ],
)
def test_the_line_that_the_gate_needs_is_written_out(columns, wrong, names):
    assert said(champion(X), **columns) == [
        ("warning", f"{WHAT} Callers of the champion would break: {wrong}. {REFUSED}{names}`.")
    ]


def test_names_that_the_spec_has_already_stay_in_the_line():
    ((level, text),) = said(champion(X), ["other"], numeric=["x", "wind"])

    assert (level, text.endswith(f"{REFUSED}[other, wind]`.")) == ("warning", True)


def test_a_change_that_the_spec_agrees_to_is_no_warning():
    assert said(champion(X), ["wind"], numeric=["x", "wind"]) == [
        (
            "ok",
            f"{WHAT} gate.may_change_signature agrees that callers must change: column `wind` is not sent.",
        )
    ]


@pytest.mark.parametrize("live", [champion(X, WIND), champion(WIND, X), champion()])
def test_the_champions_own_features_in_any_order_say_nothing(live):
    assert said(live, numeric=["x", "wind"]) == []


def test_the_tutorial_that_adds_features_names_all_that_the_gate_needs():
    (change,) = Page(ROOT / "docs/tutorial/your-third-model.md").blocks("yaml")
    before = yaml.safe_load(third_model())
    spec = parse_spec(yaml.safe_dump({**before, **yaml.safe_load(change)}), "flights_simple.yml")
    live = champion(*(Feature(name, "double", True) for name in before["columns"]["numeric"]))

    assert [each.level for each in judge_signature(spec, live)] == ["ok"]
