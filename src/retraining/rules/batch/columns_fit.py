"""Have the rows of a batch table the columns that a version was fitted on, in types that mean the same?"""

from collections.abc import Mapping, Sequence

from retraining.errors import ContractError
from retraining.rules.ingest.contract import is_number
from retraining.rules.ingest.widening import text_changes, widens
from retraining.spec.batch_spec import BatchSpec
from retraining.spec.document.faults import did_you_mean
from served_model.column_values import Feature

UNTOUCHED = "Nothing was scored."


def check_columns(spec: BatchSpec, version: str, features: Sequence[Feature], found: Mapping[str, str]) -> None:
    """Raises ContractError, with all that is wrong in one sentence. found maps the rows' columns to Spark type names.
    Columns that nothing needs do not matter, and neither do the order and the case of names."""
    types = {name.lower(): type_ for name, type_ in found.items()}
    named = [name for name in (*spec.source.keys, spec.source.ledger_column) if name]
    gone = [name for name in dict.fromkeys(named) if name.lower() not in types]
    if gone:
        raise ContractError(
            f"batch {spec.batch}: {spec.source.origin} has no column {_listed(gone)}, which {spec.file} "
            f"names.{_near(gone, found)} {UNTOUCHED} Correct that file, or the rows."
        )

    who = f"version {version} of {spec.model}"
    missing = [each.name for each in features if each.name.lower() not in types]
    retyped = [
        f"column `{each.name}` is {types[each.name.lower()]}, but {who} learned {_learned(each)}"
        for each in features
        if each.name.lower() in types and not _fits(each, types[each.name.lower()])
    ]
    if missing:
        retyped.insert(0, f"there is no column {_listed(missing)}, which {who} predicts with{_near(missing, found)}")
    if retyped:
        raise ContractError(
            f"batch {spec.batch}: {spec.source.origin}: {'; '.join(retyped).rstrip('.')}. {UNTOUCHED} Bring the "
            f"columns as the model learned them, with a `query` or with source.prepare in {spec.file}; or name "
            f"another `version`."
        )


def _fits(feature: Feature, found: str) -> bool:
    """A number may have any width. A category is learned by its text, which must stay the same."""
    if feature.is_numeric:
        return is_number(found)
    if feature.type in ("void", found):
        return True
    wider = widens(found, feature.type) or widens(feature.type, found)
    return wider and not text_changes(found, feature.type)


def _learned(feature: Feature) -> str:
    return f"numbers there ({feature.type})" if feature.is_numeric else f"the texts of values of {feature.type}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _near(names: Sequence[str], found: Mapping[str, str]) -> str:
    return "".join(did_you_mean(name, found) for name in names)
