"""Rows that a caller hands in are read only where the spec's source reads."""

import pytest

from retraining.errors import ParameterError
from retraining.rules.ingest.submitted_location import refuse_other_location
from retraining.spec.source_section import SourceSection

FILES = SourceSection.model_construct(path="/Volumes/main/sales/new", table=None)
TABLE = SourceSection.model_construct(path=None, table="orders")


@pytest.mark.parametrize(
    ("submitted", "source"),
    [
        ("/Volumes/main/sales/new", FILES),
        ("/Volumes/main/sales/new/2013/march.csv", FILES),
        ("orders", TABLE),
        ("main.sales.orders", TABLE),
    ],
)
def test_rows_where_the_source_reads_are_taken(submitted, source):
    refuse_other_location(submitted, source, "main", "sales")


@pytest.mark.parametrize(
    ("submitted", "source"),
    [
        ("/Volumes/main/sales/newer/march.csv", FILES),
        ("/Volumes/main/sales/new/../secret/march.csv", FILES),
        ("/Volumes/main/sales", FILES),
        ("main.sales.orders", FILES),
        ("/Volumes/main/sales/new/march.csv", TABLE),
        ("other.orders", TABLE),
        ("payments", TABLE),
        ("orders; drop table orders", TABLE),
    ],
)
def test_rows_anywhere_else_are_refused(submitted, source):
    with pytest.raises(ParameterError):
        refuse_other_location(submitted, source, "main", "sales")


def test_the_refusal_names_the_place_that_was_found_and_the_one_that_is_read():
    with pytest.raises(ParameterError, match=r"'/tmp/march.csv' is not where .* Expected /Volumes/main/sales/new"):
        refuse_other_location("/tmp/march.csv", FILES, "main", "sales")
