"""Thousands of documents: all of them arrive, and memory and time do not grow with those that did not change."""

import pytest


@pytest.mark.slow
def test_three_thousand_documents_at_once(places):
    for number in range(3_000):
        places.write(f"{number % 30:02}/{number}.txt", f"document {number}")

    places.most_seconds = 300
    report = places.refresh()

    assert (report.run.copied, report.run.indexed) == (3_000, 3_000)
    places.check_all_agree()
    assert places.refresh().run.copied == 0
