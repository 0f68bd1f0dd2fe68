"""The reference pages are what the code says now."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from tests.readme.pages import Page, all_pages, third_model

from retraining.spec.index_spec import IndexSpec
from retraining.spec.model_spec import ModelSpec
from retraining.spec.section import Section
from retraining.spec.source_spec import SourceSpec

from .json_schema import refusals

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
CURE = "docs/reference/{} is not what the code says. Run `make reference`, and commit what it writes."


@pytest.fixture(scope="module")
def generator():
    """The folder of the generator on the path, as when its script runs."""
    folder = str(ROOT / "docs" / "reference_pages")
    sys.path.insert(0, folder)
    yield importlib.import_module("generate_reference")
    sys.path.remove(folder)


@pytest.fixture(scope="module")
def written(generator):
    return generator.reference()


def test_every_page_is_what_the_code_says(written):
    stale = [name for name, text in written.items() if (REFERENCE / name).read_text("utf-8") != text]

    assert [CURE.format(name) for name in stale] == []


def test_no_page_holds_a_path_of_the_machine_that_wrote_it(written):
    assert [name for name, text in written.items() if str(ROOT) in text] == []


def test_a_changed_page_is_written_again_and_the_others_are_left(generator, written, tmp_path):
    for name, text in written.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "spec.md").write_text("changed by hand", "utf-8")

    assert generator.write(tmp_path) == ["spec.md"]
    assert (tmp_path / "spec.md").read_text("utf-8") == written["spec.md"]


def test_every_field_of_a_spec_has_a_docstring(generator):
    from docstrings import field_docstrings
    from spec_schema import sections_below

    missing = [
        f"{section.__name__}.{name}"
        for section in sections_below(Section)
        for name in section.model_fields
        if name != "rule" and not field_docstrings(section).get(name)
    ]

    assert missing == []


def test_every_key_is_on_the_page_of_the_spec(generator, written):
    from spec_page import SpecTables
    from spec_schema import spec_schema

    page = written["spec.md"]
    model = SpecTables(spec_schema(ModelSpec)).paths()
    headings = re.findall(r"^## (\w+)$", page, re.MULTILINE)

    assert [path for path in model if path not in headings and f"| `{path}` |" not in page] == []
    assert len(model) > 90


def test_every_key_is_in_an_example(generator):
    from spec_page import SpecTables
    from spec_schema import spec_schema

    shown = {path for each in (REFERENCE / "spec.md", ROOT / "README.md") for path in _paths_of_snippets(Page(each))}

    assert [path for path in SpecTables(spec_schema(ModelSpec)).paths() if path not in shown] == []


def _paths_of_snippets(page):
    for snippet in page.blocks("yaml"):
        yield from _paths(yaml.safe_load(snippet), "")


def _paths(value, above):
    if isinstance(value, list):
        for each in value:
            yield from _paths(each, f"{above}[]")
    elif isinstance(value, dict):
        for key, each in value.items():
            path = f"{above}.{key}".lstrip(".")
            yield path
            yield from _paths(each, path)


def test_editors_accept_every_spec_of_the_repository_and_of_the_pages():
    specs = [(file.name, file.read_text("utf-8")) for file in sorted((ROOT / "specs").glob("*.yml"))]
    pages = [(str(page), each) for page in all_pages() for each in page.specs if "specs/sources/" not in each]
    schema = json.loads((REFERENCE / "spec.schema.json").read_text("utf-8"))
    whole = yaml.safe_load(third_model())

    wrong = {
        name: found
        for name, text in (*specs, *pages)
        if (found := refusals(json.loads(json.dumps({**whole, **yaml.safe_load(text)}, default=str)), schema, schema))
    }

    assert wrong == {}
    assert len(specs) + len(pages) > 20


def test_editors_accept_every_search_index():
    files = sorted((ROOT / "specs" / "indexes").glob("*.yml"))
    schema = json.loads((REFERENCE / "index.schema.json").read_text("utf-8"))

    assert files
    assert [refusals(yaml.safe_load(file.read_text("utf-8")), schema, schema) for file in files] == [[]] * len(files)


def test_editors_accept_every_batch_table():
    files = sorted((ROOT / "specs" / "batches").glob("*.yml"))
    schema = json.loads((REFERENCE / "batch.schema.json").read_text("utf-8"))

    assert files
    assert [refusals(yaml.safe_load(file.read_text("utf-8")), schema, schema) for file in files] == [[]] * len(files)


def test_editors_accept_every_shared_source():
    files = sorted((ROOT / "specs" / "sources").glob("*.yml"))
    schema = json.loads((REFERENCE / "source.schema.json").read_text("utf-8"))

    assert [refusals(yaml.safe_load(file.read_text("utf-8")), schema, schema) for file in files] == [[]] * len(files)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"schedul": "daily"}, ": has an unknown key schedul"),
        ({"schedule": "hourly"}, ".schedule: is not in ['daily', 'weekly', 'monthly']"),
        ({"drift": {"min_rows": 0}}, ".drift.min_rows: is too small"),
        ({"source": {"table": "t", "keys": ["k"]}}, ".source: lacks ledger_column"),
    ],
)
def test_editors_mark_what_is_wrong(change, found):
    schema = json.loads((REFERENCE / "spec.schema.json").read_text("utf-8"))

    assert found in refusals({**yaml.safe_load(third_model()), **change}, schema, schema)


@pytest.mark.parametrize(("name", "spec"), [("spec", ModelSpec), ("source", SourceSpec), ("index", IndexSpec)])
def test_every_key_of_a_schema_has_a_description(name, spec):
    schema = json.loads((REFERENCE / f"{name}.schema.json").read_text("utf-8"))
    sections = {spec.__name__: schema, **schema["$defs"]}

    assert [
        f"{section}.{key}"
        for section, definition in sections.items()
        for key, value in definition["properties"].items()
        if key != "rule" and not value.get("description")
    ] == []


def test_every_record_with_a_stamp_is_a_table_on_the_page(generator, written):
    from tables_page import RECORD_OF

    from retraining.records.run import Stamped

    assert set(Stamped.__subclasses__()) - set(RECORD_OF.values()) == set()
    assert [name for name in RECORD_OF if f"\n## `{name}`\n" not in written["tables.md"]] == []


def test_every_column_of_a_table_has_a_meaning(written):
    cells = re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", written["tables.md"], re.MULTILINE)

    assert [name for name, meaning in cells if not meaning.strip()] == []
    assert len(cells) > 250


def test_people_cannot_load_over_a_table_of_the_page(generator):
    from tables_page import RECORD_OF

    from local_workspace.bundle.table_names import CONTROL_TABLES

    assert [name for name in RECORD_OF if name not in CONTROL_TABLES] == []


def test_an_error_that_does_not_say_what_to_do_is_refused(generator):
    from errors_page import cure_of

    class SilentError(Exception):
        """Something is wrong."""

    with pytest.raises(AssertionError, match="SilentError does not say what to do"):
        cure_of(SilentError)


def test_a_column_that_is_not_described_is_refused(generator):
    from tables_page import described_table

    from retraining.adapters.tables.forgotten_keys import COLUMNS

    with pytest.raises(AssertionError, match=r"the columns are .*_key_hash.*, those that are described"):
        described_table(COLUMNS, {"source": "Name of the source."})


def test_a_cell_holds_any_text(generator):
    from markdown_table import table

    lines = table(("A",), [("<name> | `<file>`\n or more",)]).splitlines()

    assert lines == ["| A |", "| --- |", "| &lt;name> \\| `<file>` or more |"]
