"""The functions of src/recipes, read without running them: importing one may take seconds."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from retraining.errors import SpecError
from retraining.spec.document.faults import did_you_mean
from retraining.spec.recipe_function import file_of, find_function

_MOST_NAMES = 8
"""Of functions that an error lists."""

Role = Literal["recipe", "metric", "prepare", "cleaner", "forecaster"]

_TAKES: dict[Role, tuple[str, ...]] = {
    "recipe": ("numeric", "categorical", "params"),
    "metric": ("label", "prediction"),
    "prepare": ("rows",),
    "cleaner": ("path", "content"),
    "forecaster": ("season_length", "options"),
}
"""What a function of each role is called with."""


@dataclass(frozen=True)
class Written:
    """One name at the top of a file of src/recipes."""

    name: str
    """Dotted, as a spec says it."""
    parameters: tuple[str, ...] | None
    """What a function needs; None for a class, or a name that comes from elsewhere."""

    def fits(self, role: Role) -> bool:
        """Whether the function was written for a role. The rows of prepare may have any name."""
        takes = _TAKES[role]
        return self.parameters == takes or (role == "prepare" and len(self.parameters or ()) == len(takes))


def why_not_usable(name: str, role: Role) -> str | None:
    """Why a function cannot have a role in a spec, as the end of a sentence about it; None where it can."""
    module = name.rpartition(".")[0]
    file = _file(module)
    if file is None:
        return f"which {file_of(name)} would hold, but that file does not exist.{_instead(name, role)}"
    try:
        found = next((each for each in _written_in(file, module) if each.name == name), None)
    except SyntaxError as err:
        return f"but line {err.lineno} of {file_of(name)} is not Python ({err.msg}). Correct it."

    takes = _TAKES[role]
    if found is None:
        return _why_not_importable(name, role)
    if found.parameters is None or len(found.parameters) == len(takes):
        return None
    takes_now = ", ".join(found.parameters)
    return f"which takes ({takes_now}); a {role} takes ({', '.join(takes)}).{_instead(name, role)}"


def functions_for(role: Role) -> list[str]:
    """All functions that may have a role, by their dotted names, sorted."""
    return _fitting(role, besides="")


def _why_not_importable(name: str, role: Role) -> str | None:
    """A name that cannot be seen in a file may still be there once it is imported."""
    try:
        find_function("spec", role, name)
    except SpecError:
        return f"which {file_of(name)} does not have.{_instead(name, role)}"
    except Exception as err:  # whatever the user's file raises
        return f"but {file_of(name)} cannot be imported ({type(err).__name__}: {err}). Correct it."
    return None


def _instead(name: str, role: Role) -> str:
    known = _fitting(role, besides=name)
    near = did_you_mean(name, known)
    return f"{near or _there_are(known)} Name another function, or write this one."


def _there_are(known: Sequence[str]) -> str:
    return f" There are {', '.join(known[:_MOST_NAMES])}." if known else ""


def _fitting(role: Role, besides: str) -> list[str]:
    package = find_spec("recipes")
    folders = [Path(each) for each in (package.submodule_search_locations or ())] if package else []
    files = {file: folder for folder in folders for file in folder.rglob("*.py")}

    found = [
        each.name
        for file, folder in files.items()
        for each in _written_or_nothing(file, _module(file, folder))
        if each.fits(role) and each.name != besides
    ]
    return sorted(found)


def _module(file: Path, folder: Path) -> str:
    return ".".join(("recipes", *file.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")


def _file(module: str) -> Path | None:
    try:
        found = find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(found.origin) if found and found.origin and found.origin.endswith(".py") else None


def _written_or_nothing(file: Path, module: str) -> Sequence[Written]:
    try:
        return _written_in(file, module)
    except SyntaxError:
        return ()


def _written_in(file: Path, module: str) -> Sequence[Written]:
    found = []
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found.append(Written(f"{module}.{node.name}", _needed(node.args)))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(Written(f"{module}.{node.name}", None))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found += [Written(f"{module}.{alias.asname or alias.name}", None) for alias in node.names]
        elif isinstance(node, ast.Assign):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            found += [Written(f"{module}.{name}", None) for name in names]
    return found


def _needed(arguments: ast.arguments) -> tuple[str, ...] | None:
    """Parameters of a function; None where it takes any number."""
    if arguments.vararg or arguments.defaults or arguments.kwonlyargs:
        return None
    return tuple(each.arg for each in (*arguments.posonlyargs, *arguments.args))
