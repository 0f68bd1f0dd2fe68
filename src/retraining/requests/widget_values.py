"""Values that the widgets of several operator notebooks hold as text."""

from datetime import UTC, datetime, timedelta

from retraining.errors import ParameterError


def batch_number(text: str | None, name: str = "batch_seq") -> int:
    """The number of a batch as a widget holds it. Raises ParameterError for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ParameterError(f"{name} {text!r} is not a batch number. See column batch_seq of table `watermarks`.")
    return int(text)


def end_of(text: str) -> datetime:
    """A moment as it is written, in UTC unless it says otherwise; of a day its last moment. Raises ParameterError for
    anything else."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2013-02-01"):
            moment += timedelta(days=1, microseconds=-1)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as err:
        raise ParameterError(
            f"to_date {text!r} is not a date or time. Write 2013-02-01, which is the end of that day, or "
            f"2013-02-01T06:00:00+00:00."
        ) from err
