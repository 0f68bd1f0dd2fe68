"""The index over models and their runs."""

import re
from dataclasses import replace

import pytest

from retraining.report.index import ModelRuns, render_index

from .pages import Seen, event, idle

FLIGHTS = ModelRuns(tuple(event(str(101 + place), error_before=12.0 + place) for place in range(3)), "rmse")
CREDIT = ModelRuns((idle("7", model="credit"),), "error_rate")


FAILED = ModelRuns((event("9", model="stock", outcome="FAILED", failed_tasks=("ingest",)),), "rmse")
QUIET = ModelRuns((idle("8", model="zoo"),), "rmse")


def names(page: str) -> list[str]:
    return re.findall(r'<h2 class="model" id="model-\d+">(\w+)</h2>', page)


def test_models_that_need_a_person_come_first_and_then_by_name():
    page = render_index([QUIET, FLIGHTS, CREDIT, FAILED])

    assert names(page) == ["stock", "flights", "credit", "zoo"]
    assert re.findall(r'<details class="of-model"( open)?>', page) == [" open", "", "", ""]


def test_few_models_are_all_open_and_the_newest_run_comes_first():
    page = render_index([FLIGHTS, CREDIT])

    assert re.findall(r'<details class="of-model"( open)?>', page) == [" open", " open"]
    assert re.findall(r'<th scope="row">(\w+)</th><td>2', page) == ["103", "102", "101", "7"]


def test_an_index_has_no_links_and_says_where_the_pages_are():
    page = Seen(render_index([FLIGHTS]))

    assert page.links == []
    assert "Its page is the file flights/newest.html beside this one." in page.text


def test_of_many_runs_the_newest_twenty_are_listed():
    many = ModelRuns(tuple(event(str(100 + place)) for place in range(30)), "rmse")
    page = render_index([many])

    assert "<summary>The newest 20 of 30 runs</summary>" in page
    assert re.findall(r'<th scope="row">(\w+)</th><td>2', page) == [str(129 - place) for place in range(20)]


def test_after_an_operators_job_the_headline_is_its_own_and_the_numbers_are_those_of_the_loop():
    runs = (event("1", error_before=12.0), idle("2", tasks=("roll_back",), outcome="ROLLBACK", champion_before="2"))
    text = Seen(render_index([ModelRuns((runs[0], replace(runs[1], champion_after="1")), "rmse")])).text

    assert "Rolled back Version 1 is champion again, instead of version 2." in text
    assert "Champion Version 1 Rows accepted 26,398 of 27,004 read Realised RMSE 12.00" in text


def test_a_stored_headline_is_shown_as_it_was_stored():
    told = dict(level="bad", headline="Data fault", headline_sentence="Batch 4 looks broken.", what_to_do="Mend it.")
    text = Seen(render_index([ModelRuns((event(**told),), "rmse")])).text

    assert "Data fault Batch 4 looks broken. What to do Mend it." in text


def test_a_run_without_new_rows_does_not_say_none_of_none():
    text = Seen(render_index([QUIET])).text

    assert "Rows accepted None nothing new came in" in text
    assert "of 0" not in text


def test_a_model_shows_its_outcome_its_champion_and_its_realised_error():
    text = Seen(render_index([FLIGHTS])).text

    assert "flights ↑ First champion ↑ First champion Version 2 is the first champion. What to do" in text
    assert "scored. Champion Version 2" in text
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
def test_a_model_name_cannot_become_markup(model):
    page = Seen(render_index([ModelRuns((event(model=model),), "rmse")]))

    assert model in page.text
    assert (page.links, page.wrong) == ([], [])


def test_the_index_asks_nobody_for_anything_and_its_tags_match():
    page = render_index([FLIGHTS, CREDIT])

    assert re.findall(r"https?://|\bsrc=|@import|<script|<link|url\((?!#)", page) == []
    assert (Seen(page).wrong, len(set(Seen(page).ids)) == len(Seen(page).ids)) == ([], True)


def test_the_same_runs_make_the_same_index():
    assert render_index([FLIGHTS, CREDIT]) == render_index([CREDIT, FLIGHTS])
