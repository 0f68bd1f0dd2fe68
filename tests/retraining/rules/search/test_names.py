"""Names that a source may have and a container or an index may not; patterns."""

import re

import pytest

from retraining.rules.search.document_names import blob_name, document_key, metadata
from retraining.rules.search.patterns import is_wanted

AWKWARD = [
    "a.txt",
    "name with spaces.txt",
    "日本語/文書.html",
    "emoji 🚀.md",
    "per%cent#hash?question.txt",
    "quote'and\"double.txt",
    "ends with a dot.",
    "folder./a.txt",
    "back\\slash.txt",
    "new\nline.txt",
    "x" * 250 + ".txt",
    "/".join(["y" * 200] * 8) + ".PDF",
    "文" * 85 + ".txt",
    "_long_names/a.txt",
    "Upper.TXT",
    "upper.txt",
]


@pytest.mark.parametrize("path", AWKWARD)
def test_every_name_has_a_key_a_blob_and_metadata_that_the_services_take(path):
    assert re.fullmatch("[0-9a-f]{64}", document_key(path))
    name = blob_name("docs/", path)
    assert name.startswith("docs/")
    assert len(name) <= 1024
    assert not re.search(r"[\\\x00-\x1f]|\.(/|$)", name)
    values = metadata(path, "h" * 64)
    assert all(value.isascii() and value.isprintable() for value in values.values())
    assert sum(map(len, values.values())) < 7_000


def test_different_names_never_share_a_key_or_a_blob():
    assert len({document_key(path) for path in AWKWARD}) == len(AWKWARD)
    assert len({blob_name("", path) for path in AWKWARD}) == len(AWKWARD)


def test_usual_names_are_kept_and_others_keep_their_ending():
    assert blob_name("docs/", "日本語/文書 1.html") == "docs/日本語/文書 1.html"
    assert blob_name("docs/", AWKWARD[11]) == f"docs/_long_names/{document_key(AWKWARD[11])}.pdf"


@pytest.mark.parametrize(
    ("path", "include", "exclude", "expected"),
    [
        ("a.html", [], [], True),
        ("a.html", ["*.html"], [], True),
        ("deep/er/a.html", ["*.html"], [], True),
        ("a.htm", ["*.html"], [], False),
        ("a.HTML", ["*.html"], [], False),
        ("guides/a.html", ["guides/*.html"], [], True),
        ("guides/x/a.html", ["guides/*.html"], [], False),
        ("guides/x/a.html", ["guides/**"], [], True),
        ("guides/a.html", ["guides/**/a.html"], [], True),
        ("my guides/a.html", ["guides/**"], [], False),
        ("drafts/a.html", ["*.html"], ["drafts/**"], False),
        ("a[1].html", ["a[1].html"], [], True),
        ("a1.html", ["a?.html"], [], True),
        ("new\nline.html", ["*.html"], [], True),
        ("~a.html", [], ["~*"], False),
    ],
)
def test_patterns(path, include, exclude, expected):
    assert is_wanted(path, include, exclude) is expected
