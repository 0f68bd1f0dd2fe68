"""What the README says is there is there, and its examples hold."""

import json
import re

from local_workspace.bundle.bundle import job_keys, read_bundle
from retraining.spec.quality_section import RULES, BatchGates
from retraining.spec.read_spec import parse_spec

from .pages import README, ROOT, batch_gates, quality_rules, third_model

PLACEHOLDER = re.compile(r"@[A-Z]+@")


def test_the_smallest_spec_has_nine_lines_and_is_valid():
    spec = parse_spec(third_model(), "README.md")

    assert (len(third_model().splitlines()), spec.model) == (9, "flights_simple")


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", README.text, re.MULTILINE)
    used = {"".join(pair) for pair in named}

    assert {"demo", "test"} <= used
    assert used - targets == set()


def test_every_job_exists_in_the_development_target():
    events = {"on_table_update", "on_file_arrival"}  # left to those who have something to watch
    run = set(re.findall(r"bundle run (\w+)", README.text))
    lines = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", README.text, re.MULTILINE)
    listed = {name for line in lines for name in words(line)}

    assert {"demo", "retraining", "preflight"} <= run
    assert (run | listed) - set(RULES) - set(job_keys(read_bundle(ROOT, "dev"))) == events


def words(line: str) -> list[str]:
    return re.findall(r"`(\w+)`", line)


def test_every_link_leads_to_a_file():
    links = re.findall(r"\]\(([^)#]+)\)", README.text)

    assert len(links) >= 3
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_every_path_exists():
    paths = re.findall(r"`((?:specs|src|resources|notebooks)/[\w/.]*)`", README.text)

    assert len(paths) >= 4
    assert [path for path in paths if not (ROOT / path).exists() and "flights_simple" not in path] == []


def test_the_first_screen_has_claim_picture_commands_and_where_to_change_things():
    first = "\n".join(README.text.splitlines()[:40])
    wanted = ["keeps them fresh", "](docs/screenshots/", "make demo", "make test", "What you will see", "| To change |"]

    assert [each for each in wanted if each not in first] == []


def test_no_figure_is_missing():
    assert PLACEHOLDER.findall(README.text) == []


def test_the_four_commands_of_a_workspace_are_login_deploy_and_two_runs():
    (_, workspace) = README.blocks("bash")

    assert [line.split()[1:3] for line in workspace.splitlines()] == [
        ["auth", "login"],
        ["bundle", "deploy"],
        ["bundle", "run"],
        ["bundle", "run"],
    ]


def test_every_quality_rule_and_gate_has_an_example_that_a_spec_takes():
    examples = ", ".join(quality_rules().values())
    quality = f"{{ rules: [{examples}], batch: {json.dumps(batch_gates())} }}"
    spec = parse_spec(f"{third_model()}quality: {quality}", "quality-rules.md")

    assert [rule.rule for rule in spec.quality.rules] == list(quality_rules()) == list(RULES)
    assert spec.quality.batch.model_fields_set == set(BatchGates.model_fields)
