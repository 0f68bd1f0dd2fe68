"""How a spec says that CSV files are written."""

import pytest
from pydantic import ValidationError
from tests.retraining.spec.test_source_section import FILES, refusal, source

from retraining.spec.csv_section import CsvSection


@pytest.mark.parametrize(("said", "sign"), [("tab", "\t"), ("\t", "\t"), ("\\t", "\t"), ("semicolon", ";"), ("|", "|")])
def test_a_delimiter_is_a_sign_or_its_name(said, sign):
    assert CsvSection(delimiter=said).delimiter == sign


@pytest.mark.parametrize(
    ("said", "encoding"),
    [("utf8", "UTF-8"), ("Latin1", "ISO-8859-1"), ("cp1252", "windows-1252"), ("UTF-16", "UTF-16")],
)
def test_an_encoding_goes_by_the_names_that_people_know(said, encoding):
    assert CsvSection(encoding=said).encoding == encoding


def test_one_text_or_several_stand_for_no_value():
    assert CsvSection(null_values="NA").null_values == ("NA",)
    assert CsvSection(null_values=["NA", "NULL"]).null_values == ("NA", "NULL")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"encoding": "klingon"}, "'klingon' is not an encoding that is read. Write utf-8, latin1"),
        ({"delimiter": '"'}, "is the quote or the escape sign too"),
        ({"delimiter": ""}, "at least 1 character"),
        ({"quote": "''"}, "at most 1 character"),
    ],
)
def test_signs_that_cannot_be_told_apart_are_refused(said, why):
    with pytest.raises(ValidationError) as caught:
        CsvSection(**said)
    assert why in str(caught.value)


def test_the_section_belongs_to_csv_files():
    spec = source(f"{FILES}, csv: {{ delimiter: ';', header: false }}")

    assert (spec.csv.delimiter, spec.csv.header, spec.csv.multiline) == (";", False, True)
    assert type(spec).model_validate(spec.model_dump(by_alias=True)) == spec
    assert "`csv` says how CSV files are written" in refusal(
        f"{FILES.replace('csv', 'json')}, csv: {{ header: false }}"
    )


def test_what_ingestion_needs_cannot_be_ignored():
    assert source("table: t, ignore: ['a b', A]").ignore == ("a b", "A")
    assert "ignore names `ID`, which ingestion needs" in refusal("table: t, ignore: [ID]")
