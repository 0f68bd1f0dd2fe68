"""The `dbutils` of notebooks: the parts of widgets, task values, notebook.exit and secrets that jobs use."""

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
    """Widgets of one task. Every value is text, and a parameter of the task overrides the default."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        """parameters: those of the task, which override the notebook's defaults."""
        self._parameters = parameters
        self._values: dict[str, str] = {}

    def text(self, name: str, defaultValue: str, label: str | None = None) -> None:
        """Declare a free text."""
        if not isinstance(defaultValue, str):
            raise TypeError(f"widget {name}: the default must be a string, found {defaultValue!r}.")
        self._values.setdefault(name, self._parameters.get(name, defaultValue))

    def dropdown(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare one of several choices; the default must be one of them."""
        self._check_defaults(name, [defaultValue], choices)
        self.text(name, defaultValue)

    def combobox(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare a text with suggestions."""
        self.text(name, defaultValue)

    def multiselect(self, name: str, defaultValue: str, choices: list[str], label: str | None = None) -> None:
        """Declare a selection of choices; the value joins them with commas."""
        self._check_defaults(name, defaultValue.split(","), choices)
        self.text(name, defaultValue)

    def get(self, name: str) -> str:
        """The widget's value: the task's parameter, else the default."""
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
        """Forget a widget; an InputWidgetNotDefined when it was not declared."""
        self.get(name)
        del self._values[name]

    def removeAll(self) -> None:
        """Forget all widgets."""
        self._values.clear()

    @staticmethod
    def _check_defaults(name: str, defaults: list[str], choices: list[str]) -> None:
        for default in defaults:
            if default not in choices:
                raise ValueError(f"widget {name}: the default {default!r} is not one of its choices {choices!r}.")


class TaskValues:
    """Small values that tasks of a run pass to later tasks."""

    def __init__(self, task_values: dict[str, object], run_values: Mapping[str, Mapping[str, object]]) -> None:
        """task_values: receives this task's values. run_values: by task, the values of the tasks that have ended."""
        self._task_values = task_values
        self._run_values = run_values

    def set(self, key: str, value: object) -> None:
        """Set a value, at most 48 KiB of JSON."""
        text = json.dumps(value)
        size = len(text.encode())
        if size > TASK_VALUE_LIMIT:
            raise ValueError(f"task value {key}: {size} bytes of JSON; the limit is {TASK_VALUE_LIMIT}.")
        self._task_values[key] = json.loads(text)

    def get(self, taskKey: str, key: str, default: object = None, debugValue: object = None) -> object:
        """The value that a task set, else the default. Inside a job debugValue does not have an effect."""
        values = self._run_values.get(taskKey, {})
        if key in values:
            return values[key]
        if default is not None:
            return default
        raise ValueError(f"task value {key}: task {taskKey} did not set it, and there is no default. Set: {[*values]}.")


class Jobs:
    """What notebooks can read and set of their job."""

    def __init__(self, task_values: TaskValues) -> None:
        """task_values: becomes `taskValues`, the name that Databricks uses."""
        self.taskValues = task_values


class Notebook:
    """Control of the running notebook."""

    def exit(self, value: str) -> NoReturn:
        """End the notebook here, successfully."""
        raise NotebookExit(value)


class Secrets:
    """Secrets from the environment: LOCAL_SECRET_<SCOPE>_<KEY>, upper case, other characters as underscores."""

    def get(self, scope: str, key: str) -> str:
        """A secret's text. If it is missing, a KeyError names the environment variable to set."""
        name = _secret_name(scope, key)
        if name not in os.environ:
            raise KeyError(f"secret {scope}/{key}: not found. Locally, set the environment variable {name}.")
        return os.environ[name]

    def getBytes(self, scope: str, key: str) -> bytes:
        """A secret's bytes."""
        return self.get(scope, key).encode()

    def list(self, scope: str) -> list[SecretMetadata]:
        """Names of the scope's secrets as the environment variables spell them, in lower case."""
        prefix = _secret_name(scope, "")
        return [
            SecretMetadata(name.removeprefix(prefix).lower()) for name in sorted(os.environ) if name.startswith(prefix)
        ]


class DBUtils:
    """The parts of dbutils that run locally. Using another part is an AttributeError with its name."""

    def __init__(
        self,
        parameters: Mapping[str, str],
        task_values: dict[str, object],
        run_values: Mapping[str, Mapping[str, object]],
    ) -> None:
        """parameters: the task's. task_values: receives its values. run_values: by task, those of ended tasks."""
        self.widgets = Widgets(parameters)
        self.jobs = Jobs(TaskValues(task_values, run_values))
        self.notebook = Notebook()
        self.secrets = Secrets()

    def __getattr__(self, name: str) -> NoReturn:
        """Called only for attributes that do not exist."""
        raise AttributeError(f"dbutils.{name} is not run locally yet. Run locally: jobs, notebook, secrets, widgets.")


def _secret_name(scope: str, key: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", f"LOCAL_SECRET_{scope}_{key}".upper())
