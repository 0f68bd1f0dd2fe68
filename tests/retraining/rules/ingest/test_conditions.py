"""Conditions in SQL answer every row, whatever it holds: true, false, null, or that they have no answer. All rows are
judged in one job."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import functions as F

from retraining.rules.ingest.conditions.condition_answer import MOST_TRIED, condition_answer
from retraining.rules.ingest.conditions.functions import FUNCTIONS
from retraining.spec.conditions.functions import ARGUMENTS
from retraining.spec.conditions.parse import parse_condition
from retraining.spec.conditions.tree import ConditionError

COLUMNS = (
    "i int, j int, b bigint, d double, f float, p decimal(10,2), q decimal(38,0), r decimal(38,18), s string, "
    "t string, day date, at timestamp, wall timestamp_ntz, ok boolean, a array<int>, o struct<x: int, `y z`: string>"
)
ROW = {
    **{"i": 7, "j": 0, "b": 2**63 - 1, "d": 0.0, "f": 0.5, "p": Decimal("9.90"), "q": Decimal(10**37)},
    **{"r": Decimal("0.5"), "s": "text", "t": "12", "day": date(2013, 1, 31)},
    **{"at": datetime(2013, 1, 31, 10, tzinfo=UTC), "wall": datetime(2013, 1, 31, 10), "ok": True, "a": [1, 2]},
    "o": (5, "z"),
}
NO_ANSWER = "no answer"

CASES: dict[str, object] = {
    # what Spark stops at
    "i / j > 1": NO_ANSWER,
    "i % j > 1": NO_ANSWER,
    "d / 0 > 1": NO_ANSWER,
    "p / 0 > 1": NO_ANSWER,
    "b + 1 > 0": NO_ANSWER,
    "b * i > 0": NO_ANSWER,
    "-b - 2 < 0": NO_ANSWER,
    "abs(-b - 1) > 0": NO_ANSWER,
    "-(-b - 1) > 0": NO_ANSWER,
    "q * q > 0": NO_ANSWER,
    "cast(s AS int) > 1": NO_ANSWER,
    "s::date < day": NO_ANSWER,
    "cast(b AS int) > 1": NO_ANSWER,
    "to_date(s) = day": NO_ANSWER,
    "a[2] = 1": NO_ANSWER,
    "element_at(a, -3) = 1": NO_ANSWER,
    "floor(d / d) = 0": NO_ANSWER,
    "floor(exp(b)) > 0": NO_ANSWER,
    "at + INTERVAL 999999 YEARS > at": NO_ANSWER,
    "date_add(day, b) > day": NO_ANSWER,
    # what depends on an answer that is not there
    "i / j IS NULL": NO_ANSWER,
    "coalesce(i / j, 0) = 0": NO_ANSWER,
    "NOT i / j > 1": NO_ANSWER,
    "i / j <=> NULL": NO_ANSWER,
    "greatest(i / j, 1) > 0": NO_ANSWER,
    "CASE WHEN i / j > 1 THEN TRUE ELSE TRUE END": NO_ANSWER,
    "i / j > 1 OR s = t": NO_ANSWER,
    "i IN (1, i / j)": NO_ANSWER,
    # what does not
    "j <> 0 AND i / j > 1": False,
    "j = 0 OR i / j > 1": True,
    "CASE WHEN j <> 0 THEN i / j > 1 ELSE TRUE END": True,
    "if(j = 0, i > 1, i / j > 1)": True,
    "coalesce(i, i / j) = 7": True,
    "i IN (7, i / j)": True,
    # what a try_ form leaves open counts as answered
    "try_divide(i, j) > 1": None,
    "try_cast(s AS int) > 1": None,
    "try_add(b, 1) > 1": None,
    "try_element_at(a, 9) = 1": None,
    "get(a, 9) = 1": None,
    "coalesce(try_cast(s AS int), 3) = 3": True,
    # days before the year 1000, which people write to keep out placeholders
    "day > DATE '0001-01-02'": True,
    "datediff(day, DATE '0999-12-31') > 1": True,
    # numbers
    "2147483647 + i > 2147483647": True,
    "i + j * 2 - 1 = 6": True,
    "-i < -6.5": True,
    "i / 2 = 3.5": True,
    "mod(i, 4) = 3 AND i % 4 = 3": True,
    "i * 0.5 = 3.5": True,
    "p * 0.1 = 0.99": True,
    "p + 0.1 = 10 AND p - i = 2.9 AND p / 2 = 4.95": True,
    "p IN (9.9, 3)": True,
    "f = 0.5 AND d = 0 AND -d = d": True,
    "q > r": "`q > r` puts decimal(38,0) beside decimal(38,18), which needs 56 digits of at most 38",
    "try_cast(q AS double) > try_cast(r AS double)": True,
    "round(2.345, 2) = 2.35 AND floor(i / 2) = 3 AND ceil(i / 2) = 4": True,
    "sqrt(4) = 2 AND pow(2, 3) = 8 AND abs(-i) = 7 AND sign(-i) = -1": True,
    "isnan(d / 0)": NO_ANSWER,
    "99999999999999999999 > b": True,
    "1e308 * 10 > b": True,
    # texts
    "s = 'text' AND s <> t AND s > 'tex'": True,
    "s LIKE 't%' AND s NOT LIKE '_ex' AND s ILIKE 'TEXT'": True,
    "s RLIKE '^te' AND NOT rlike(s, 'q')": True,
    "length(s) = 4 AND upper(s) = 'TEXT' AND left(s, 2) || right(s, 1) = 'tet'": True,
    "substring(s, 2, 2) = 'ex' AND substr(s, 3) = 'xt' AND instr(s, 'x') = 3": True,
    "contains(s, 'ex') AND startswith(s, 'te') AND endswith(s, 'xt') AND trim(' a ') = 'a'": True,
    "translate(s, 'tx', 'T') = 'TeT' AND concat(s, '-', t) = 'text-12'": True,
    "s IN ('a', 'text') AND t NOT IN ('a')": True,
    "cast(t AS int) + 1 = 13 AND t::double = 12": True,
    "'it''s' = \"it's\" AND 'a\\\\b' LIKE 'a_b'": True,
    # times
    "day = DATE '2013-01-31' AND at > '2013-01-31 09:00' AND day < '2013-02-01'": True,
    "at = wall AND day < at AND at = TIMESTAMP '2013-01-31T11:00:00+01:00'": True,
    "at - day = INTERVAL 10 HOURS AND at + INTERVAL '1' MONTH > '2013-02-27'": True,
    "date_add(day, 1) = DATE '2013-02-01' AND date_sub(day, i) = '2013-01-24'": True,
    "datediff(day, '2013-01-01') = 30": "takes a time where `'2013-01-01'` is string",
    "datediff(day, DATE '2013-01-01') = 30 AND months_between(at, at) = 0": True,
    "year(at) = 2013 AND month(day) = 1 AND day(wall) = 31 AND hour(at) = 10 AND dayofweek(day) = 5": True,
    "unix_seconds(at) - unix_seconds(TIMESTAMP '2013-01-31') = 36000": True,
    # what holds values
    "a[0] = 1 AND element_at(a, -1) = 2 AND size(a) = 2 AND array_contains(a, 2)": True,
    "o.x = 5 AND o.`y z` = 'z'": True,
    # truth
    "ok AND ok IS TRUE AND NOT ok IS FALSE AND ok IS NOT NULL": True,
    "i BETWEEN 7 AND 8 AND i NOT BETWEEN 1 AND 6": True,
    "nullif(i, 7) IS NULL AND nvl(NULL, i) = 7 AND nvl2(i, 1, 2) = 1 AND least(i, NULL, 3) = 3": True,
    "i IS DISTINCT FROM NULL AND NULL <=> NULL": True,
    "i > NULL": None,
    "i IN (1, NULL)": None,
    "CASE i WHEN 7 THEN 'a' ELSE s END = 'a'": True,
    "CASE WHEN i < 0 THEN FALSE END": None,
    # what Spark converts by itself, and stops at
    "s > 5": "`s > 5` puts string beside bigint. Write try_cast(s AS bigint)",
    "i = '7'": "`i = '7'` puts bigint beside string. Write '7' as bigint, without quotes",
    "s IN (1, 2)": "puts string beside bigint. Write try_cast(s AS bigint)",
    "at > 'soon'": "has 'soon' beside a timestamp. Write it as '2013-01-31 10:00'",
    "s + 1 > 2": "`s + 1` takes numbers where `s` is string. Write try_cast(s AS double)",
    "ok + 1 > 2": "takes numbers where `ok` is boolean",
    "length(i) > 1": "`length(i)` takes a string where `i` is bigint. Write try_cast(i AS string)",
    "day + 1 > day": "`day + 1` has no meaning for date and bigint. Write date_add(day, 1)",
    "i": "takes a condition where `i` is bigint. Write a comparison",
    "i > 1 AND s": "takes a condition where `s` is string",
    "a = a": "compares values of type array<int>",
    "nowhere > 1": "names `nowhere`, which these rows do not have",
    "o.nowhere > 1": "names `o.nowhere`, which these rows do not have",
    "s LIKE t": "`s LIKE t` takes its pattern from the row",
    "left(s, i) = 'a'": "takes a whole number where `i` is. Write the number itself",
    "a[i] = 1": "takes a place where `i` is. Write a whole number from 0 to 2147483647",
    "a[99999999999] = 1": "takes a place where `99999999999` is. Write a whole number from 0 to 2147483647",
    "try_element_at(a, 99999999999) = 1": "is. Write a whole number from 1 to 2147483647",
    "s[0] = 'a'": "takes a list where `s` is string",
}


def parted(expected):
    return {
        condition: said for condition, said in CASES.items() if (type(said) is str and said != NO_ANSWER) is expected
    }


@pytest.fixture(scope="module")
def answers(spark):
    """{condition: (its value, whether it has failed)} for the row, and for one of nulls."""
    rows = spark.createDataFrame([tuple(ROW.values()), (None,) * len(ROW)], COLUMNS)
    made = [condition_answer(parse_condition(condition), rows.schema) for condition in parted(False)]
    values = [F.array(each.value, F.lit(False) if each.failed is None else each.failed) for each in made]
    full, empty = (
        rows.select("i", *(each.alias(str(n)) for n, each in enumerate(values))).orderBy(F.desc("i")).collect()
    )
    return {condition: (full[str(n)], empty[str(n)]) for n, condition in enumerate(parted(False))}


@pytest.mark.parametrize("condition", parted(False))
def test_a_condition_has_an_answer_or_says_that_it_has_none(answers, condition):
    value, failed = answers[condition][0]

    assert (NO_ANSWER if failed else value) == CASES[condition]
    assert value is None or not failed


@pytest.mark.parametrize("condition", [each for each in parted(False) if not set("123456789") & set(each.split()[0])])
def test_a_row_without_values_fails_nothing(answers, condition):
    assert answers[condition][1][1] is False


@pytest.mark.parametrize("condition", parted(True))
def test_a_condition_that_would_stop_at_a_row_is_refused_before_any_row_is_read(spark, condition):
    schema = spark.createDataFrame([], COLUMNS).schema

    with pytest.raises(ConditionError) as refused:
        condition_answer(parse_condition(condition), schema)
    assert CASES[condition] in str(refused.value)


def test_a_regular_expression_has_no_answer_to_a_text_that_is_too_long_for_its_engine(spark):
    rows = spark.createDataFrame([("ab" * (MOST_TRIED // 2),), ("ab" * MOST_TRIED,)], "s string")
    answer = condition_answer(parse_condition("s RLIKE '(?:a|b)+'"), rows.schema)

    assert [tuple(row) for row in rows.select(answer.value, answer.failed).collect()] == [(True, False), (None, True)]


def test_every_function_that_a_spec_may_call_has_an_answer():
    assert set(ARGUMENTS) - {"rlike"} == set(FUNCTIONS) - {"[]"}
