"""dbutils: widgets in, task values out. Everything a notebook receives is text, and untrusted."""

from collections.abc import Mapping
from typing import Any


def read_widgets(dbutils: Any, defaults: Mapping[str, str]) -> dict[str, str]:
    """Declares each widget with its default and reads it: a job's parameter wins over the default."""
    for name, default in defaults.items():
        dbutils.widgets.text(name, default)
    return {name: str(dbutils.widgets.get(name)).strip() for name in defaults}


def publish_values(dbutils: Any, values: Mapping[str, object]) -> None:
    """Publishes task values for later tasks; booleans as "true" and "false", as condition tasks compare them."""
    for name, value in values.items():
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        dbutils.jobs.taskValues.set(key=name, value=text)
