"""Would the gate refuse a candidate because its columns are not those that callers of the champion send?"""

import json
import re
from collections.abc import Iterable, Sequence

from retraining.records.validation import Finding
from retraining.records.version import Manifest, ModelInput, Signature
from retraining.rules.gate.signature_change import signature_change
from retraining.spec.model_spec import ModelSpec

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_NAMES = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""YAML reads them as other values."""


def judge_signature(spec: ModelSpec, champion: Manifest) -> list[Finding]:
    """Nothing where the features are the champion's, or where it was made elsewhere and its manifest names none; else
    what the gate will ask, and the line of the spec that it needs."""
    before = _inputs((each.name, each.is_numeric) for each in champion.features)
    columns = spec.columns
    now = _inputs([*((name, True) for name in columns.numeric), *((name, False) for name in columns.categorical)])
    if not before or set(now) == set(before):
        return []

    change = signature_change(Signature(now, None), Signature(before, None))
    wrong = "; ".join(phrase for _, phrase in change.breaking)
    what = f"The features are not those of champion version {champion.version}, which serves until the gate has decided"
    missing = change.unacknowledged(spec.gate.may_change_signature)
    if not missing:
        return [Finding("ok", f"{what}. gate.may_change_signature agrees that callers must change: {wrong}.")]
    return [
        Finding(
            "warning",
            f"{what}. Callers of the champion would break: {wrong}. The gate refuses each candidate until the spec "
            f"agrees to it. When callers know, or there are none, write under `gate`: "
            f"`may_change_signature: {_as_list([*spec.gate.may_change_signature, *missing])}`.",
        )
    ]


def _inputs(features: Iterable[tuple[str, bool]]) -> tuple[ModelInput, ...]:
    """As versions are registered: each is required, numbers count as doubles and all else as texts."""
    return tuple(ModelInput(name, "double" if is_numeric else "string") for name, is_numeric in features)


def _as_list(names: Sequence[str]) -> str:
    """A list as YAML reads it, with quotes where a name needs them."""
    return f"[{', '.join(_as_text(name) for name in names)}]"


def _as_text(name: str) -> str:
    is_plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in _NOT_NAMES
    return name if is_plain else json.dumps(name, ensure_ascii=False)
