"""What display prints."""

from pathlib import Path

import pandas as pd
import pytest

from local_workspace.notebook.display import display, html_writer, shown_as_text


def test_a_table_shows_names_values_and_blanks_for_nothing() -> None:
    shown = shown_as_text(pd.DataFrame({"day": ["mon", None], "error": [0.123456789, 2.0]}))

    assert [line.split() for line in shown.splitlines()][::2] == [["day", "error"], ["mon", "0.123457"]]
    assert shown.splitlines()[-1].split() == ["2"]


def test_a_long_table_is_cut_and_names_the_limit() -> None:
    shown = shown_as_text(pd.DataFrame({"n": range(60)}))

    assert "49" in shown.split()
    assert "50" not in shown.replace("first 50 rows", "").split()
    assert "first 50 rows" in shown


def test_a_wide_table_is_folded_and_loses_no_text() -> None:
    shown = shown_as_text(pd.DataFrame({"reasons": ["a" * 150]}), width=80)

    assert max(len(line) for line in shown.splitlines()) <= 80
    assert shown.count("a") == 150 + "reasons".count("a")


def test_long_texts_that_would_make_columns_too_narrow_follow_below_it_by_row() -> None:
    frame = pd.DataFrame([["flights", *range(10), "because " * 12]], columns=["model", *"abcdefghij", "reasons"])

    lines = shown_as_text(frame, width=80).splitlines()

    assert lines[0].split() == ["row", "model", *"abcdefghij"]
    assert lines[2].split() == ["1", "flights", *"0123456789"]
    assert lines[3].startswith("  row 1, reasons: because because")


def test_a_row_of_many_columns_is_a_list_of_them_and_no_word_is_broken() -> None:
    frame = pd.DataFrame([{f"column_{number}": f"DECIDED_{number}" for number in range(20)} | {"empty": None}])

    shown = shown_as_text(frame, width=120).splitlines()

    assert shown[:2] == ["row 1", "  column_0   DECIDED_0"]
    assert len(shown) == 21


def test_anything_else_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    display({"a": 1})

    assert capsys.readouterr().out == "{'a': 1}\n"


def test_html_is_saved_and_its_path_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.html"

    html_writer(page)("<h1>Hi</h1>")

    assert page.read_text() == "<h1>Hi</h1>"
    assert capsys.readouterr().out == f"page: {page}\n"
