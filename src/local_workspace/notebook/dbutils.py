"""The `dbutils` that notebooks get: widgets, task values, notebook.exit and secrets, as far as jobs use them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from local_workspace.notebook.notebook import NotebookExit

TASK_VALUE_LIMIT = 48 * 1024


class InputWidgetNotDefined(Exception):
    """A widget was read that the notebook did not declare."""


class SecretMetadata(NamedTuple):
    """The name of a secret."""

    key: str


class Widgets:
    """Widgets of one task. A value from the job stays; everything is text."""

    def __init__(self, from_job: Mapping[str, str]) -> None:
        """from_job: the task's parameters, which beat the notebook's defaults."""
        self._from_job = from_job
        self._values: dict[str, str] = {}

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:
        """Declare a free text."""
        if not isinstance(defaultValue, str):
            raise TypeError(f"widget {name}: the default must be a string, found {defaultValue!r}.")
        self._values.setdefault(name, self._from_job.get(name, defaultValue))

    def dropdown(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare one of several choices; the default must be one of them."""
        self._one_of(name, [defaultValue], choices)
        self.text(name, defaultValue)

    def combobox(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare a text with suggestions."""
        self.text(name, defaultValue)

    def multiselect(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare several of several choices, joined by commas."""
        self._one_of(name, defaultValue.split(","), choices)
        self.text(name, defaultValue)

    def get(self, name: str) -> str:
        """The widget's value: the job's, else the default."""
        if name not in self._values:
            declared = ", ".join(self._values) or "none"
            raise InputWidgetNotDefined(
                f"InputWidgetNotDefined: no input widget named {name} is defined. Declared: {declared}. "
                f'Declare it first: dbutils.widgets.text("{name}", "").'
            )
        return self._values[name]

    def getAll(self) -> dict[str, str]:
        """Every declared widget and its value."""
        return dict(self._values)

    def remove(self, name: str) -> None:
        """Forget a widget; an error when there is none."""
        self.get(name)
        del self._values[name]

    def removeAll(self) -> None:
        """Forget all widgets."""
        self._values.clear()

    @staticmethod
    def _one_of(name: str, defaults: list[str], choices: list[str]) -> None:
        for default in defaults:
            if default not in choices:
                raise ValueError(f"widget {name}: the default {default!r} is none of its choices {choices!r}.")


class TaskValues:
    """Small values that tasks of one run leave for later ones."""

    def __init__(self, own: dict[str, object], of_run: Mapping[str, Mapping[str, object]]) -> None:
        """own: where this task's values are kept; of_run: those of the tasks that have ended."""
        self._own = own
        self._of_run = of_run

    def set(self, key: str, value: object) -> None:
        """Leave a value, at most 48 KiB of JSON."""
        text = json.dumps(value)
        if len(text.encode()) > TASK_VALUE_LIMIT:
            raise ValueError(f"task value {key}: {len(text.encode())} bytes of JSON; the limit is {TASK_VALUE_LIMIT}.")
        self._own[key] = json.loads(text)

    def get(self, taskKey: str, key: str, default: object = None, debugValue: object = None) -> object:
        """The value that a task left, else the default; inside a job debugValue has no effect."""
        values = self._of_run.get(taskKey, {})
        if key in values:
            return values[key]
        if default is not None:
            return default
        raise ValueError(f"task value {key}: task {taskKey} left none, and no default was given. Left: {[*values]}.")


class Jobs:
    """What notebooks see of their job."""

    def __init__(self, task_values: TaskValues) -> None:
        """task_values: reachable under the name that Databricks gives it."""
        self.taskValues = task_values


class Notebook:
    """Control of the running notebook."""

    def exit(self, value: str) -> NoReturn:
        """End the notebook here, successfully."""
        raise NotebookExit(value)


class Secrets:
    """Secrets from the environment: LOCAL_SECRET_<SCOPE>_<KEY>, upper case, other characters as underscores."""

    def get(self, scope: str, key: str) -> str:
        """A secret's text; missing is an error that names the variable to set."""
        name = _secret_name(scope, key)
        if name not in os.environ:
            raise KeyError(f"secret {scope}/{key}: not found. Locally, set the environment variable {name}.")
        return os.environ[name]

    def getBytes(self, scope: str, key: str) -> bytes:
        """A secret's bytes."""
        return self.get(scope, key).encode()

    def list(self, scope: str) -> list[SecretMetadata]:
        """Names of the scope's secrets, as far as environment variables can tell them."""
        prefix = _secret_name(scope, "")
        return [
            SecretMetadata(name.removeprefix(prefix).lower()) for name in sorted(os.environ) if name.startswith(prefix)
        ]


class DBUtils:
    """The parts of dbutils that run locally; the others do not exist here, so that using one fails by name."""

    def __init__(
        self, parameters: Mapping[str, str], own: dict[str, object], of_run: Mapping[str, Mapping[str, object]]
    ) -> None:
        """parameters: what the job passes; own: receives this task's values; of_run: values of ended tasks."""
        self.widgets = Widgets(parameters)
        self.jobs = Jobs(TaskValues(own, of_run))
        self.notebook = Notebook()
        self.secrets = Secrets()

    def __getattr__(self, name: str) -> NoReturn:
        """Name what is missing; only reached for attributes that do not exist."""
        raise AttributeError(f"dbutils.{name} is not run locally yet. Run locally: jobs, notebook, secrets, widgets.")


def _secret_name(scope: str, key: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", f"LOCAL_SECRET_{scope}_{key}".upper())
