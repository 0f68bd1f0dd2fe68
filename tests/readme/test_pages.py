"""Every page is true: its snippets are specs, and its commands, links and paths exist."""

import re
import shlex
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from local_workspace.__main__ import COMMANDS
from local_workspace.bundle.bundle import job_keys, read_bundle
from retraining.spec.batch_spec import BatchSpec
from retraining.spec.index_spec import IndexSpec
from retraining.spec.known_keys import keys_at
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec, read_batch, read_index
from retraining.strategies.check_recipe import wrong_recipe

from .commands import BundleCommand, MakeCommand, commands_of, unknown_lines
from .pages import INDEX, ROOT, Page, all_pages, linked_pages, pages, third_model

PYTHON_RUNS_IN = {
    ROOT / "docs/tutorial/own-csv.md": "tests/story/test_own_csv.py",
    ROOT / "docs/how-to/use-the-champion.md": "tests/retraining/stages/test_types_of_data.py",
}
"""Pages with Python, and the tests that run it."""

MADE_BY_READERS = {"specs/demand.yml", "specs/flights_simple.yml", "specs/loans.yml", "specs/rain.yml"}

EVENT_JOBS = {"on_table_update", "on_file_arrival", "on_documents", "on_champion_alias"}
"""Deployed by those who have something to watch."""

every_page = pytest.mark.parametrize("page", pages(), ids=str)
every_linked_page = pytest.mark.parametrize("page", linked_pages(), ids=str)
every_page_of_all = pytest.mark.parametrize("page", all_pages(), ids=str)


def test_no_page_is_left_out():
    folders = (ROOT / "docs", ROOT / ".github")
    written = {*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))}

    assert written - {page.path for page in all_pages()} == set()
    assert len(pages()) >= 14


@every_page
def test_a_page_has_something_that_is_tested(page):
    assert page.blocks("yaml") or commands_of(page)


@every_page_of_all
def test_every_code_block_is_a_snippet_a_command_or_an_output(page):
    assert set(page.languages) <= {"yaml", "bash", "text"} | ({"python"} if page.path in PYTHON_RUNS_IN else set())
    assert unknown_lines(page) == []


@every_page_of_all
def test_every_yaml_snippet_is_a_spec_or_a_part_of_one(page, tmp_path):
    snippets = page.specs
    (tmp_path / "sources").mkdir()
    for snippet in snippets:
        if name := _shared_source(snippet):
            (tmp_path / "sources" / f"{name}.yml").write_text(snippet, "utf-8")

    for snippet in snippets:
        spec = parse_spec(_as_a_spec(snippet), str(page), tmp_path)
        assert spec.is_forecast or wrong_recipe(spec) == []


WHOLE_INDEX = {
    "index": "help_pages",
    "documents": {"path": "/Volumes/main/help/pages"},
    "copies": {"account": "https://help.blob.core.windows.net", "container": "help-pages"},
    "search": {"endpoint": "https://help.search.windows.net", "index": "help-pages"},
}


@every_page_of_all
def test_every_snippet_of_a_search_index_is_its_spec_or_a_part_of_one(page, tmp_path):
    (tmp_path / "indexes").mkdir()
    for snippet in page.indexes:
        content = {**WHOLE_INDEX, **yaml.safe_load(snippet)}
        (tmp_path / "indexes" / f"{content['index']}.yml").write_text(yaml.safe_dump(content), "utf-8")

        assert read_index(tmp_path, content["index"]).index == content["index"]


WHOLE_BATCH = {"batch": "open_loans", "model": "loans", "source": {"table": "open_loans", "keys": ["loan"]}}


@every_page_of_all
def test_every_snippet_of_a_batch_table_is_its_spec_or_a_part_of_one(page, tmp_path):
    (tmp_path / "batches").mkdir()
    for snippet in page.batches:
        content = {**WHOLE_BATCH, **yaml.safe_load(snippet)}
        (tmp_path / f"{content['model']}.yml").write_text("", "utf-8")
        (tmp_path / "batches" / f"{content['batch']}.yml").write_text(yaml.safe_dump(content), "utf-8")

        assert read_batch(tmp_path, content["batch"]).batch == content["batch"]


def _shared_source(snippet: str) -> str | None:
    """The name of the shared source whose file the snippet is."""
    named = re.match(r"# specs/sources/(\w+)\.yml\n", snippet)
    return named[1] if named else None


def _as_a_spec(snippet: str) -> str:
    """The snippet in place of the same keys of the README's spec; a shared source where that spec names it."""
    if snippet.startswith("model:"):
        return snippet
    name = _shared_source(snippet)
    changed = {"source": name} if name else yaml.safe_load(snippet)
    whole = yaml.safe_load(third_model())
    if changed.get("kind") == "forecast":
        del whole["recipe"]
    return yaml.safe_dump({**whole, **changed})


@every_linked_page
def test_every_key_of_a_spec_that_is_named_exists(page):
    unknown = [key for key in _named_keys(page) if not _exists(key.split("."))]

    assert unknown == []


def _named_keys(page: Page) -> Iterator[str]:
    sections = "|".join(ModelSpec.model_fields)
    for code in page.code:
        yield from re.findall(rf"^(?:{sections})(?:\.\w+)+(?=$|: )", code)


def _exists(keys: list[str]) -> bool:
    """In a model's spec, or in that of a batch table or a search index. Below `params` are a recipe's own names."""
    known = keys[:1] if keys[0] == "params" else keys
    return any(
        all(key in keys_at(spec, known[:place]) for place, key in enumerate(known))
        for spec in (ModelSpec, BatchSpec, IndexSpec)
    )


@every_page_of_all
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {command.target for command in commands_of(page) if isinstance(command, MakeCommand)}

    assert named - targets == set()


@every_linked_page
def test_every_job_that_is_run_exists_and_has_the_parameters(page):
    declared = _parameters_of_jobs()

    for command in _bundle_commands(page):
        if command.job:
            assert command.job in declared
            assert command.parameters.keys() - declared[command.job] == set(), command.job


@every_linked_page
def test_every_target_and_variable_of_the_bundle_exists(page):
    document = yaml.safe_load((ROOT / "databricks.yml").read_text("utf-8"))
    events = [yaml.safe_load(file.read_text("utf-8")) for file in (ROOT / "resources/events").glob("*.yml")]
    variables = set(document["variables"]).union(*(event["variables"] for event in events))

    assert len(events) == len(EVENT_JOBS)
    for command in _bundle_commands(page):
        assert command.target in {None, *document["targets"]}
        assert command.variables - variables == set()


@every_linked_page
def test_every_job_in_a_table_exists(page):
    tables = re.findall(r"^\| Job \|.*\n\|.*\n((?:\|.*\n)+)", page.text, re.MULTILINE)
    listed = {name for table in tables for row in table.splitlines() for name in _names(row.split("|")[1])}

    assert listed - _parameters_of_jobs().keys() - EVENT_JOBS == set()


def test_the_page_of_jobs_lists_every_job():
    listed = {
        name for cell in re.findall(r"^\| (`\w+`[^|]*) \|", _page_of_jobs().text, re.MULTILINE) for name in _names(cell)
    }

    assert set(job_keys(read_bundle(ROOT, "dev"))) | EVENT_JOBS <= listed


def _page_of_jobs() -> Page:
    return Page(ROOT / "docs/reference/jobs.md")


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_page_of_jobs_names_parameters_that_they_have():
    declared = _parameters_of_jobs()
    (listed,) = re.findall(r"^\| Job \|.*\n\|.*\n((?:\|.*\n)+)", _page_of_jobs().text, re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", listed, re.MULTILINE)
    rows_of_jobs = [(job, set(re.findall(r"`(\w+)(?:=[\w-]+)?`", row))) for job, row in rows if job in declared]

    assert len(rows_of_jobs) == 18
    assert {job: unknown for job, named in rows_of_jobs if (unknown := named - declared[job])} == {}


def _bundle_commands(page: Page) -> list[BundleCommand]:
    return [command for command in commands_of(page) if isinstance(command, BundleCommand)]


@cache
def _parameters_of_jobs() -> dict[str, set[str]]:
    """By job of the development target, the names of its parameters."""
    jobs = read_bundle(ROOT, "dev").resources["jobs"]
    return {key: {each["name"] for each in job.get("parameters", [])} for key, job in jobs.items()}


@every_page_of_all
def test_every_link_leads_to_a_file_and_a_heading(page):
    for link in page.links:
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (page.path.parent / file).resolve() if file else page.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


@every_linked_page
def test_every_path_exists(page):
    roots = "specs|src|resources|notebooks|tests|benchmarks|docs|[.]github"
    paths = [code for code in page.code if re.fullmatch(rf"(?:{roots})/[\w/.-]*", code)]

    assert [path for path in paths if not (ROOT / path).exists() and path not in MADE_BY_READERS] == []


@every_linked_page
def test_no_page_needs_a_variable_to_find_the_code(page):
    assert "PYTHONPATH" not in page.text


def test_the_page_of_the_laptop_lists_every_command():
    page = Page(ROOT / "docs/how-to/work-on-a-laptop.md")

    assert set(re.findall(r"^\| `([\w-]+)` \| [a-z]", page.text, re.MULTILINE)) >= set(COMMANDS)


@every_linked_page
def test_every_script_exists(page):
    scripts = [shlex.split(code)[1] for code in page.code if re.match(r"python \w+/", code)]

    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_every_page_is_in_the_index():
    folders = [INDEX.parent / name for name in ("tutorial", "how-to", "reference", "explanation")]
    written = {page.path for page in linked_pages() if page.path.parent in folders}

    assert written - {(INDEX.parent / link).resolve() for link in Page(INDEX).links} == set()
