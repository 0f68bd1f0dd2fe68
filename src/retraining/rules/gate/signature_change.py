"""What a new champion would change for its callers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retraining.records.gate import Check
from retraining.records.version import ModelInput, Signature

_WIDENS = {("integer", "long"), ("integer", "double"), ("float", "double")}
"""Conversions that MLflow makes itself, because no value is lost."""


def misfits(model: Sequence[ModelInput], sent: Sequence[ModelInput]) -> list[str]:
    """What a model misses in the columns that are sent to it, a phrase each; empty when it takes them.

    A column that the model does not know does no harm: MLflow drops it.
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


SIGNATURE = "signature"
"""Name of the check."""
PREDICTION = "prediction"
"""Under this name a changed type of the predictions is acknowledged."""


@dataclass(frozen=True)
class SignatureChange:
    """breaking: columns (or `prediction`) and what is wrong about each for a caller of the champion. widening: phrases
    for what the new model takes beyond that."""

    breaking: tuple[tuple[str, str], ...]
    widening: tuple[str, ...]

    def unacknowledged(self, may_change: Collection[str]) -> tuple[str, ...]:
        """The names that break and that the spec does not allow."""
        return tuple(name for name, _ in self.breaking if name not in may_change)


def signature_change(new: Signature, champion: Signature) -> SignatureChange:
    """The new model's signature against the champion's.

    An input that the champion takes and the new model ignores breaks as well: MLflow drops the column silently,
    and its sender goes on believing that it matters.
    """
    known, taken = ({each.name: each for each in one.inputs} for one in (champion, new))
    breaking = [(name, f"`{name}` is no longer taken") for name in known if name not in taken]
    breaking += [(each.name, wrong) for each in new.inputs for wrong in misfits([each], champion.inputs)]
    breaking += [
        (each.name, f"`{each.name}` must be sent now")
        for each in new.inputs
        if each.required and each.name in known and not known[each.name].required
    ]
    if new.prediction != champion.prediction:
        breaking.append((PREDICTION, f"predictions are {new.prediction}, they were {champion.prediction}"))

    broken = {name for name, _ in breaking}
    widening = [
        f"`{each.name}` may be sent as {each.type}"
        for each in new.inputs
        if each.name not in broken and (each.name not in known or known[each.name].type != each.type)
    ]
    return SignatureChange(tuple(breaking), tuple(widening))


def signature_holds(new: Signature | None, champion: Signature | None, may_change: Collection[str]) -> Check:
    """Passes unless callers of the champion would break without anybody having agreed to it. value: breaking changes;
    threshold: those that the spec acknowledges."""
    if new is None or champion is None:
        which = "candidate" if new is None else "champion"
        return _check(False, None, f"The {which} has no signature that names its columns, so callers cannot be safe.")
    found = signature_change(new, champion)
    missing = found.unacknowledged(may_change)
    return _check(not missing, found, _sentence(found, missing))


def _check(passes: bool, found: SignatureChange | None, sentence: str) -> Check:
    breaking = float(len(found.breaking)) if found else None
    return Check(SIGNATURE, "passed" if passes else "failed", breaking, None, None, None, sentence)


def _sentence(found: SignatureChange, missing: tuple[str, ...]) -> str:
    if not found.breaking and not found.widening:
        return "Callers send and get what they did before: the signature is the champion's."
    if not found.breaking:
        return f"The signature is wider than the champion's, no caller breaks: {'; '.join(found.widening)}."

    changes = "; ".join(phrase for _, phrase in found.breaking)
    if missing:
        return (
            f"The signature breaks callers of the champion: {changes}. Agree with them, then name "
            f"{', '.join(missing)} in gate.may_change_signature."
        )
    return f"The signature breaks callers of the champion: {changes}. gate.may_change_signature agrees to it."
