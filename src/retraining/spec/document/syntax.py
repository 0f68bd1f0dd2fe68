"""What a YAML parser's error means, in a sentence with its line."""

import re

import yaml

from retraining.spec.document.faults import Fault

_OPENERS = {"flow sequence": "[", "flow mapping": "{"}
_CLOSERS = {"flow sequence": "]", "flow mapping": "}"}


def explain_syntax(err: yaml.YAMLError, text: str) -> Fault:
    """The fault that keeps a text from being YAML."""
    if isinstance(err, yaml.reader.ReaderError):
        line = text.count("\n", 0, err.position) + 1
        return Fault(line, "holds a character that cannot be printed. Delete it, or write the line again.")
    if not isinstance(err, yaml.MarkedYAMLError) or err.problem_mark is None:
        return Fault(1, "cannot be read as YAML. Compare it with another spec.")

    problem = str(err.problem)
    context = str(err.context or "")
    began = (err.context_mark or err.problem_mark).line + 1
    line = min(err.problem_mark.line + 1, max(1, len(text.splitlines())))
    return _bracket(context, began, line) or _quote(context, began) or Fault(line, _sentence(problem, text, line))


def _bracket(context: str, began: int, line: int) -> Fault | None:
    for what, sign in _OPENERS.items():
        if what in context:
            cure = f"Close it with `{_CLOSERS[what]}`, or put a comma between two values"
            return Fault(began, f"what `{sign}` opens here is broken or not closed by line {line}. {cure}.")
    return None


def _quote(context: str, began: int) -> Fault | None:
    if "quoted scalar" not in context:
        return None
    return Fault(began, "the quoted text that begins here is broken or not closed. Close the quote on this line.")


def _sentence(problem: str, text: str, line: int) -> str:
    written = text.splitlines()[line - 1] if text else ""
    if "\t" in written and ("'\\t'" in problem or not written.strip()):
        return "holds a tab where YAML takes spaces only. Replace it by two spaces for each level."
    if "expected the node content" in problem:
        return "a value is missing here, or what a bracket opens is not closed. Write the value, or close the bracket."
    if "mapping values are not allowed" in problem:
        return (
            "holds a `:` where no key can be. Begin the key on a line with the indentation of its neighbours, or put "
            "the whole value in quotes."
        )
    if "could not find expected ':'" in problem:
        return "a `key: value` is expected near this line. Write a colon and a space after the key."
    if "<block end>" in problem or "<document start>" in problem:
        return "is indented in another way than the lines around it. Give keys of one section the same indentation."
    if "expected a single document" in problem or "another document" in problem:
        return "`---` begins a second document. Keep one spec a file."
    if name := re.search(r"undefined alias '?([^']*)'?", problem):
        return f"`*{name[1]}` repeats a value that no `&{name[1]}` names. Write the value itself."
    if "cannot start any token" in problem:
        sign = problem.split("'")[1] if "'" in problem else "?"
        return f"a value cannot begin with `{sign}` in YAML. Put the value in quotes."
    return "cannot be read as YAML here. Put the value in quotes, or compare the line with another spec."
