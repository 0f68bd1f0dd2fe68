"""Values that the widgets of several operator notebooks hold as text."""

from datetime import UTC, datetime, timedelta

from retraining.errors import ParameterError

_DIGEST_LENGTH = 64


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


def trusted_digest(text: str) -> str | None:
    """The sha256 of the files that an operator trusts, None where the widget is empty. Raises ParameterError for
    anything but all of its hex digits: files with the same first digits can be made on purpose."""
    digest = text.strip().lower()
    if digest and not (len(digest) == _DIGEST_LENGTH and set(digest) <= set("0123456789abcdef")):
        raise ParameterError(
            f"trust {text!r} is not a digest: expected {_DIGEST_LENGTH} hex digits. Leave it empty, and the job prints "
            f"the digest of the version."
        )
    return digest or None
