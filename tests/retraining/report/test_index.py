"""The index over models and their runs."""

import re

import pytest

from retraining.report.index import ModelRuns, render_index

from .pages import Seen, event, idle

FLIGHTS = ModelRuns(tuple(event(str(101 + place), error_before=12.0 + place) for place in range(3)), "rmse")
CREDIT = ModelRuns((idle("7", model="credit"),), "error_rate")


def test_models_come_by_name_with_their_newest_run_first():
    assert Seen(render_index([FLIGHTS, CREDIT])).links == [
        *("credit/7.html", "credit/7.html"),
        *("flights/103.html", "flights/103.html", "flights/102.html", "flights/101.html"),
    ]


def test_a_model_shows_its_outcome_its_champion_and_its_realised_error():
    text = Seen(render_index([FLIGHTS])).text

    assert "flights ↑ New champion Version 2 is the first champion. Champion Version 2" in text
    assert "Realised RMSE 14.00" in text


def test_a_model_without_a_champion_says_so():
    assert "No champion yet" in Seen(render_index([CREDIT])).text


def test_two_measured_runs_make_a_line_with_words_beside_it():
    page = Seen(render_index([FLIGHTS, CREDIT]))

    assert (page.marks.count("error"), "Not enough data" in page.text) == (1, True)
    assert page.labels == [
        "RMSE of the champion before any retraining: 12.00 at the first of 3 runs, 14.00 at the newest."
    ]


def test_one_measured_run_is_no_line():
    assert Seen(render_index([ModelRuns((event(), event("102", error_before=12.0)), "rmse")])).marks == []


def test_an_index_of_nothing_says_so():
    assert "No model has had a run yet." in Seen(render_index([])).text


@pytest.mark.parametrize("model", ["<b>x</b>", "../x", "javascript:alert(1)", 'a" onclick="b'])
def test_a_model_name_cannot_become_markup_or_lead_elsewhere(model):
    page = Seen(render_index([ModelRuns((event(model=model),), "rmse")]))

    assert model in page.text
    assert [link for link in page.links if not re.fullmatch(r"[\w%.-]+/101\.html", link) or link.count("/") > 1] == []


def test_the_index_asks_nobody_for_anything_and_its_tags_match():
    page = render_index([FLIGHTS, CREDIT])

    assert re.findall(r"https?://|\bsrc=|@import|<script|<link|url\((?!#)", page) == []
    assert (Seen(page).wrong, len(set(Seen(page).ids)) == len(Seen(page).ids)) == ([], True)


def test_the_same_runs_make_the_same_index():
    assert render_index([FLIGHTS, CREDIT]) == render_index([CREDIT, FLIGHTS])
