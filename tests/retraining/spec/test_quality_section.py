"""What a spec may say about the quality of rows and batches, and what it may not."""

import copy
import warnings

import pytest
from pydantic import ValidationError
from tests.loop import toy_spec

from retraining.spec.quality_section import OWN_REASONS


def quality(*rules: dict[str, object], **batch: object):
    return toy_spec(quality={"rules": rules, "batch": batch}).quality


def refusal(*rules: dict[str, object], **batch: object) -> str:
    with pytest.raises(ValidationError) as caught:
        quality(*rules, **batch)
    return str(caught.value)


def pattern(text: str) -> dict[str, object]:
    return {"rule": "matches", "column": "x", "pattern": text}


def sql(condition: str) -> dict[str, object]:
    return {"rule": "sql", "name": "fine", "condition": condition}


def test_a_rule_is_called_after_its_columns_unless_it_has_a_name():
    rules = [
        {"rule": "not_null", "column": "x"},
        {"rule": "not_null", "column": "x", "name": "x_is_there"},
        {"rule": "unique", "columns": ["a", "b"]},
        {"rule": "foreign_key", "column": "c", "table": "codes"},
        sql("x < y"),
    ]

    titles = [rule.title for rule in quality(*rules).rules]

    assert titles == ["x_not_null", "x_is_there", "a_b_unique", "c_foreign_key", "fine"]


def test_a_rule_quarantines_unless_it_warns_or_fails():
    rules = [{"rule": "not_null", "column": name} for name in "abc"]
    rules[1]["severity"], rules[2]["severity"] = "warn", "fail"
    section = quality(*rules)

    assert [section.named(each)[0].column for each in ("quarantine", "warn", "fail")] == ["a", "b", "c"]
    assert "severity" in refusal({"rule": "not_null", "column": "x", "severity": "error"})


def test_two_rules_of_one_name_are_refused():
    twice = [{"rule": "in_range", "column": "x", "min": 1}, {"rule": "in_range", "column": "x", "max": 9}]

    assert "two rules are called x_in_range. Give each a different `name`" in refusal(*twice)
    assert len(quality(twice[0], {**twice[1], "name": "x_not_huge", "severity": "warn"}).rules) == 2


@pytest.mark.parametrize("name", OWN_REASONS)
def test_a_rule_does_not_take_the_name_of_a_reason_that_ingestion_gives(name):
    assert f"{name} is a reason that ingestion itself gives" in refusal(
        {"rule": "not_null", "column": "x", "name": name}
    )


@pytest.mark.parametrize("name", ["x; drop table y", "X", "a b", "'", ""])
def test_a_name_that_is_no_plain_name_is_refused(name):
    assert "name" in refusal({"rule": "not_null", "column": "x", "name": name})


@pytest.mark.parametrize(
    "text",
    [r"[A-Z]{2}\d+", r"(?i)ab+", r"(?:a|b)*", r"a\+b", r"[*+?]+", r"[(?=]", r"[^]a]+", r"a{2,}", r"\\1", r"[\]\[]"],
)
def test_a_pattern_that_every_engine_knows_is_taken(text):
    assert quality(pattern(text)).rules[0].pattern == text


@pytest.mark.parametrize("text", ["(", "[a", "*", "a{2,1}", "[[a]]", "[a&&b]", r"\y"])
def test_a_pattern_that_does_not_compile_is_refused(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as outside of tests: nobody would read one

        assert "does not compile" in refusal(pattern(text))


@pytest.mark.parametrize(
    "text",
    [
        *(r"(a)\1", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?P<n>a)", "(?>a)", "(?a)x", "(?x) a"),
        *("a++", "a?+", "a{1,2}+", "a{1001}", "a{,3}", "{abc}", "[a[b]", r"\u00e9", r"[\u00e9]", r"a\Z"),
    ],
)
def test_a_pattern_that_not_every_engine_knows_is_refused(text):
    assert "not every engine knows" in refusal(pattern(text))


@pytest.mark.parametrize("condition", ["x < y", "x < y OR z IS NULL", "try_cast(x AS int) > 0", "user_id <> 'it''s'"])
def test_a_condition_over_a_row_is_taken(condition):
    assert quality(sql(condition)).rules[0].condition == condition


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("x < 1; y < 1", ";"),
        ("x IN (SELECT a FROM b)", "select"),
        ("x IN (TABLE b)", "table"),
        ("x IN (VALUES 1)", "values"),
        ("x < 1 -- y", "--"),
        ("x /* y */ < 1", "/*"),
        ("cast(x AS int) > 0", "cast"),
        ("at < Current_Timestamp()", "current_timestamp"),
        ("rand() < 0.5", "rand"),
        ("", "nothing"),
    ],
)
def test_a_condition_that_is_more_than_an_expression_over_a_row_is_refused(condition, found):
    assert f"holds {found}. Write one expression" in refusal(sql(condition))


def test_a_condition_has_a_name():
    assert "name" in refusal({"rule": "sql", "condition": "x < y"})


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ({"rule": "max_length", "column": "x", "max": 0}, "max"),
        ({"rule": "fresh", "column": "at", "within": "3d"}, "within"),
        ({"rule": "unique", "columns": []}, "columns"),
        ({"rule": "foreign_key", "column": "x", "table": "a.b.c.d"}, "table"),
        ({"rule": "foreign_key", "column": "x", "table": "a; drop table b"}, "table"),
        ({"rule": "not_blank", "column": "x` or 1=1"}, "column"),
    ],
)
def test_what_a_rule_does_not_take_is_refused_with_the_key(rule, key):
    assert f"quality.rules.0.{rule['rule']}.{key}" in refusal(rule)


@pytest.mark.parametrize(
    "batch",
    [
        *({"min_rows": 0}, {"min_rows": True}, {"max_quarantined_share": 1.1}, {"max_quarantined_share": -0.1}),
        *({"max_row_count_change": 1}, {"max_row_count_change": float("inf")}, {"max_null_share": {"x": 2}}),
        *({"max_null_share": {"_row_key": 0.5}}, {"max_nulls": 1}),
    ],
)
def test_a_gate_that_means_nothing_is_refused(batch):
    assert f"quality.batch.{next(iter(batch))}" in refusal(**batch)


def test_gates_can_be_copied_and_not_changed():
    gates = copy.copy(quality(max_null_share={"x": 0.5}).batch)

    assert gates.max_null_share == {"x": 0.5}
    with pytest.raises(TypeError):
        gates.max_null_share["x"] = 1.0
