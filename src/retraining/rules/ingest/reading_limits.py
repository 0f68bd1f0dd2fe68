"""What a spec says about where reading starts, how far it looks back, and how long it waits."""

from dataclasses import dataclass
from datetime import timedelta

from retraining.errors import SpecError
from retraining.rules.ingest.ledger import MICROSECOND, Ledger, Number
from retraining.spec.labels_spec import section_of
from retraining.spec.model_spec import ModelSpec
from retraining.spec.section import length_of


@dataclass(frozen=True)
class ReadingLimits:
    """initial is the smallest ledger value that is read (None: all), lookback how far below the watermark a slice
    begins, settle_delay how long a row must have existed before it is read: all in the ledger's own numbers."""

    initial: Number | None = None
    lookback: Number = 0
    settle_delay: int = 0


def reading_limits(spec: ModelSpec, ledger: Ledger) -> ReadingLimits:
    """The source section's words as numbers of its ledger. Raises SpecError where they do not fit its type."""
    source = spec.source
    return ReadingLimits(_initial(spec, ledger), _lookback(spec, ledger), _units(spec, ledger, source.settle_delay))


def _initial(spec: ModelSpec, ledger: Ledger) -> Number | None:
    text = spec.source.initial_value
    try:
        return ledger.from_text(text)
    except (ValueError, ArithmeticError) as err:
        raise SpecError(f"{_what(spec, 'initial_value', text, ledger)} Write a value of that column.") from err


def _lookback(spec: ModelSpec, ledger: Ledger) -> Number:
    amount = spec.source.lookback
    if not isinstance(amount, int):
        return _units(spec, ledger, amount)
    if ledger.has_time:
        raise SpecError(f"{_what(spec, 'lookback', amount, ledger)} Write a length of time, such as `3 days`.")
    return amount


def _units(spec: ModelSpec, ledger: Ledger, text: str | None) -> int:
    if text is None:
        return 0
    if not ledger.has_time:
        raise SpecError(f"{_what(spec, 'lookback or settle_delay', text, ledger)} Only lookback fits: a plain number.")
    length = length_of(text)
    return -(-length // timedelta(days=1)) if ledger.type == "date" else length // MICROSECOND


def _what(spec: ModelSpec, key: str, value: object, ledger: Ledger) -> str:
    where = f"{spec.model}: {section_of(spec)}.{key}"
    return f"{where} {value!r} does not fit ledger column `{ledger.column}`, a {ledger.type}."
