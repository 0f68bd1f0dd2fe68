"""Writes the reference pages that are made from the code: run it with `make reference`."""

import json
from pathlib import Path

import errors_page
import jobs_page
import tables_page
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from spec_page import SpecTables, words_of_values
from spec_schema import spec_schema

from retraining.spec.batch_spec import BatchSpec
from retraining.spec.index_spec import IndexSpec
from retraining.spec.model_spec import ModelSpec
from retraining.spec.source_spec import SourceSpec

FOLDER = Path(__file__).parents[1] / "reference"
TEMPLATES = Path(__file__).parent


def reference() -> dict[str, str]:
    """By file name, the text of each page and schema."""
    model = spec_schema(ModelSpec)
    source = spec_schema(SourceSpec)
    index = spec_schema(IndexSpec)
    batch = spec_schema(BatchSpec)

    return {
        "spec.schema.json": f"{json.dumps(model, indent=2)}\n",
        "source.schema.json": f"{json.dumps(source, indent=2)}\n",
        "index.schema.json": f"{json.dumps(index, indent=2)}\n",
        "batch.schema.json": f"{json.dumps(batch, indent=2)}\n",
        "batch-spec.md": _page("batch-spec", batch=SpecTables(batch), values=words_of_values()),
        "index-spec.md": _page("index-spec", index=SpecTables(index), values=words_of_values()),
        "spec.md": _page("spec", model=SpecTables(model), source=SpecTables(source), values=words_of_values()),
        "tables.md": _tables(),
        "errors.md": _page(
            "errors",
            product_errors=errors_page.product_errors(),
            workspace_errors=errors_page.workspace_errors(),
            incidents=errors_page.incidents(),
        ),
        "jobs.md": _page("jobs", jobs=jobs_page.jobs(), variables=jobs_page.variables()),
    }


def write(folder: Path) -> list[str]:
    """Writes what differs, and returns its names."""
    pages = reference()
    changed = [name for name, text in pages.items() if not _holds(folder / name, text)]
    for name in changed:
        (folder / name).write_text(pages[name], "utf-8")
    return changed


def _tables() -> str:
    return _page(
        "tables",
        overview=tables_page.overview(),
        observations=tables_page.observations_table(),
        landing=tables_page.landing_columns(),
        predictions=tables_page.predictions_table(),
        scores=tables_page.scores_table(),
        forecasts=tables_page.forecasts_table(),
        stamp=tables_page.stamp(),
        names=[*tables_page.RECORD_OF],
        about=tables_page.about,
        written_by=tables_page.written_by,
        columns=tables_page.control_table,
        forgotten=tables_page.forgotten_table(),
    )


def _holds(file: Path, text: str) -> bool:
    return file.exists() and file.read_text("utf-8") == text


def _page(name: str, **parts: object) -> str:
    """A page: the hand-written text of its template, and the tables in it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    return environment.get_template(f"{name}.md.j2").render(**parts)


if __name__ == "__main__":
    written = write(FOLDER)
    print(f"Written: {', '.join(written)}." if written else "Every page is up to date.")
