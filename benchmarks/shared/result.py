"""A benchmark's figures: a table on the screen, one summary line, a section of docs/benchmarks.md, an exit code."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Measure:
    """One ratio of one run. base and ours are the figures it was made of, for people; most is what it may be."""

    what: str
    base: str
    ours: str
    ratio: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether the stated ratio is kept."""
        return self.ratio <= self.most


def finish(name: str, command: str, machine: str, measures: Sequence[Measure], whole: bool) -> None:
    """Print the table and the summary, replace the benchmark's section of the page if the whole of it was run, and end
    with 1 when a ratio is missed."""
    table = Table("What", "Beside", "Ours", "Ratio", "At most", "")
    for each in measures:
        verdict = "holds" if each.holds else "MISSED"
        table.add_row(each.what, each.base, each.ours, f"{each.ratio:.2f}", f"{each.most:g}", verdict)
    Console(width=140).print(table)
    if whole:
        _write(name, command, machine, measures)
    missed = [each.what for each in measures if not each.holds]
    print(
        f"{name}: {len(measures) - len(missed)} of {len(measures)} ratios hold"
        + (f"; missed: {missed}" if missed else "")
    )
    sys.exit(1 if missed else 0)


def _write(name: str, command: str, machine: str, measures: Sequence[Measure]) -> None:
    lines = [f"<!-- {name} -->", f"## {name}", "", f"`{command}`, {machine}.", ""]
    lines += ["| What | Beside | Ours | Ratio | At most |", "| --- | --- | --- | --- | --- |"]
    for each in measures:
        missed = "" if each.holds else " (missed)"
        lines.append(f"| {each.what} | {each.base} | {each.ours} | {each.ratio:.2f}{missed} | {each.most:g} |")
    section = "\n".join([*lines, f"<!-- end of {name} -->", ""])
    page = PAGE.read_text("utf-8") if PAGE.exists() else ""
    found = re.compile(rf"<!-- {name} -->.*?<!-- end of {name} -->\n", re.S)
    page = found.sub(lambda _: section, page) if found.search(page) else f"{page.rstrip()}\n\n{section}"
    PAGE.write_text(page.lstrip(), "utf-8")
