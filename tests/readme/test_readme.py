"""The README's first screen, its spec and its figures."""

import json

from PIL import Image, ImageChops

from recipes.demo.summary import REFERENCES
from retraining.spec.conditions.functions import GROUPS
from retraining.spec.quality_section import RULES, BatchGates
from retraining.spec.read_spec import parse_spec

from .pages import MEASURED, README, ROOT, batch_gates, condition_functions, quality_rules, third_model

SCREENSHOTS = ROOT / "docs/screenshots"


def test_the_smallest_spec_has_nine_lines_and_is_valid():
    spec = parse_spec(third_model(), "README.md")

    assert (len(third_model().splitlines()), spec.model) == (9, "flights_simple")


def test_the_first_screen_has_claim_number_picture_and_both_commands():
    first = "\n".join(README.text.splitlines()[:14])
    wanted = ["keeps them fresh", "**11.44 minutes", "26% less error", 'width="540"', "make demo", "make test"]

    assert [each for each in wanted if each not in first] == []
    assert len(README.text.splitlines()) <= 90


def test_the_picture_is_cut_out_of_the_picture_of_the_example_page(monkeypatch):
    monkeypatch.syspath_prepend(SCREENSHOTS)
    from headline import PAGE, PICTURE, headline

    made = headline(Image.open(PAGE)).convert("RGB")
    shown = Image.open(PICTURE).convert("RGB")

    assert made.size == shown.size
    assert ImageChops.difference(made, shown).getbbox() is None


def test_the_claim_is_what_was_measured():
    assert "| **11.44** |" in MEASURED.text
    assert "(15.40 as this loop trains it)" in MEASURED.text
    assert round(100 * (1 - 11.44 / 15.40)) == 26


def test_the_measured_reference_points_are_those_that_the_demo_prints():
    figures = [f"{figure:.2f}" for figure in REFERENCES.values()]

    assert len(figures) == 3
    assert [figure for figure in figures if f"| {figure}" not in MEASURED.text] == []


def test_the_four_commands_of_a_workspace_are_login_deploy_and_two_runs():
    (*_, workspace) = README.blocks("bash")

    assert [line.split()[1:3] for line in workspace.splitlines()] == [
        ["auth", "login"],
        ["bundle", "deploy"],
        ["bundle", "run"],
        ["bundle", "run"],
    ]


def test_the_page_about_quality_lists_the_functions_of_conditions():
    assert condition_functions() == {about: list(group) for about, group in GROUPS.items()}


def test_every_quality_rule_and_gate_has_an_example_that_a_spec_takes():
    examples = ", ".join(quality_rules().values())
    quality = f"{{ rules: [{examples}], batch: {json.dumps(batch_gates())} }}"
    spec = parse_spec(f"{third_model()}quality: {quality}", "quality-rules.md")

    assert [rule.rule for rule in spec.quality.rules] == list(quality_rules()) == list(RULES)
    assert spec.quality.batch.model_fields_set == set(BatchGates.model_fields)
