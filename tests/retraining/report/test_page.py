"""The page of a run."""

import re
from dataclasses import replace
from datetime import date

import matplotlib as mpl
import pytest

from retraining.records.batch import RuleCount
from retraining.records.event import Incident
from retraining.records.promotion import Promotion
from retraining.report.page import render_run_page
from retraining.report.page_data import PageData, Sample
from retraining.report.words import NOTHING, newest_path, plain, run_path

from .pages import AT, Seen, batch, check, decision, detector, errors, event, full_page, idle, metric, shares

EMPTY = PageData((idle(),), "rmse")
EVIL = "<script>alert(1)</script>"
RUNS = re.compile(r'<th scope="row">(\w+)</th><td>2')


def render_page(events):
    """The page of a run of which only the events are known, oldest first."""
    return render_run_page(PageData(tuple(events), metric="error"))


def seen(data: PageData) -> Seen:
    return Seen(render_run_page(data))


def absent(page: Seen, *texts: str) -> list[str]:
    return [text for text in texts if text not in page.text]


def absent_labels(page: Seen, *texts: str) -> list[str]:
    return [text for text in texts if not any(text in label for label in page.labels)]


def test_the_page_of_a_first_run_says_what_came_in_and_what_was_decided():
    page = seen(PageData((event(),), "rmse", label="air_time", features=("distance", "hour")))

    assert (
        absent(
            page,
            "Run 101, 2013-02-01 06:00 UTC. Predicts air_time from distance, hour.",
            "First champion Version 2 is the first champion.",
            "Champion before None Champion now Version 2",
            "RMSE before any retraining Not known yet no champion yet",
            "Read 27,004 Accepted 26,398 Quarantined 606 2.2% of read Already present 0",
            "Decision: train a candidate There is no champion yet.",
            "Gate: passed",
        )
        == []
    )


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (12, "Predicts air_time from x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12."),
        (200, "Predicts air_time from 200 columns: x1, x2, x3, x4, x5, x6, x7, x8, x9, x10 and 190 more."),
    ],
)
def test_of_many_columns_ten_are_named(columns, words):
    names = tuple(f"x{number}" for number in range(1, columns + 1))

    assert absent(seen(PageData((event(),), "rmse", label="air_time", features=names)), words) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(champion_before="1"), "New champion Version 2 replaces version 1 as champion."),
        (
            dict(outcome="PENDING", candidate_version="3"),
            "Waiting for approval Candidate version 3 passed the gate and waits for a person; version 2 is still "
            "champion.",
        ),
        (
            dict(outcome="HEAL"),
            "Alias put back The alias had been moved outside this product; version 2 is champion again.",
        ),
        (
            dict(outcome="RELEASED"),
            "Retraining released A person let retraining go on; version 2 stays champion.",
        ),
        (
            dict(outcome="REJECT", gate="failed"),
            "Candidate rejected The candidate did not pass the gate; version 2 stays champion.",
        ),
        (
            dict(outcome="REJECT", gate="failed", champion_after=None),
            "Candidate rejected The candidate did not pass the gate; there is still no champion.",
        ),
        (
            dict(outcome="ROLLBACK", champion_before="3"),
            "Rolled back Version 2 is champion again, instead of version 3.",
        ),
        (dict(outcome="KEEP", action="keep"), "Champion kept Version 2 stays champion; nothing was trained."),
        (
            dict(outcome="KEEP"),
            "Version 2 stays champion: the candidate of this decision was judged in an earlier run.",
        ),
        (
            dict(outcome="KEEP", run_id="by_hand_1"),
            "none was judged yet. Why There is no champion yet. What to do Run the notebooks 03_retrain and "
            "04_promote.",
        ),
        (
            dict(outcome="KEEP", action="keep", previous_wins=True),
            "The previous champion is better The previous champion does better on the newest batches.",
        ),
        (
            dict(outcome="REJECT", previous_wins=True),
            "Also Candidate rejected. The candidate did not go live; version 2 stays champion.",
        ),
        (
            dict(outcome="KEEP", champion_after=None),
            "No champion yet No version of this model has been promoted so far.",
        ),
        (
            dict(outcome="FAILED", failed_tasks=("ingest", "score")),
            "Run failed The tasks ingest and score failed. Version 2 is still live, and earlier decisions hold.",
        ),
    ],
)
def test_the_outcome_is_said_in_words(values, words):
    assert absent(seen(PageData((event(**values),), "rmse")), words) == []


@pytest.mark.parametrize(("wins", "shown"), [(True, "champion beaten Version 1 beats it."), (False, "Version 1 beats")])
def test_how_the_champion_before_does_is_said_with_the_decision(wins, shown):
    made = replace(decision("Because."), previous_wins=wins, previous_reason="Version 1 beats it.")
    page = seen(full_page(decision=made))

    assert absent(page, shown) == []
    assert ("champion beaten" in page.text) is wins


def test_a_rollback_decided_by_the_run_is_said_once():
    why = "Version 1 beats it."
    made = replace(decision(why), action="rollback", previous_wins=True, previous_reason=why)
    page = seen(full_page(events=(event(action="rollback"),), decision=made))

    assert absent(page, "Decision: go back to the champion before Version 1 beats it.") == []
    assert page.text.count(why) == 1


def test_without_failures_none_is_mentioned():
    assert (
        "Failed:" not in seen(PageData((event(outcome="FAILED", failed_tasks=("score",)), event("102")), "rmse")).text
    )


def test_the_champion_of_a_failed_run_may_be_unknown():
    run = event(outcome="FAILED", failed_tasks=("promote",), champion_after=None)

    assert absent(seen(PageData((run,), "rmse")), "Champion now Not known") == []


def test_the_newest_run_comes_first_and_every_run_has_its_link():
    assert RUNS.findall(render_page([event("101"), event("102"), event("103")])) == ["103", "102", "101"]


def test_the_page_is_about_the_newest_run():
    assert "<title>flights: run 102</title>" in render_page([event("101"), event("102")])


def test_an_error_of_zero_is_an_error():
    assert (
        absent(seen(PageData((event(error_before=0.0, champion_before="2"),), "rmse")), "retraining 0.000 version 2")
        == []
    )


def test_an_error_rate_is_a_share():
    assert (
        absent(seen(PageData((event(error_before=0.125),), "error_rate")), "Error rate before any retraining 12.5%")
        == []
    )


@pytest.mark.parametrize(("older", "said"), [(1_200, "1,200 rows are older"), (1, "1 row is older")])
def test_rows_that_came_too_late_stand_beside_the_quarantined_ones(older, said):
    page = seen(PageData((event(rows_older=older),), "rmse"))

    assert (
        absent(page, f"2.2% of read Too old to read {older:,} not in read Already", f"{said} than the watermark") == []
    )


def test_rows_that_came_too_late_are_said_when_nothing_else_came():
    assert (
        absent(
            seen(PageData((idle(rows_older=7, batch_seq=2),), "rmse")),
            "Nothing new:",
            "7 rows are older than the watermark",
        )
        == []
    )


@pytest.mark.parametrize("older", [None, 0])
def test_without_rows_that_came_too_late_none_is_mentioned(older):
    assert "older than" not in seen(PageData((event(rows_older=older),), "rmse")).text


def test_reasons_for_quarantine_come_with_counts_the_most_frequent_first():
    assert absent(seen(full_page()), "Why rows were refused Rows label_missing 600 origin_not_null 6") == []


def test_refused_rows_are_shown_masked_by_reason():
    assert absent(seen(full_page()), "What refused rows look like", "label_missing carrier air_time xx x9 x9 9.9") == []


def test_a_held_batch_is_said_with_its_reason_and_the_way_out():
    held = batch(2, state="HELD", held_because=("Ten per cent were refused.",))

    page = seen(full_page(batches=(batch(1), held)))

    words = "held Batch 2 with 900 accepted rows waits for release_batch , and no model sees it."
    assert absent(page, words, "Ten per cent were refused.") == []
    assert [page.marks.count(kind) for kind in ("held", "used")] == [1, 1]
    assert "held" not in seen(full_page()).marks


def test_batches_are_drawn_as_rows_and_as_the_share_that_was_refused():
    page = seen(full_page(batches=(batch(1, rows_accepted=500, rows_quarantined=500), batch(2))))

    assert absent_labels(page, "900 were accepted and 100 quarantined", "10.0% in batch 2, at most 50.0%") == []


def test_one_batch_alone_makes_no_chart():
    assert "share" not in seen(full_page(batches=(batch(1), batch(2, rows_read=0)))).marks


def test_warnings_about_accepted_rows_are_counted():
    warned = batch(warnings=(RuleCount("tail_unique", 12), RuleCount("slow", 3)))

    assert absent(seen(full_page(batch=warned)), "Accepted with a warning: tail_unique 12, slow 3.") == []


def test_forgotten_rows_and_labels_stand_beside_the_counts():
    page = seen(full_page(batch=batch(2, rows_forgotten=3, rows_relabelled=40, labels_waiting=5)))

    words = "Already present 0 Forgotten keys 3 not stored Got their label 40 rows of earlier batches Labels waiting 5"
    assert absent(page, words) == []
    assert "Forgotten keys" not in seen(full_page()).text


def test_labels_alone_are_something_that_came_in():
    page = seen(PageData((idle(),), "rmse", batch=batch(2, rows_read=0, rows_relabelled=40)))

    assert absent(page, "Read 0", "Got their label 40") == []
    assert "Nothing new:" not in page.text


def test_late_rows_and_the_watermark_s_lag_stand_beside_the_counts():
    page = seen(PageData((event(rows_late=5, watermark_lag_days=1.25),), "rmse"))

    assert absent(page, "Came late 5 older than the watermark was", "Watermark 1.2 days behind the run's clock") == []


def test_a_page_has_all_reasons_of_the_decision_not_only_the_first():
    assert absent(seen(full_page()), "26,398 labelled rows are new. The realised error grew.") == []


def test_a_page_from_events_alone_has_the_first_reason():
    assert absent(Seen(render_page([event()])), "Decision: train a candidate There is no champion yet.") == []


@pytest.mark.parametrize(
    "words",
    [
        "Nothing came in: no batch of this source has been closed yet.",
        "No champion yet: there is nothing to measure.",
        "No champion yet: drift is measured against",
        "Nothing was decided in this run.",
        "The gate was not asked",
    ],
)
def test_every_part_of_a_run_that_did_nothing_says_so(words):
    assert absent(seen(EMPTY), words) == []


INGEST_FAILED = dict(failed_tasks=("ingest",), skipped_tasks=("score", "check_drift", "promote"), champion_after="2")
INGEST_FAILED |= dict(outcome="FAILED")
RETRAIN_FAILED = dict(failed_tasks=("retrain",), skipped_tasks=("promote",), outcome="FAILED", action="refit")


@pytest.mark.parametrize(
    ("values", "states", "words", "untrue"),
    [
        (INGEST_FAILED, {}, "Not known: the task ingest failed", "Nothing new"),
        (
            INGEST_FAILED,
            {},
            "Nothing was decided: the task check_drift did not start",
            "this run trained no candidate",
        ),
        (RETRAIN_FAILED, {}, "No verdict: the task retrain did not end well", "The gate was not asked"),
        (dict(batch_seq=None), {}, "no batch of this source has been closed yet", "Nothing new"),
        (dict(batch_seq=3), {"copy": "success"}, "This run does not read the source.", "Nothing new"),
        (dict(batch_seq=3, run_id="by_hand_1"), {}, "No batch was closed by hand since the last page.", "Nothing new"),
    ],
)
def test_a_page_says_nothing_that_the_run_does_not_know(values, states, words, untrue):
    page = seen(PageData((idle(**values),), "rmse", task_states=states))

    assert absent(page, words) == []
    assert untrue not in page.text


def test_a_failed_run_does_not_say_that_there_is_no_champion_yet():
    failed = seen(PageData((idle(**{**INGEST_FAILED, "champion_before": "2"}),), "rmse"))

    assert "no champion yet" not in failed.text.lower()


def test_a_champion_without_measurements_has_not_enough_data():
    page = seen(PageData((event(champion_before="1"),), "rmse"))

    assert page.text.count("Not enough data:") == 2


def test_an_empty_page_has_no_charts():
    assert (seen(EMPTY).labels, seen(EMPTY).marks) == ([], [])


def test_every_chart_says_in_words_what_it_shows():
    labels = seen(full_page()).labels

    assert labels[2] == (
        "Daily RMSE of the champions from 2013-01-01 to 2013-01-20: 12.00 on the median day, against 14.00 of version "
        "1, the first model, never retrained. Promotions and rollbacks marked: 2."
    )
    assert labels[4] == (
        "carrier: Wasserstein distance in standard deviations 0.400 in batch 2, threshold 0.200, noise floor 0.010; "
        "drifted in 1 of 2 batches."
    )
    assert labels[3] == "gain in RMSE: +4.0%, bounds -1.0% to +9.0%, threshold -5.0%."


def test_every_promotion_has_one_mark_in_every_size_of_the_error_chart():
    assert seen(full_page()).marks.count("promotion") == 2 * 3


def test_a_rejection_and_the_note_that_the_alias_follows_are_not_marked():
    rows = full_page().promotions
    rejected = replace(rows[-1], seq=9, state="DECIDED", outcome="REJECT")

    assert {row.state for row in rows} == {"DECIDED", "APPLIED"}
    assert seen(full_page(promotions=(*rows, rejected))).marks.count("promotion") == 2 * 3


def test_the_first_model_stands_beside_the_champions():
    marks = seen(full_page()).marks

    assert (marks.count("static"), marks.count("champion")) == (1 * 3, 2 * 3)


def test_a_champion_that_comes_back_does_not_draw_a_line_through_the_time_between():
    days = (*errors("1", date(2013, 1, 1), 5), *errors("2", date(2013, 1, 6), 5), *errors("1", date(2013, 1, 11), 5))

    assert seen(full_page(daily_errors=days)).marks.count("champion") == 3 * 3


def test_many_days_are_drawn_faintly_behind_their_running_error():
    page = seen(full_page(daily_errors=errors("1", date(2013, 1, 1), 40)))

    assert (page.marks.count("days"), absent(page, "Faint lines are single days")) == (3, [])


def test_few_days_stand_for_themselves():
    page = seen(full_page(daily_errors=errors("1", date(2013, 1, 1), 5)))

    assert (page.marks.count("days"), "Faint lines" in page.text) == (0, False)


def test_the_worst_column_comes_first_and_drifted_batches_are_marked():
    page = seen(full_page())

    assert re.findall(r"<h3>(\w+)</h3>(?=<span)", render_run_page(full_page())) == ["carrier", "distance"]
    assert (page.marks.count("drifted"), page.marks.count("stable")) == (1, 3)


def test_columns_are_ordered_by_how_close_they_are_to_their_own_threshold():
    rows = (
        metric("a", index=0.01),
        metric("b", index=0.1),
        metric("c", index=0.09, threshold=0.1),
        metric("d", index=0.3),
    )

    assert re.findall(r"<h3>(\w+)</h3>(?=<span)", render_run_page(full_page(drift=rows))) == ["d", "c", "b", "a"]


def test_a_column_that_the_newest_batch_no_longer_has_is_not_shown():
    page = render_run_page(full_page(drift=(metric("gone", 1), metric("distance", 1), metric("distance", 2))))

    assert re.findall(r"<h3>(\w+)</h3>(?=<span)", page) == ["distance"]


def test_threshold_and_noise_floor_are_drawn_in_every_small_chart():
    marks = seen(full_page(gate_results=())).marks

    assert (marks.count("threshold"), marks.count("noise-floor")) == (2, 2)


def test_a_column_without_enough_data_says_why_instead_of_a_chart():
    page = seen(full_page(drift=(metric(index=None, reason="Batch 1 has 12 rows."),)))

    assert absent(page, "not enough data Not enough data. Batch 1 has 12 rows.") == []
    assert "distance" not in page.marks


def test_a_batch_without_an_index_leaves_the_others_drawn():
    page = seen(full_page(drift=(metric(batch=1), metric(batch=2, index=None), metric(batch=3))))

    assert page.marks.count("stable") == 2


def test_a_batch_without_an_index_keeps_its_place_on_the_axis():
    page = seen(full_page(drift=(metric(batch=7, index=None), metric(batch=8))))

    assert absent(page, "stable 7 8 0 0.1 0.2") == []


def test_predictions_drift_under_their_own_name():
    assert "<h3>Prediction</h3>" in render_run_page(full_page(drift=(metric(":prediction"),)))


def test_more_columns_than_a_page_shows_wait_behind_a_summary():
    page = render_run_page(full_page(drift=tuple(metric(f"c{place}") for place in range(12))))

    assert "<summary>9 more columns, of which none moved</summary>" in page
    assert "None of 12 columns moved." in page
    assert page.count("<h3>c") == 12


def test_columns_that_moved_are_open_and_named():
    rows = (*(metric(f"c{place}", index=0.4) for place in range(5)), metric("calm"))
    page = render_run_page(full_page(drift=rows))

    assert "<summary>1 more column, of which none moved</summary>" in page
    assert "5 of 6 columns moved: c0, c1, c2, c3, c4." in page


def test_all_distances_of_the_newest_batch_stand_in_a_table():
    numbers = dict(kl_divergence=0.111, jensen_shannon=0.222, kolmogorov_smirnov=0.333, wasserstein=0.06)
    row = metric(batch=2, population_stability_index=0.05, total_variation=0.444, **numbers)

    assert absent(seen(full_page(drift=(metric(), row))), "distance ✓ stable 0.050 0.111 0.222 0.333 0.060 0.444") == []


def test_a_fault_is_named_instead_of_the_distance_that_saw_it():
    row = metric(index=9.0, fault="`distance` is frozen: every value is 7.", reason="The distance 9 is above 0.2.")
    page = seen(full_page(drift=(row,)))

    assert absent(page, "distance is frozen: every value is 7.") == []
    assert absent(page, "The distance 9 is above 0.2.") != []


def test_what_is_said_of_the_batch_before_has_no_chart():
    page = seen(full_page(drift=(metric(), metric(index=0.9, against="previous_batch"))))

    assert (page.marks.count("drifted"), page.marks.count("stable")) == (0, 1)


def test_a_column_shows_its_shares_beside_the_reference_and_says_what_changed_most():
    page = seen(full_page(shares=(shares("carrier"),)))

    assert (page.marks.count("reference-share"), page.marks.count("batch-share")) == (3, 3)
    assert (
        "carrier: the share that changed most is 'AA', from 60.0% of the reference to 10.0% in batch 2." in page.labels
    )
    assert absent(page, "share of the reference", "missing or unseen") == []


def test_without_shares_nothing_speaks_of_them():
    assert "share of the reference" not in seen(full_page()).text


def test_where_another_champion_took_over_the_timeline_has_a_line():
    rows = [metric(batch=each, champion_version=version) for each, version in ((1, "1"), (2, "1"), (3, "2"))]

    assert seen(full_page(drift=tuple(rows))).marks.count("other-champion") == 1


def test_detectors_are_shown_as_they_stand():
    known = (detector(), detector("DDM", alarms=3, level="drift", first_alarm="2013-02-08T10:00:00", late=7))
    page = seen(full_page(detectors=known))

    assert absent(page, f"ADWIN ✓ no alarm {NOTHING} no change", "DDM ◆ 3 alarms 2013-02-08T10:00:00 alarm") == []
    assert absent(page, "900 rows came with batch 2") == []
    assert absent(page, "7 more were older") != []
    assert absent(seen(full_page(detectors=known[::-1])), "7 more were older than rows already fed") == []


def test_a_page_without_detectors_has_no_part_for_them():
    assert "Detectors" not in seen(full_page()).text


def test_the_gate_draws_an_interval_against_zero_and_its_threshold():
    marks = seen(full_page(drift=())).marks

    assert [marks.count(kind) for kind in ("interval", "value", "zero", "threshold")] == [1, 1, 1, 1]


def test_the_coverage_of_intervals_is_no_gain_and_is_not_drawn_as_one():
    covered = check(
        "coverage_80", metric=None, value=0.82, lower=0.78, upper=0.86, threshold=0.8, sentence="82.0% inside."
    )

    page = seen(full_page(gate_results=(check(), covered)))

    assert (page.marks.count("interval"), absent(page, "82.0% inside.")) == (1, [])


def test_a_check_without_an_interval_is_a_sentence():
    page = seen(full_page(gate_results=(check(lower=None, upper=None, sentence="Too few days."),)))

    assert ("interval" in page.marks, absent(page, "Too few days.")) == (False, [])


@pytest.mark.parametrize("field", ["model", "run_id", "champion_after"])
def test_text_of_events_cannot_become_markup(field):
    assert EVIL not in render_page([event(**{field: EVIL})])
    assert EVIL in Seen(render_page([event(**{field: EVIL})])).text


@pytest.mark.parametrize(
    "values",
    [
        dict(label=EVIL),
        dict(features=(EVIL,)),
        dict(events=(event(refusals=(RuleCount(EVIL, 1),)),)),
        dict(samples=(Sample(EVIL, ("a",), (("x",),)),)),
        dict(samples=(Sample("a", (EVIL,), ((EVIL,),)),)),
        dict(batches=(batch(state="HELD", held_because=(EVIL,)),)),
        dict(batch=batch(warnings=(RuleCount(EVIL, 1),))),
        dict(drift=(metric(EVIL),)),
        dict(drift=(metric(index=None, reason=EVIL),)),
        dict(decision=decision(EVIL)),
        dict(gate_results=(check(sentence=EVIL),)),
        dict(gate_results=(check(EVIL),)),
        dict(daily_errors=errors(EVIL, date(2013, 1, 1), 3, is_static=True) + errors("1", date(2013, 1, 1), 3)),
        dict(events=(event(outcome="FAILED", failed_tasks=(EVIL,)),)),
    ],
    ids=[
        "label",
        "feature",
        "quarantine",
        "sample",
        "value",
        "held",
        "warning",
        "column",
        "why",
        "decision",
        "gate",
        "check",
        "version",
        "task",
    ],
)
def test_text_of_other_tables_cannot_become_markup(values):
    page = render_run_page(full_page(**values))

    assert ("<script" in page, "&lt;script&gt;" in page) == (False, True)


def test_a_version_above_a_mark_cannot_become_markup():
    version = f'<b>"{EVIL}$x$'
    rows: list[Promotion] = [replace(row, version=version) for row in full_page().promotions[:1]]

    page = Seen(render_run_page(full_page(promotions=tuple(rows), daily_errors=errors(version, date(2013, 1, 1), 3))))

    assert (page.wrong, absent(page, f"v{version}")) == ([], [])


def test_the_page_asks_nobody_for_anything():
    page = render_run_page(full_page())

    assert re.findall(r"https?://|\bsrc=|@import|<script|<link|<iframe|url\((?!#)", page) == []


def test_a_page_has_no_links_because_none_works_where_mlflow_shows_it():
    assert seen(full_page()).links == []


def test_the_page_of_a_run_stays_in_the_folder_of_its_model_whatever_it_is_called():
    assert run_path("../x", "../../x?y#z") == "..%2Fx/..%2F..%2Fx%3Fy%23z.html"
    assert newest_path("a b") == "a%20b/newest.html"


@pytest.mark.parametrize("data", [full_page(), EMPTY], ids=["full", "empty"])
def test_tags_match_and_ids_are_unique(data):
    page = seen(data)

    assert (page.wrong, [name for name in page.ids if page.ids.count(name) > 1]) == ([], [])


def test_everything_a_chart_refers_to_is_there():
    page = render_run_page(full_page())

    wanted = set(re.findall(r'url\(#([^)]+)\)|<use href="#([^"]+)"', page))
    assert wanted
    assert {one or other for one, other in wanted} - set(Seen(page).ids) == set()


def test_charts_take_all_their_colours_from_the_page():
    svgs = "".join(re.findall(r"<svg.*?</svg>", render_run_page(full_page()), flags=re.S))

    assert "var(--champion)" in svgs
    assert set(re.findall(r"#[0-9a-f]{6}\b", re.sub(r'(url\(#|href="#|id=")[^")]+', "", svgs))) == set()


def test_every_colour_of_a_chart_is_known_in_light_and_in_dark():
    page = render_run_page(full_page())
    light, dark = page.split("prefers-color-scheme: dark", 1)

    for name in set(re.findall(r"var\((--[\w-]+)\)", "".join(re.findall(r"<svg.*?</svg>", page, flags=re.S)))):
        assert (f"{name}: #" in light, f"{name}: #" in dark[:1000]) == (True, True), name


def test_the_same_values_make_the_same_page_whatever_the_user_prefers():
    first = render_run_page(full_page())

    with mpl.rc_context({"font.size": 30, "axes.grid": True, "xtick.direction": "in", "timezone": "Asia/Tokyo"}):
        assert render_run_page(full_page()) == first


def test_the_kind_of_the_change_stands_above_the_columns():
    named = dict(
        change="data_fault", change_since=date(2013, 5, 3), change_reason="`x` is frozen.", change_response="Mend it."
    )
    page = seen(full_page(decision=replace(decision("Because."), **named)))

    assert absent(page, "Data fault since 2013-05-03. x is frozen.") == []
    assert absent(page, "Suggested: Mend it.") == []
    assert absent(seen(full_page()), "Suggested:") != []


def test_the_verdict_against_the_batch_before_stands_in_the_table():
    before = metric(index=0.9, against="previous_batch")

    assert seen(full_page(drift=(metric(), before))).text.count("drifted") > seen(
        full_page(drift=(metric(),))
    ).text.count("drifted")


def test_two_hundred_columns_have_thirty_charts_and_two_hundred_rows():
    page = render_run_page(full_page(drift=tuple(metric(f"c{place:03d}") for place in range(200))))

    assert (page.count('id="drift-'), page.count('<th scope="row">c')) == (2 * 30, 200)
    assert "170 columns further from their thresholds are in the table alone." in page


def test_open_incidents_stand_at_the_top_and_resolved_ones_do_not():
    opened = Incident("flights", "drift", 4, "101", AT, 4, "101", None, "flights: Drift persists.")
    over = replace(opened, resolved_batch=5, line="flights: resolved with batch 5.")
    page = seen(full_page(incidents=(over, opened)))

    assert absent(page, "flights: Drift persists.") == []
    assert absent(page, "flights: resolved with batch 5.") != []


def test_an_alarm_inside_what_is_expected_is_not_called_nothing():
    quiet = replace(decision("Because."), change="none", change_reason="0 of 2 drifted.", change_response="Rest.")
    alarmed = replace(quiet, concept_alarm="2 of 4 detectors say that the error changed.")

    assert absent(seen(full_page(decision=quiet)), "Nothing changed . 0 of 2 drifted. Suggested: Rest.") == []
    page = seen(full_page(decision=alarmed))
    assert absent(page, "The error rose, within what is expected . 0 of 2 drifted. 2 of 4 detectors say") == []
    assert absent(page, "Nothing changed", "Rest.") == ["Nothing changed", "Rest."]


JUDGED = [
    check(metric="auc", value=0.32, lower=0.2, upper=0.4, threshold=0.0, candidate_error=0.82, baseline_error=0.5),
    check(metric="auc", value=0.01, lower=-0.02, upper=0.04, threshold=0.05, candidate_error=0.83, baseline_error=0.82),
]
JUDGED[1] = replace(JUDGED[1], champion_version="1")


def test_a_model_that_auc_judges_shows_its_auc_before_the_error_that_days_are_followed_by():
    guard = check("guard_log_loss", metric="log_loss")
    page = seen(
        full_page(metric="error_rate", judged_by="auc", verdicts=tuple(JUDGED), gate_results=(JUDGED[1], guard))
    )

    assert (
        absent(
            page,
            "AUC at the gate 0.8300 candidate version",
            "larger is better. Judged (UTC) Candidate AUC Against AUC Gain Bounds Verdict on the gain",
            "0.8300 version 1 0.8200 +0.0100 -0.0200 to +0.0400",
            "0.8200 trivial predictor 0.5000 +0.3200 +0.2000 to +0.4000",
            "Error rate per day The gate judges by AUC. From day to day the error rate is followed",
            "Realised error rate",
        )
        == []
    )
    assert page.ids.index("judged") < page.ids.index("errors")
    assert page.labels[3] == (
        "gain in AUC: +0.0100, bounds -0.0200 to +0.0400, threshold +0.0500. guard log loss: +4.0%, bounds -1.0% to "
        "+9.0%, threshold -5.0%."
    )


@pytest.mark.parametrize(
    ("kinds_own", "judged_by", "title"),
    [
        ("rmse", "mae", "mean absolute error"),
        ("error_rate", "log_loss", "log loss"),
        ("rmse", "recipes.costs.late_flights", "costs.late flights"),
    ],
)
def test_before_a_first_verdict_the_metric_of_the_gate_is_named(kinds_own, judged_by, title):
    page = seen(PageData((idle(),), kinds_own, judged_by=judged_by))

    assert absent(page, f"{title[0].upper()}{title[1:]} at the gate Not known yet", "smaller is better") == []


@pytest.mark.parametrize("judged_by", ["rmse", None])
def test_a_model_that_is_judged_by_what_it_is_followed_by_has_one_heading(judged_by):
    page = seen(full_page(judged_by=judged_by, verdicts=(check(),)))

    assert ("judged" in page.ids, absent(page, "RMSE per day RMSE is in the unit of air_time, measured on rows")) == (
        False,
        [],
    )


def test_the_page_goes_from_the_verdict_to_the_error_the_gate_what_moved_the_data_and_the_detectors():
    opened = Incident("flights", "drift", 4, "101", AT, 4, "101", None, "flights: Drift persists.")
    page = seen(full_page(detectors=(detector(),), incidents=(opened,)))

    assert [name for name in page.ids if "-" not in name or name == "came-in"] == [
        *("errors", "gate", "decision", "incidents", "drift", "came-in", "quality", "detectors", "runs")
    ]


def test_a_metric_that_is_only_reported_has_not_passed():
    told = check("reported_error_rate", metric="error_rate", value=-0.826, threshold=None, sentence="reported only.")
    page = seen(full_page(gate_results=(check(), told)))

    assert absent(page, "○ reported reported only.", "✓ passed RMSE 11 against 12.") == []
    assert page.labels[3].endswith("reported error rate: -82.6%, bounds -1.0% to +9.0%, reported only.")


def test_a_check_that_failed_is_no_report_although_it_has_no_threshold():
    failed = check("forgetting", verdict="failed", threshold=None, sentence="Worse.")

    assert absent(seen(full_page(gate_results=(failed,))), "✕ failed Worse.") == []


def test_the_refit_that_goes_live_names_the_candidate_that_was_judged():
    run = event("102", champion_before="2", champion_after="4", candidate_version="3")
    page = seen(full_page(events=(run,)))

    refit = "It is the refit of candidate version 3, which was judged: the same recipe, fitted again with the days"
    assert absent(page, f"Version 4 replaces version 2 as champion. {refit}", "refit of candidate version 3") == []
    assert absent(page, "on 900 hold-out rows. Version 4 went live: its refit,") == []
    assert "refit" not in seen(full_page(events=(replace(run, champion_after="3", action=None),))).text


def test_a_second_model_of_a_shared_source_shows_the_batch_that_another_run_had_read():
    page = seen(full_page(batch=batch(2, run_id="77"), read_elsewhere=True))

    assert absent(page, "Batch 2 is new to this model. The run 77 had read it") == []


def test_large_and_small_errors_have_no_powers_of_ten_on_the_axes():
    large = seen(full_page(daily_errors=errors("1", date(2013, 1, 1), 5, 48_123.0)))
    small = seen(full_page(daily_errors=errors("1", date(2013, 1, 1), 5, 0.00004)))

    assert [page.text for page in (large, small) if re.search(r"\de[+-]?\d", page.text)] == []
    assert absent(large, "48,000") == []


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (48_000.0, 3, "48,000"),
        (3_200_000.0, 3, "3.2M"),
        (2.5e13, 3, "25T"),
        (0.00004, 3, "0.00004"),
        (0.125, 3, "0.125"),
        (-7.0, 3, "-7"),
        (0.0, 3, "0"),
        (999.6, 3, "1,000"),
        (float("nan"), 3, "nan"),
    ],
)
def test_a_number_of_any_size_is_written_as_people_write_it(value, digits, words):
    assert plain(value, digits) == words


def test_a_loss_beside_an_rmse_has_its_unit():
    told = replace(decision("Because."), change="sudden", change_reason="The mean loss stepped from 121 to 250.")

    assert (
        absent(seen(full_page(decision=told)), "A loss is a squared error: an RMSE of 12 is a mean loss of 144.") == []
    )
    assert "squared error" not in seen(full_page(decision=told, metric="error_rate")).text


def test_sentences_of_rules_have_no_powers_of_ten_on_the_page():
    told = decision("The realised error 4.812e+04 on 900 rows exceeds the 3.5e-05 of version_1e+05.")

    words = "The realised error 48,120 on 900 rows exceeds the 0.000035 of version_1e+05."
    assert absent(seen(full_page(decision=told)), words) == []


def test_names_between_back_quotes_are_code_and_nothing_else_becomes_markup():
    page = render_run_page(full_page(decision=decision("Run `rollback`, not <b>it</b>.", "One ` alone.")))

    assert "Run <code>rollback</code>, not &lt;b&gt;it&lt;/b&gt;." in page
    assert "One ` alone." in page
