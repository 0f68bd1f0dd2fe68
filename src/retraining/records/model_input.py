"""A column of a registered model's signature."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelInput:
    """An input column: its MLflow type as text, and whether callers must send it."""

    name: str
    type: str
    required: bool = True
