"""What a spec says about where reading starts, how far it looks back, and how long it waits."""

from dataclasses import dataclass
from datetime import timedelta

from retraining.errors import SpecError
from retraining.rules.ingest.ledger import MICROSECOND, Ledger, Number
from retraining.spec.feed import Feed
from retraining.spec.section import length_of


@dataclass(frozen=True)
class ReadingLimits:
    """initial is the smallest ledger value that is read (None: all), lookback how far below the watermark a slice
    begins, settle_delay how long a row must have existed before it is read: all in the ledger's own numbers."""

    initial: Number | None = None
    lookback: Number = 0
    settle_delay: int = 0


def reading_limits(feed: Feed, ledger: Ledger) -> ReadingLimits:
    """The source section's words as numbers of its ledger. Raises SpecError where they do not fit its type."""
    where = f"{feed.model}: {feed.section}"
    settle_delay = _units(where, ledger, feed.source.settle_delay)
    return ReadingLimits(_initial(feed, ledger), lookback_of(where, ledger, feed.source.lookback), settle_delay)


def _initial(feed: Feed, ledger: Ledger) -> Number | None:
    text = feed.source.initial_value
    try:
        return ledger.from_text(text)
    except (ValueError, ArithmeticError) as err:
        raise SpecError(
            f"{_what(f'{feed.model}: {feed.section}', 'initial_value', text, ledger)} Write a value of that column."
        ) from err


def lookback_of(where: str, ledger: Ledger, amount: int | str | None) -> Number:
    """How far a slice looks back, in the ledger's numbers. where: the section with the amount, for errors."""
    if not isinstance(amount, int):
        return _units(where, ledger, amount)
    if ledger.has_time:
        raise SpecError(f"{_what(where, 'lookback', amount, ledger)} Write a length of time, such as `3 days`.")
    return amount


def _units(where: str, ledger: Ledger, text: str | None) -> int:
    if text is None:
        return 0
    if not ledger.has_time:
        raise SpecError(f"{_what(where, 'lookback or settle_delay', text, ledger)} Only lookback fits: a plain number.")
    length = length_of(text)
    return -(-length // timedelta(days=1)) if ledger.type == "date" else length // MICROSECOND


def _what(where: str, key: str, value: object, ledger: Ledger) -> str:
    return f"{where}.{key} {value!r} does not fit ledger column `{ledger.column}`, a {ledger.type}."
