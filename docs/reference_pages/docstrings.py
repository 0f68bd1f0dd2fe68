"""The docstrings under the fields of a class, which Python itself forgets: read from its source."""

import ast
import inspect
import textwrap
from itertools import pairwise


def field_docstrings(record: type) -> dict[str, str]:
    """By field, what its docstring says, in one line; also for the fields of the classes that it extends."""
    found: dict[str, str] = {}
    for each in reversed(record.__mro__):
        if each.__module__.startswith("retraining."):
            found.update(_own_docstrings(each))
    return found


def class_docstring(record: type) -> str:
    """What a class says of itself, in one line."""
    return _one_line(inspect.getdoc(record) or "")


def first_paragraph(record: type) -> str:
    """The first paragraph of what a class says of itself, in one line."""
    return _one_line((inspect.getdoc(record) or "").partition("\n\n")[0])


def other_paragraphs(record: type) -> str:
    """What follows the first paragraph, in one line; empty where there is nothing."""
    return _one_line((inspect.getdoc(record) or "").partition("\n\n")[2])


def _own_docstrings(record: type) -> dict[str, str]:
    (written,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    assert isinstance(written, ast.ClassDef)
    return {
        field.target.id: _one_line(text.value.value)
        for field, text in pairwise(written.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
