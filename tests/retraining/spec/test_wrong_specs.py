"""Each file of wrong_specs is a spec with a fault. The comment at its top is all that its reader is told; `...` is for
whatever src/recipes holds."""

import re
from pathlib import Path

import pytest

from retraining.errors import SpecError
from retraining.spec.read_spec import parse_spec

WRONG = sorted((Path(__file__).parent / "wrong_specs").glob("*.yml"))


def expected(text: str) -> list[str]:
    lines = text.splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# line ")]


@pytest.mark.parametrize("file", WRONG, ids=[file.stem for file in WRONG])
def test_a_wrong_spec_is_refused_with_a_line_a_fault(file: Path) -> None:
    text = file.read_text("utf-8")

    with pytest.raises(SpecError) as refused:
        parse_spec(text, "specs/toy.yml")

    found = str(refused.value).splitlines()
    assert len(found) == len(expected(text)), found
    for sentence, line in zip(found, expected(text), strict=True):
        pattern = ".*".join(re.escape(part) for part in f"specs/toy.yml, {line}".split("..."))
        assert re.fullmatch(pattern, sentence), sentence


def test_there_are_wrong_specs_of_many_kinds() -> None:
    assert len(WRONG) >= 40
    assert [file.stem for file in WRONG if not expected(file.read_text("utf-8"))] == []


PYDANTIC = ("Input should", "constrained", "valid integer", "Value error", "validation", "^[", "Extra inputs", "tuple")


@pytest.mark.parametrize("file", WRONG, ids=[file.stem for file in WRONG])
def test_no_sentence_has_words_of_a_library_in_it(file: Path) -> None:
    sentences = "\n".join(expected(file.read_text("utf-8")))

    assert [word for word in PYDANTIC if word in sentences] == []
