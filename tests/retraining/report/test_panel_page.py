"""The sections that only a forecast's page has: readable with ten series and with a hundred thousand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.retraining.report.pages import full_page
from tests.retraining.report.test_page import absent, seen

from retraining.report.panel_data import (
    Accuracy,
    BatchActions,
    DrawnSeries,
    FallbackReason,
    PanelError,
    PanelPage,
    Point,
)

START = datetime(2013, 1, 1, tzinfo=UTC)
MEASURES = {"mase": 0.812, "naive": 0.954, "rmsse": 0.9, "wape": 0.12, "smape": 0.2, "bias": -0.01}
MEASURES |= {"coverage_80": 0.79, "pinball_80": 1.5, "coverage_95": None, "pinball_95": None}
PAST = tuple(Point(START + timedelta(days), 10.0 + days % 7) for days in range(28))
AHEAD = tuple(Point(START + timedelta(days), 12.0, 9.0, 15.0) for days in range(28, 35))
PANEL = PanelPage(
    version="3",
    series=100_000,
    levels=(80, 95),
    accuracy=(Accuracy("3", "all", 700_000, MEASURES), Accuracy("3", "1", 100_000, MEASURES)),
    errors=(PanelError(2, "1", 0.91, 1.02, None), PanelError(3, "3", 0.812, 0.954, 0.805)),
    actions=(
        BatchActions(2, {"update_state": 90_000, "fallback": 10_000}),
        BatchActions(3, {"update_state": 89_000, "respecify": 1_000, "fallback": 10_000}),
    ),
    drawn=(DrawnSeries('["north"]', "best", 0.41, "AutoETS", PAST, AHEAD),),
    fallbacks=(FallbackReason("All values are 0.", 10_000, ('["kiosk"]', '["stand"]')),),
)


def test_errors_stand_beside_seasonal_naive_and_beside_fitting_all_again():
    page = seen(full_page(panel=PANEL))

    assert absent(page, "forecasts 100,000 series", "seasonal naive 0.954", "every series fitted again 0.805") == []
    assert [page.marks.count(kind) for kind in ("live", "naive", "refit")] == [1, 1, 1]


def test_the_accuracy_of_each_version_is_a_row_and_what_is_unknown_is_a_dash():
    page = seen(full_page(panel=PANEL))

    assert absent(page, "700,000", "0.812", "12.0%", "79.0%") == []
    assert "nan" not in page.text.lower().split()


def test_the_actions_of_each_batch_add_up_to_its_series():
    assert absent(seen(full_page(panel=PANEL)), "89,000", "1,000", "100,000") == []


def test_a_series_is_drawn_with_its_interval():
    page = seen(full_page(panel=PANEL))

    assert absent(page, "Best: north", "AutoETS, mean scaled error 0.410") == []
    assert [page.marks.count(kind) for kind in ("interval", "actual", "ahead")][1:] == [1, 1]


def test_series_that_fall_back_are_counted_by_their_reason():
    assert absent(seen(full_page(panel=PANEL)), "10,000 series: All values are 0. For example kiosk; stand.") == []


def test_a_panel_whose_forecasts_no_actual_has_met_says_so():
    young = replace(PANEL, accuracy=(), errors=(), drawn=(), fallbacks=())

    assert absent(seen(full_page(panel=young)), "No forecast has met an actual yet.") == []


def test_one_batch_of_errors_is_a_sentence_and_no_chart():
    page = seen(full_page(panel=replace(PANEL, errors=PANEL.errors[-1:])))

    assert absent(page, "Mean scaled error of batch 3") == []
    assert page.marks.count("live") == 0


def test_the_page_of_another_model_has_no_such_section():
    assert "All series" not in seen(full_page()).text
