"""Whether the SDKs of Azure are there, asked before anything is read."""

from importlib.util import find_spec

from retraining.errors import ParameterError

_NEEDED = {"azure.storage.blob": "azure-storage-blob", "azure.search.documents": "azure-search-documents"}


def check_installed() -> None:
    """Raises ParameterError where a package is missing, with the file that holds all of them."""
    missing = [package for module, package in _NEEDED.items() if not _is_there(module)]
    if missing:
        raise ParameterError(
            f"{' and '.join(missing)} not installed. The job `refresh_index` installs requirements-search.txt by "
            f"itself; in a notebook run `%pip install -r ../requirements-search.txt` first."
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
