"""Which version of another target an operator brings here to be judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from retraining.errors import ParameterError
from retraining.requests.widget_values import trusted_digest
from retraining.spec.identifiers import check_part


@dataclass(frozen=True)
class CopyRequest:
    """Which version: schema is `catalog.schema`, model its name there. trained_until is the newest ledger value that it
    learned, None where its tag names it. trust is the digest of the files that may be loaded, None where no one has
    looked at them yet."""

    schema: str
    model: str
    version: str
    trained_until: str | None
    reason: str
    trust: str | None = None

    @property
    def full_name(self) -> str:
        """catalog.schema.model."""
        return f"{self.schema}.{self.model}"


def read_copy(parameters: Mapping[str, str]) -> CopyRequest:
    """The request, its names checked part by part. Raises ParameterError for a name without three plain parts, for
    a version that is not a number, and without a reason."""
    missing = [name for name in ("source_model", "source_version", "reason") if not parameters[name].strip()]
    if missing:
        raise ParameterError(f"copy_version needs {' and '.join(missing)}. Set the parameter and run again.")
    parts = parameters["source_model"].split(".")
    version = parameters["source_version"]
    if len(parts) != 3:
        raise ParameterError(f"source_model {parameters['source_model']!r}: expected catalog.schema.model.")
    catalog, schema, model = (check_part(part, "source_model's part") for part in parts)
    if not (version.isascii() and version.isdigit() and len(version) <= 18):
        raise ParameterError(f"source_version {version!r} is not a version number, such as 3.")
    until = parameters["trained_until"] or None
    reason = parameters["reason"].strip()
    trust = trusted_digest(parameters["trust"])
    return CopyRequest(f"{catalog}.{schema}", model, version, until, reason, trust)
