"""The libraries that a version needs, pinned to what is installed here."""

import hashlib
import importlib.metadata
import platform

_NEEDED_TO_LOAD = ("mlflow", "scikit-learn", "numpy", "pandas", "scipy", "cloudpickle")


def pinned_requirements() -> list[str]:
    """Name and version of each, as pip writes them."""
    return [f"{name}=={importlib.metadata.version(name)}" for name in _installed()]


def lock_hash() -> str:
    """Sha256 of the interpreter's version and the pinned requirements: what the fit of a version was made with."""
    return hashlib.sha256("\n".join([platform.python_version(), *sorted(pinned_requirements())]).encode()).hexdigest()


def _installed() -> list[str]:
    present = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions() if dist.metadata["Name"]}
    skinny = ["mlflow-skinny"] if "mlflow" not in present else []
    return [name for name in _NEEDED_TO_LOAD if name in present] + skinny
