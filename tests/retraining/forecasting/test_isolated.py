"""A fit that crashes or never ends takes one series with it, and no other."""

import os
import time

from retraining.forecasting.isolated import isolated


def row(series, said="fitted"):
    return {"series": series, "said": said}


def test_a_crash_and_a_fit_without_end_leave_all_other_series():
    def work(series):
        if series == "crashes":
            os._exit(139)
        if series == "never ends":
            time.sleep(60)
        return row(series)

    found = isolated(["a", "crashes", "b", "never ends", "c"], work, row, seconds=2.0)

    assert found == [
        row("a"),
        row("crashes", "The process that fitted it ended with code 139."),
        row("b"),
        row("never ends", "The fit took more than 2 s and was stopped."),
        row("c"),
    ]


def test_the_last_series_may_crash():
    assert isolated(["a"], lambda _: os._exit(1), row, 2.0) == [
        row("a", "The process that fitted it ended with code 1.")
    ]


def test_nothing_to_do_starts_no_process():
    assert isolated([], row, row, 1.0) == []
