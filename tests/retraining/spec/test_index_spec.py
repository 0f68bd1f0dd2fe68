"""What the spec of a search index may say, and in which words it is refused."""

import pytest
import yaml

from retraining.errors import SpecError
from retraining.spec.read_spec import available_indexes, read_index

WHOLE = {
    "index": "pages",
    "documents": {"path": "/Volumes/main/help/pages"},
    "copies": {"account": "https://help.blob.core.windows.net", "container": "help-pages"},
    "search": {"endpoint": "https://help.search.windows.net", "index": "help-pages"},
}


@pytest.fixture
def read(tmp_path):
    def of(name="pages", **sections):
        (tmp_path / "indexes").mkdir(exist_ok=True)
        content = {**WHOLE, **{key: {**WHOLE.get(key, {}), **value} for key, value in sections.items()}}
        (tmp_path / "indexes" / "pages.yml").write_text(yaml.safe_dump(content), "utf-8")
        return read_index(tmp_path, name)

    return of


def test_the_smallest_spec_has_defaults(read):
    spec = read()

    assert (spec.copies.prefix, spec.documents.most_deleted, spec.search.run) == ("", 0.5, "now")


def test_a_prefix_ends_with_one_slash(read):
    assert [read(copies={"prefix": text}).copies.prefix for text in ("pages", "/pages/", "a/b")] == [
        "pages/",
        "pages/",
        "a/b/",
    ]


@pytest.mark.parametrize(
    ("section", "change", "sentence"),
    [
        ("documents", {"path": None}, "documents are in a `path` or in `blobs`"),
        ("documents", {"path": "/Volumes/../x"}, "steps through"),
        ("documents", {"format": "json_array"}, "`key` belongs to format: json_array"),
        ("documents", {"fields": {"title": "text"}}, "`fields` belongs to format: json_array"),
        ("documents", {"format": "json_array", "key": "k", "fields": {"id": "text"}}, "a field that every index has"),
        ("documents", {"most_deleted": 0}, "most_deleted"),
        ("documents", {"prepare": "recipes.pages.text_of_pages"}, "recipes.pages.text_of_page"),
        ("documents", {"incude": ["*"]}, "include"),
        ("copies", {"container": "Help_Pages"}, "the name of a container"),
        ("copies", {"account": "https://user:secret@help.blob.core.windows.net"}, "without a password"),
        ("copies", {"account": "http://help.blob.core.windows.net"}, "an address such as"),
        ("copies", {"prefix": "../other"}, "is not a folder of a container"),
        ("search", {"every": "1 minutes"}, "5 minutes to 24 hours"),
        ("search", {"every": "2 days"}, "5 minutes to 24 hours"),
        ("search", {"run": "by_schedule"}, "needs `every`"),
        ("access", {"storage_key": "key"}, "`scope` names where"),
        ("access", {"scope": "help"}, "`scope` names where"),
        ("access", {"scope": "help", "search_key": "a key with spaces=="}, "never the secret itself"),
    ],
)
def test_what_it_may_not_say_is_refused_with_the_place_and_the_cure(read, section, change, sentence):
    with pytest.raises(SpecError) as refused:
        read(**{section: change})

    assert sentence in str(refused.value)
    assert str(refused.value).startswith("specs/indexes/pages.yml, line ")


def test_copies_never_go_where_documents_come_from(read):
    blobs = {**WHOLE["copies"], "prefix": "a"}

    with pytest.raises(SpecError, match="overlap"):
        read(documents={"path": None, "blobs": blobs}, copies={"prefix": "a/b"})
    assert read(documents={"path": None, "blobs": blobs}, copies={"prefix": "ab"}).documents.blobs.prefix == "a/"


def test_an_unknown_index_is_refused_with_the_indexes_there_are(read, tmp_path):
    with pytest.raises(SpecError, match=r"index `page`: no such spec\. Did you mean .*pages.* Known indexes: pages"):
        read(name="page")
    with pytest.raises(SpecError, match=r"index: the run names none\. Known indexes: pages\. Pass `--params index"):
        read(name="")
    assert available_indexes(tmp_path) == ["pages"]


def test_file_name_and_index_agree(read, tmp_path):
    read()
    (tmp_path / "indexes" / "pages.yml").rename(tmp_path / "indexes" / "other.yml")

    with pytest.raises(SpecError, match=r"line .* says `index: pages`\. The file name and `index` must agree"):
        read_index(tmp_path, "other")
