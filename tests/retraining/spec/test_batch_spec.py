"""What the spec of a batch table may say, and in which words it is refused."""

import pytest
import yaml

from retraining.check_specs import faults_of_batch
from retraining.errors import SpecError
from retraining.spec.read_spec import available_batches, read_batch

WHOLE = {"batch": "daily", "model": "toy", "source": {"table": "asked", "keys": ["id"]}}


@pytest.fixture
def read(tmp_path):
    (tmp_path / "batches").mkdir()
    (tmp_path / "toy.yml").write_text("", "utf-8")

    def of(name="daily", source=None, **changes):
        content = {**WHOLE, "source": {**WHOLE["source"], **(source or {})}, **changes}
        (tmp_path / "batches" / "daily.yml").write_text(yaml.safe_dump(content), "utf-8")
        return read_batch(tmp_path, name)

    return of


def test_the_smallest_spec_has_defaults(read):
    spec = read()

    assert (spec.version, spec.on_promotion, spec.follows_champion, spec.day) == ("champion", "keep", True, None)


def test_a_version_is_the_champion_a_number_or_a_day_as_yaml_reads_them(read, tmp_path):
    file = tmp_path / "batches" / "daily.yml"
    read()
    text = file.read_text("utf-8")

    def version(said):
        file.write_text(f"{text}version: {said}\n", "utf-8")
        spec = read_batch(tmp_path, "daily")
        return spec.version, spec.day

    assert version("3") == ("3", None)
    assert version("'3'") == ("3", None)
    assert version("2013-02-28") == version("'2013-02-28'") == ("2013-02-28", "2013-02-28")


def test_a_query_ends_without_a_semicolon(read):
    assert read(source={"table": None, "query": "select * from t;\n"}).source.query == "select * from t"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": {"query": "select 1"}}, "rows come from a `table` or from a `query`"),
        ({"source": {"table": None}}, "rows come from a `table` or from a `query`"),
        ({"source": {"table": None, "query": "DROP TABLE t"}}, "a query begins with SELECT or WITH"),
        ({"source": {"lookback": 3}}, "`lookback` looks back from the newest value of `ledger_column`"),
        ({"source": {"keys": ["id", "ID"]}}, "keys names a column more than once"),
        ({"source": {"keys": ["run_id"]}}, "a column that every batch table has"),
        ({"source": {"keys": []}}, "keys"),
        ({"source": {"key": "id"}}, "key"),
        ({"source": {"prepare": "recipes.nowhere.f"}}, "that file does not exist"),
        ({"version": "latest"}, "champion, the number of a version such as 3, or a day such as 2013-02-28"),
        ({"version": 0}, "champion, the number of a version such as 3"),
        ({"version": "2013-02-30"}, "is not a day"),
        ({"on_promotion": "rescor"}, "rescore"),
        ({"model": "toi"}, "model `toi`: no such spec. Known models: toy"),
        ({"batch": "weekly"}, "The file name and `batch` must agree"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_is_allowed(read, tmp_path, changes, sentence):
    with pytest.raises(SpecError) as refused:
        read(**changes)

    assert sentence in str(refused.value)
    assert str(refused.value).startswith("specs/batches/daily.yml, line ")
    assert faults_of_batch(tmp_path, "daily") == str(refused.value).splitlines()


def test_an_unknown_batch_is_refused_with_those_there_are(read, tmp_path):
    with pytest.raises(SpecError, match=r"batch `dayly`: no such spec\. Did you mean .*daily.* Known batches: daily"):
        read("dayly")
    with pytest.raises(SpecError, match=r"batch: the run names none\. Known batches: daily\. Pass `--params batch"):
        read("")
    assert available_batches(tmp_path) == ["daily"]
