"""The notebook of a search index with odd parameters: refused in one sentence before anything is opened."""

import pytest
import yaml

from local_workspace.notebook.dbutils import DBUtils
from retraining.errors import ParameterError, SpecError
from retraining.open_index import open_index

NO_SPARK = None
GIVEN = {"index": "pages", "catalog": "main", "schema": "retraining"}
SPEC = {
    "index": "pages",
    "documents": {"path": "/Volumes/main/help/pages"},
    "copies": {"account": "https://help.blob.core.windows.net", "container": "help-pages"},
    "search": {"endpoint": "https://help.search.windows.net", "index": "help-pages"},
}


@pytest.fixture
def open_with(tmp_path, monkeypatch):
    """Without tables: what the places are opened with is asked after them."""
    monkeypatch.setattr("retraining.open_index.open_tables", lambda *_: None)

    def of(access=None, **parameters):
        (tmp_path / "indexes").mkdir(exist_ok=True)
        content = {**SPEC, **({"access": access} if access else {})}
        (tmp_path / "indexes" / "pages.yml").write_text(yaml.safe_dump(content), "utf-8")
        return open_index(NO_SPARK, DBUtils({**GIVEN, **parameters}, {}, {}), tmp_path)

    return of


def test_an_index_without_a_spec_is_refused(open_with):
    with pytest.raises(SpecError, match=r"no such spec\..* Known indexes: pages"):
        open_with(index="../pages")


def test_a_switch_is_true_or_false(open_with):
    with pytest.raises(ParameterError, match="allow_deletions 'yes': expected true or false"):
        open_with(allow_deletions="yes")


def test_a_spec_without_access_is_refused_with_the_two_ways(open_with):
    with pytest.raises(ParameterError, match="neither `storage_key` nor `service_credential`"):
        open_with()


def test_a_secret_that_is_not_there_is_named_and_its_value_never_is(open_with, monkeypatch):
    monkeypatch.setenv("LOCAL_SECRET_HELP_STORAGE", "AccountName=a;AccountKey=secret;")

    with pytest.raises(ParameterError, match="the secret `search` of scope `help` cannot be read") as refused:
        open_with(access={"scope": "help", "storage_key": "storage", "search_key": "search"})

    assert "AccountKey" not in str(refused.value)
