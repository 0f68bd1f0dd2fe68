"""Prove that a version can go live, before it is decided on: it loads, its files are unchanged, its inputs fit."""

from collections.abc import Sequence

from retraining.adapters.registry.registry import Registry
from retraining.adapters.registry.signature import inputs_of
from retraining.context import Context
from retraining.errors import RegistryError, RetrainingError, TamperedModelError
from retraining.records.version import Manifest, ModelInput
from retraining.rules.gate.signature_change import misfits
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.load_version import load_version


def check_target(context: Context, target: Manifest, champion: str) -> None:
    """Raises RegistryError, or TamperedModelError, when the target must not replace the champion.

    Its signature is compared with the champion's, because that is what callers send. Inputs that
    gate.may_change_signature names are left out: callers know of their change. Where the champion is gone, or its files
    were changed, it is compared with the columns that the loop itself sends.
    """
    loads(context.registry, target)
    name = f"{target.model} version {target.version}"
    takes = inputs_of(context.registry, target.model, str(target.version))
    if takes is None:
        raise RegistryError(f"{name} has no signature, so what it takes is not known. The alias stays. Choose another.")

    agreed = context.spec.gate.may_change_signature
    takes = tuple(each for each in takes if each.name not in agreed)
    wrong = misfits(takes, _sent_to(context, champion))
    if wrong:
        raise RegistryError(
            f"{name} does not take the inputs of champion version {champion}: {'; '.join(wrong)}. The alias stays. "
            f"Choose another version with to_version."
        )


def _sent_to(context: Context, champion: str) -> Sequence[ModelInput]:
    try:
        return inputs_of(context.registry, context.model, champion) or inputs_of_spec(context.spec)
    except TamperedModelError:  # a rollback is the cure of this: it must not stop one
        return inputs_of_spec(context.spec)


def loads(registry: Registry, manifest: Manifest) -> object:
    """The estimator of a version. Raises RegistryError in one sentence, whatever keeps it from being unpickled."""
    try:
        return load_version(registry, manifest)
    except RetrainingError:
        raise
    except Exception as err:
        raise RegistryError(
            f"{manifest.model} version {manifest.version} does not load ({type(err).__name__}: {_first_line(err)}). "
            f"The alias stays. Choose another version."
        ) from err


def inputs_of_spec(spec: ModelSpec) -> Sequence[ModelInput]:
    """The columns that the loop sends to a model."""
    numbers = [ModelInput(name, "double") for name in spec.columns.numeric]
    return [*numbers, *(ModelInput(name, "string") for name in spec.columns.categorical)]


def _first_line(err: Exception) -> str:
    return (str(err).splitlines() or [""])[0][:200]
