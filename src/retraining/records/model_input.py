"""What a registered model takes and gives, as its signature says it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelInput:
    """An input column: its MLflow type as text, and whether callers must send it."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True)
class Signature:
    """The input columns of a model, and the type of its predictions as text (None: it does not say)."""

    inputs: tuple[ModelInput, ...]
    prediction: str | None
