"""The commands on a page, read as a shell and the command lines read them."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local_workspace.__main__ import _parser
from local_workspace.commands.command import pairs

from .pages import Page

OTHERS = (
    "databricks auth login --host https://<workspace>",
    'databricks jobs list --name "model_retraining: rollback [prod]"',
    'databricks jobs run-now --json \'{"job_id": <job-id>, "job_parameters": {"model": "<model>", '
    '"reason": "Predictions are too high"}}\'',
    "git switch main",
    "git diff --exit-code",
    'test -z "$(git status --porcelain)"',
    "databricks secrets create-scope retraining_prod",
    "databricks secrets put-secret retraining_prod pager_address",
    "databricks secrets put-acl retraining_prod <application-id> READ",
)
"""Lines that are neither a target of the Makefile nor a job of the bundle."""

SCRIPT = "for spec in "
"""Begin of a block that is a whole script: test_author_check.py runs it."""

_STARTS = ("make ", "databricks bundle ", "./workspace ")


@dataclass(frozen=True)
class MakeCommand:
    """`make <target>`."""

    target: str


@dataclass(frozen=True)
class BundleCommand:
    """`databricks bundle ...` or `./workspace run ...`; job is None for a deployment."""

    job: str | None
    target: str | None
    variables: frozenset[str]
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class WorkspaceCommand:
    """`./workspace <name> ...`, whose arguments the command line takes."""

    name: str


Command = MakeCommand | BundleCommand | WorkspaceCommand


def commands_of(page: Page) -> list[Command]:
    """The commands in the page's bash blocks and in its inline code, in order."""
    inline = [code for code in page.code if code.startswith(_STARTS) and "<job>" not in code]
    lines = [line for line in _lines(page) if line not in OTHERS]
    return [_command(line) for line in (*lines, *inline) if line.startswith(_STARTS)]


def unknown_lines(page: Page) -> list[str]:
    """Lines of bash blocks that no test understands."""
    return [line for line in _lines(page) if line not in OTHERS and not line.startswith(_STARTS)]


def _lines(page: Page) -> Iterator[str]:
    for block in page.blocks("bash"):
        if block.startswith(SCRIPT):
            continue
        yield from (line for line in block.splitlines() if line.strip())


def _command(line: str) -> Command:
    words = shlex.split(line.replace("<", "").replace(">", ""), comments=True)
    if words[0] == "make":
        return MakeCommand(next(word for word in words[1:] if "=" not in word))
    return _bundle_command(words[2:]) if words[0] == "databricks" else _workspace_command(words[1:])


def _workspace_command(words: list[str]) -> BundleCommand | WorkspaceCommand:
    if words == ["--help"]:
        return WorkspaceCommand("help")
    options = _parser().parse_args(words)
    if options.command != "run":
        return WorkspaceCommand(options.command)
    parameters = pairs("--params", options.params)
    return BundleCommand(options.job, options.target, frozenset(pairs("--var", options.var)), parameters)


def _bundle_command(words: list[str]) -> BundleCommand:
    """words: `run <job> ...`, `deploy ...`, `plan ...`, `validate ...` or `deployment bind <key> <id> ...`."""
    verb, *rest = words
    assert verb in ("run", "deploy", "plan", "validate", "deployment"), words
    job = rest.pop(0) if verb == "run" else None
    if verb == "deployment":
        assert rest[0] == "bind", words
        rest = rest[3:]
    rest = [word for word in rest if (verb, word) != ("validate", "--strict")]

    values: dict[str, list[str]] = {"-t": [], "--var": [], "--params": []}
    option = None
    for word in rest:
        if word.startswith("-"):
            assert word in values, f"{word} is not an option that the tests know"
            option = word
        else:
            assert option, f"{word} belongs to no option"
            values[option].append(word)

    variables = frozenset(_pairs(values["--var"]))
    target = values["-t"][0] if values["-t"] else None
    return BundleCommand(job, target, variables, _pairs(values["--params"]))


def _pairs(texts: list[str]) -> dict[str, str]:
    """NAME=VALUE, several separated by commas."""
    pairs = [pair.partition("=") for text in texts for pair in re.split(r",(?=\w+=)", text)]
    assert all(equals for _, equals, _ in pairs), texts
    return {name: value for name, _, value in pairs}
