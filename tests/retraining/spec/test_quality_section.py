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


def test_a_condition_names_the_columns_that_it_reads_as_they_are_written():
    condition = "Arr_time > `dep time`.utc AND arr_time < 3 AND now_or_then = 'column'"

    assert quality(sql(condition)).rules[0].columns_read == ("Arr_time", "dep time", "arr_time", "now_or_then")


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("x < 1; y < 1", "holds `;`, which ends a statement. Write one expression"),
        ("x IN (SELECT a FROM b)", "cannot be read at `SELECT`. Write one expression over the columns of a row"),
        ("x IN (TABLE b)", "cannot be read at `TABLE`"),
        ("x IN (VALUES 1)", "cannot be read at `VALUES`"),
        ("EXISTS (SELECT 1)", "cannot be read at `EXISTS`"),
        ("x |> where y", "holds a query"),
        ("x < 1 -- y", "holds a comment. Write the comment above the rule in the YAML"),
        ("x /* y */ < 1", "holds a comment"),
        ("", "cannot be read at the end"),
        ("x < ", "cannot be read at the end"),
        ("x > 5D", "has a number with letters, `5D`"),
        ("x = 'open", "has a quote ' that is not closed"),
        (r"x RLIKE '\d+'", r"holds \d in a text, of which Spark makes `d`. Write \\d for a backslash"),
        ("x RLIKE '(?=a)'", "not every engine knows"),
        ("x < y < z", "compares `x < y` once more. Write a < b AND b < c"),
        ("x = TIMESTAMP '2013-02-30'", "which does not exist. Write TIMESTAMP '2013-01-31 10:00:00'"),
        ("x > INTERVAL 3 moons", "is not a length of time. Write INTERVAL 3 DAYS"),
        ("x > INTERVAL '²' DAYS", "is not a length of time. Write INTERVAL 3 DAYS"),
        (f"x > INTERVAL {'9' * 5000} DAYS", "is not a length of time. Write INTERVAL 3 DAYS"),
        (f"x > {'9' * 5000}", "has a number of 5,000 characters, of at most 400. Write it with an exponent: 1e40"),
        ("cast(x AS map<int,int>) IS NULL", "casts to map"),
        ("cast(x AS binary) IS NULL", "casts to binary. Write one of string, boolean"),
        ("x DIV 2 > 1", "uses DIV, which stops at a division by 0. Write floor(a / b)"),
        ("abs(x, y) > 1", "calls abs with 2 arguments, expected 1"),
        ("lenght(x) > 1", "calls lenght, which a rule may not use"),
        ("lenght(x) > 1", "and never stops. Did you mean `length`?"),
        ("at < Current_Timestamp()", "calls current_timestamp, which a rule may not use"),
        ("at < now()", "Write the rule `fresh`."),
        ("current_date > x", "calls current_date"),
        ("make_date(x, 1, 1) > y", "Write try_cast(concat(year, '-', month, '-', day) AS date)"),
        (" + ".join(["x"] * 50), "has more than 40 parts inside one another. Split it into several rules"),
        ("(" * 50 + "x" + ")" * 50, "parts inside one another. Split it into several rules"),
        (" OR ".join(["x"] * 600), "has 1,200 parts, of at most 1,000"),
        ("x" * 10_001, "has 10,001 characters, of at most 10,000"),
    ],
)
def test_a_condition_that_is_more_than_an_expression_over_a_row_is_refused_with_what_to_write(condition, why):
    assert why in refusal(sql(condition))


UNSAFE = (
    "identifier('x') > 1; reflect('java.lang.System', 'exit', 1); java_method('a', 'b'); try_reflect('a', 'b'); "
    "uniform(0, 1) > 0; randstr(3) = x; rand() < 0.5; randn() < 1; uuid() = x; current_user() = x; session_user() = x; "
    "current_user = x; input_file_name() = x; input_file_block_start() > 1; monotonically_increasing_id() > 1; "
    "spark_partition_id() > 1; raise_error('a'); assert_true(x); repeat(x, 2000000000) = y; rpad(x, 2000000000) = y; "
    "sequence(1, 1000000000) IS NULL; space(2000000000) = x; version() = x; current_catalog() = x; getbit(x, 99) = 1; "
    "aes_decrypt(x, y) = z; secret('a', 'b') = x; ai_query('a', 'b') = x; http_request('a') = x; read_files('a') = x; "
    "sum(x) > 1; rank() > 1; explode(x) = 1; transform(x, y) = 1; my_function(x) > 1"
)


@pytest.mark.parametrize("condition", UNSAFE.split("; "))
def test_a_function_that_is_not_known_to_be_safe_is_refused(condition):
    assert "which a rule may not use" in refusal(sql(condition))


def test_a_function_of_another_schema_is_not_called():
    assert "cannot be read at `(`" in refusal(sql("catalog.schema.f(x) > 1"))


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
