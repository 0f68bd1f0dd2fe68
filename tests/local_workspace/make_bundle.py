"""Writes small bundles for tests."""

from pathlib import Path
from textwrap import dedent

DATABRICKS_YML = """
bundle: { name: toy, engine: direct }
include: [resources/*.yml]
variables:
  catalog: { description: where tables live }
  size: { default: small }
targets:
  dev: { mode: development, default: true }
  prod: { mode: production }
"""


def make_bundle(
    root: Path, resources: str, notebooks: dict[str, str] | None = None, main: str = DATABRICKS_YML
) -> Path:
    """A bundle folder with one resource file and the notebooks named; `nothing` is always there."""
    (root / "resources").mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "databricks.yml").write_text(dedent(main))
    (root / "resources" / "toy.yml").write_text(dedent(resources))
    for name, source in {"nothing": "", **(notebooks or {})}.items():
        (root / "notebooks" / f"{name}.py").write_text(notebook(source))
    return root


def notebook(source: str) -> str:
    """A source notebook; `# ---` starts a new cell."""
    cells = dedent(source).strip().replace("# ---", "# COMMAND ----------")
    return f"# Databricks notebook source\n{cells}\n"
