"""Every value has an answer: accepted, or quarantined with a reason. All rows are judged in one job."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.loop import toy_spec

from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.look_around import OtherRows
from retraining.rules.ingest.mark_rows import Doubtful, identify, mark, new_rows
from retraining.rules.ingest.quality import Arrival
from retraining.rules.ingest.row_identity import PRESENT
from retraining.rules.ingest.row_rules import MOST_TRIED
from retraining.spec.feed import rows_feed

NOW = datetime(2013, 2, 1, tzinfo=UTC)
LEDGER = Ledger("at", "timestamp")
COLUMNS = (
    "id string, at timestamp, n double, whole bigint, flag double, text string, code string, word string, "
    "seen timestamp, day string, low double, high double, mail string, place string, office int"
)
NAMES = [each.split()[0] for each in COLUMNS.split(", ")]
INJECTED = "'; DROP TABLE toy; -- ${x} \\ ` \" 🦄"

RULES = [
    {"rule": "not_null", "column": "n"},
    {"rule": "is_finite", "column": "n"},
    {"rule": "in_range", "column": "n", "min": 0, "max": 100, "name": "n_warns", "severity": "warn"},
    {"rule": "in_range", "column": "whole", "min": -5, "max": 1e18},
    {"rule": "in_set", "column": "flag", "values": [0, 1]},
    {"rule": "not_blank", "column": "text"},
    {"rule": "max_length", "column": "text", "max": 5},
    {"rule": "matches", "column": "code", "pattern": r"(?:a|b)+|\d{2,}"},
    {"rule": "in_set", "column": "word", "values": ["no", INJECTED, 7]},
    {"rule": "fresh", "column": "seen", "within": "2 days"},
    {"rule": "fresh", "column": "day", "within": "999999 days"},
    {"rule": "sql", "name": "low_below_high", "condition": "low < high", "severity": "fail"},
    {"rule": "unique", "columns": ["mail", "place"]},
    {"rule": "unique", "columns": ["office"], "name": "office_shared", "severity": "warn"},
    {"rule": "foreign_key", "column": "place", "table": "places", "table_column": "name"},
]
SPEC = toy_spec(columns={"label": "low", "numeric": ["n"]}, quality={"rules": RULES})

FINE = {name: None for name in NAMES} | {"at": NOW, "n": 1.0}

CASES: dict[str, tuple[dict[str, object], list[str]]] = {
    # what a number can be
    "NaN": ({"n": float("nan")}, ["n_not_null", "n_is_finite"]),
    "infinity": ({"n": float("inf")}, ["n_is_finite"]),
    "minus infinity": ({"n": float("-inf")}, ["n_is_finite"]),
    "no number": ({"n": None}, ["n_not_null"]),
    "minus zero": ({"n": -0.0, "flag": -0.0}, []),
    "one of a set": ({"flag": 1.0}, []),
    "none of a set": ({"flag": 0.5}, ["flag_in_set"]),
    "NaN in a set": ({"flag": float("nan")}, ["flag_in_set"]),
    "greatest integer": ({"whole": 2**63 - 1}, ["whole_in_range"]),
    "smallest integer": ({"whole": -(2**63)}, ["whole_in_range"]),
    "integer at the bound": ({"whole": -5}, []),
    # what a text can be
    "everything else null": ({}, []),
    "empty": ({"text": ""}, ["text_not_blank"]),
    "blank": ({"text": " \t\n\u3000\u00a0"}, ["text_not_blank"]),
    "zero width": ({"text": "\u200b\ufeff"}, ["text_not_blank"]),
    "emoji and NUL": ({"text": "🦄🦄\0 a"}, []),
    "six characters": ({"text": "abcdef"}, ["text_max_length"]),
    "1 MB": ({"text": "a" * 2**20, "code": "ab" * 2**19}, ["text_max_length", "code_matches"]),
    "longest text that is tried": ({"code": "ab" * (MOST_TRIED // 2)}, []),
    "one character too many": ({"code": "ab" * (MOST_TRIED // 2) + "a"}, ["code_matches"]),
    "fits": ({"code": "0123"}, []),
    "fits in part": ({"code": "ab0123"}, ["code_matches"]),
    "fits before a line end": ({"code": "ab\n"}, ["code_matches"]),
    "injected and allowed": ({"word": INJECTED}, []),
    "injected": ({"word": "' OR '1'='1"}, ["word_in_set"]),
    "a number as text": ({"word": "7"}, []),
    # what a time can be
    "before Christ's calendar ends": ({"at": datetime(1, 1, 1, tzinfo=UTC)}, ["ledger_too_early"]),
    "before 1970": ({"at": datetime(1969, 12, 31, tzinfo=UTC)}, []),
    "year 9999": ({"at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, ["ledger_in_future"]),
    "no ledger": ({"at": None}, ["ledger_missing"]),
    "as old as may be": ({"seen": NOW - timedelta(days=2)}, []),
    "too old": ({"seen": NOW - timedelta(days=2, microseconds=1)}, ["seen_fresh"]),
    "fresh text": ({"day": "0001-01-01"}, []),
    "text that is no time": ({"day": "31 February"}, ["day_fresh"]),
    # conditions have three answers
    "true": ({"low": 1.0, "high": 2.0}, []),
    "false": ({"low": 2.0, "high": 1.0}, ["low_below_high"]),
    "unknown": ({"low": 1.0}, []),
    # what other rows say
    "same mail": ({"mail": "a", "place": "here"}, ["mail_place_unique"]),
    "same mail too": ({"mail": "a", "place": "here"}, ["mail_place_unique"]),
    "same mail elsewhere": ({"mail": "a", "place": "there"}, []),
    "same mail nowhere": ({"mail": "a"}, []),
    "same mail nowhere too": ({"mail": "a"}, []),
    "mail of a bad row": ({"mail": "b", "place": "here"}, []),
    "bad row": ({"mail": "b", "place": "here", "n": None}, ["n_not_null", "mail_place_unique"]),
    "mail that is taken": ({"mail": "taken", "place": "here"}, ["mail_place_unique"]),
    "holder": ({"mail": "its own", "place": "here"}, []),
    "newcomer": ({"mail": "its own", "place": "here"}, ["mail_place_unique"]),
    "unknown place": ({"place": "nowhere"}, ["place_foreign_key"]),
    "one office": ({"office": 1}, []),
    "one office too": ({"office": 1}, []),
}


@pytest.fixture(scope="module")
def judged(spark):
    """{case: (reasons, warnings)} of all cases."""
    rows = [tuple(({**FINE, **changes} | {"id": case})[name] for name in NAMES) for case, (changes, _) in CASES.items()]
    held = [("earlier", "taken", "here"), ("holder", "its own", "here"), ("null", None, "here")]
    holders = spark.createDataFrame([(*each, 9) for each in held], "id string, mail string, place string, office int")
    places = spark.createDataFrame([("here",), ("there",), ("here",), (None,)], "name string")
    other_rows = OtherRows(identify(holders, ["id"], PRESENT, [["id"]]), {"place_foreign_key": places})
    arrival = Arrival(7, NOW, NOW, LEDGER.from_time(NOW + timedelta(days=1)))
    batch = identify(spark.createDataFrame(rows, COLUMNS), ["id"], PRESENT, [NAMES])
    batch = new_rows(batch, batch.limit(0), LEDGER, doubtful=Doubtful())
    collected = (
        mark(rows_feed(SPEC), LEDGER, batch, arrival, other_rows)
        .select("id", "_quarantine_reasons", "_warnings")
        .collect()
    )
    assert len(collected) == len(CASES)
    return {row["id"]: (row["_quarantine_reasons"], row["_warnings"]) for row in collected}


@pytest.mark.parametrize("case", CASES)
def test_a_value_is_accepted_or_quarantined_with_the_reason(judged, case):
    assert judged[case][0] == CASES[case][1]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("everything else null", []),
        ("no number", []),
        ("infinity", ["n_warns"]),
        ("NaN", ["n_warns"]),
        ("one office", ["office_shared"]),
        ("one office too", ["office_shared"]),
        ("same mail", []),
    ],
)
def test_a_warning_stands_beside_the_reasons(judged, case, said):
    assert judged[case][1] == said
