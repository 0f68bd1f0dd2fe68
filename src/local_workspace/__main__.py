"""The command line: `./workspace <command>`, which is `python -m local_workspace <command>` in the project's .venv."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local_workspace.commands import jobs, load, new_model, notebook, run, serve, service, sql, status, ui, validate
from local_workspace.commands.command import INTERRUPTED, LAUNCHER, USAGE, Command
from local_workspace.errors import LocalWorkspaceError
from local_workspace.machine_faults import reported

COMMANDS: Mapping[str, Command] = {
    "run": run,
    "jobs": jobs,
    "load": load,
    "sql": sql,
    "status": status,
    "ui": ui,
    "serve": serve,
    "service": service,
    "notebook": notebook,
    "new-model": new_model,
    "validate": validate,
}
"""By the word that starts it, in the order of `--help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. 0: it succeeded; 1: the run failed; 2: it could not start; 130: stopped with Ctrl-C."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return USAGE

    try:
        with reported(Path(getattr(options, "state", None) or ".")):
            return COMMANDS[options.command].execute(options)
    except LocalWorkspaceError as err:
        sys.stderr.write(f"{type(err).__name__}: {err}\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nStopped. Tables and models are as the last finished step left them. Run the same command to continue.\n"
        )
        return INTERRUPTED
    except BrokenPipeError:  # The reader of a pipe, such as `head`, has seen enough.
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog=LAUNCHER,
        description="A Databricks bundle on this machine, with real Spark, Delta and MLflow.",
        epilog=_epilog([command.EXAMPLES[0] for command in COMMANDS.values()]),
        formatter_class=raw,
    )
    commands = parser.add_subparsers(dest="command", metavar="command")

    for name, command in COMMANDS.items():
        own_parser = commands.add_parser(
            name,
            help=command.SUMMARY,
            description=_sentence(command.SUMMARY),
            epilog=_epilog(command.EXAMPLES),
            formatter_class=raw,
            add_help=name != "run",  # `run <job> --help` shows the job
            allow_abbrev=False,
        )
        command.add_arguments(own_parser)
    return parser


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _epilog(examples: Sequence[str]) -> str:
    return "\n".join(["examples:", *(f"  {LAUNCHER} {example}" for example in examples)])


if __name__ == "__main__":
    sys.exit(main())
