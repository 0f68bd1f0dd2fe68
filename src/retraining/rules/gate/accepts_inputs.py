"""Does a model take what its callers send?"""

from collections.abc import Sequence

from retraining.records.model_input import ModelInput

_WIDENS = {("integer", "long"), ("integer", "double"), ("float", "double")}
"""Conversions that MLflow makes itself, because no value is lost."""


def misfits(model: Sequence[ModelInput], sent: Sequence[ModelInput]) -> list[str]:
    """What a model misses in the columns that are sent to it, a phrase each; empty when it takes them.

    A column that the model does not know is no obstacle: MLflow drops it.
    """
    types = {each.name: each.type for each in sent}
    wrong = []
    for each in model:
        found = types.get(each.name)
        if found is None and each.required:
            wrong.append(f"column `{each.name}` is not sent")
        elif found is not None and found != each.type and (found, each.type) not in _WIDENS:
            wrong.append(f"column `{each.name}` is sent as {found}, expected {each.type}")
    return wrong
