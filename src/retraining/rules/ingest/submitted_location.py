"""Whether rows that a caller has handed in are where the model's source reads: the spec lists the only such place."""

from retraining.errors import ParameterError
from retraining.spec.identifiers import qualified
from retraining.spec.source_section import SourceSection


def refuse_other_location(submitted: str, source: SourceSection, catalog: str, schema: str) -> None:
    """Raises ParameterError for a place that is not the source's own: its table, or a file below its folder.

    A run that reads somewhere else than its caller believes would end well and learn nothing, so it must not begin.
    catalog, schema: of the bundle, in which a table name of fewer than three parts is completed.

    >>> files = SourceSection.model_construct(path="/Volumes/main/sales/new", table=None)
    >>> refuse_other_location("/Volumes/main/sales/new/march.csv", files, "main", "sales")
    """
    allowed = source.path or source.table or "nothing"
    if source.path is not None:
        parts = submitted.split("/")
        is_inside = submitted == source.path or submitted.startswith(f"{source.path.rstrip('/')}/")
        is_allowed = is_inside and not {"", ".", ".."} & set(parts[1:])
    else:
        is_table = source.table is not None and "/" not in submitted
        is_allowed = is_table and qualified(catalog, schema, submitted) == qualified(catalog, schema, allowed)

    if not is_allowed:
        raise ParameterError(
            f"submitted: {submitted!r} is not where this model reads. Expected {allowed}"
            f"{' or a file below it' if source.path else ''}, as `source` in the spec says. Nothing was ingested. Hand "
            f"the rows in there, or change the spec."
        )
