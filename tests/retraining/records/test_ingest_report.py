"""What people read about an ingestion."""

import pytest

from retraining.records.batch import IngestReport, RuleCount

CURE = "raise source.lookback, load them in ledger order, or re-baseline"


def test_the_summary_of_a_batch_adds_up():
    report = IngestReport("flights", 2, "2013-02-28T23:00:00.000000Z", 24_951, 24_600, 350, 1, ("air_time_in_range",))

    assert report.summary == (
        "flights: batch 2: read 24,951 = accepted 24,600 + quarantined 350 (air_time_in_range) + already present 1; "
        "watermark 2013-02-28T23:00:00.000000Z"
    )


def test_the_summary_without_new_rows_says_where_reading_stopped():
    assert IngestReport("flights", 1, "2013-01-31").summary == "flights: nothing new; watermark 2013-01-31"


def test_the_summary_of_an_empty_source_says_that_nothing_was_ever_read():
    assert IngestReport("flights", None, None).summary == "flights: nothing new; watermark not set"


@pytest.mark.parametrize(
    ("older", "said"),
    [(1_200, "1,200 rows are older than the watermark and were"), (1, "1 row is older than the watermark and was")],
)
@pytest.mark.parametrize("read", [0, 10])
def test_rows_that_came_too_late_are_said_with_the_cure(older, said, read):
    report = IngestReport("flights", 2, "2013-02-28", read, read, older=older)

    assert report.summary.endswith(f"watermark 2013-02-28; {said} not read; {CURE}")


def test_late_rows_are_said_beside_the_counts():
    report = IngestReport("flights", 2, "2013-02-28", 30, 20, already_present=10, late=1_200)

    assert "already present 10; 1,200 came late; watermark" in report.summary


def test_rows_that_got_a_label_are_said_below_the_labels_and_labels_that_wait_at_the_end():
    labels = IngestReport("flights_labels", 1, "2013-02-28", 4, 4, older=1, section="columns.labels")
    report = IngestReport("flights", 2, "2013-02-28", relabelled=1_200, labels_waiting=3, labels=labels)

    first, second = report.summary.splitlines()

    assert first.startswith("flights_labels: batch 1: read 4 = ")
    assert first.endswith("raise columns.labels.lookback, load them in ledger order, or re-baseline")
    assert "already present 0; 1,200 earlier rows got their label; watermark" in second
    assert second.endswith("; labels that wait for their row: 3")


def test_rows_of_forgotten_keys_are_part_of_the_sum():
    report = IngestReport("flights", 2, "2013-02-28", 1_230, 20, already_present=10, forgotten=1_200)

    assert (
        "read 1,230 = accepted 20 + quarantined 0 + already present 10 + forgotten 1,200; watermark" in report.summary
    )


def test_warnings_are_said_with_their_rows():
    report = IngestReport("flights", 2, "2013-02-28", 2_000, 2_000, warnings=(RuleCount("a", 1_200), RuleCount("b", 1)))

    assert "already present 0; warnings: a 1,200, b 1; watermark" in report.summary


@pytest.mark.parametrize(("held", "said"), [((2,), "batch 2 is held"), ((2, 5), "batches 2, 5 are held")])
@pytest.mark.parametrize("read", [0, 10])
def test_batches_that_wait_for_a_release_are_said_by_every_run(held, said, read):
    report = IngestReport("flights", 6, "2013-02-28", read, read, held=held)

    assert report.summary.endswith(f"; {said} and not used until the job release_batch lets them in")
