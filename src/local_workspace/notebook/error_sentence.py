"""The sentence of an error, without what Spark wraps around it."""

from __future__ import annotations

TRACEBACK = "Traceback (most recent call last):"


def sentence_of(err: BaseException) -> str:
    """Type and message of an error. Of one that a Spark worker raised, those of the worker's own: Spark puts its
    traceback, which ends with them, into the message of another error that begins with an empty line."""
    text = str(err).strip()
    if TRACEBACK in text:
        own = _last_words(text.rsplit(TRACEBACK, 1)[1])
        if own:
            return f"{own} (raised on a Spark worker)"
    return f"{type(err).__name__}: {text}"


def _last_words(trace: str) -> str:
    """The lines under the frames of a traceback, which are indented, up to the first empty one."""
    lines = iter(trace.strip("\n").splitlines())
    own = next((line for line in lines if line.strip() and not line.startswith(" ")), "")
    rest = []
    for line in lines:
        if not line.strip() or line.startswith("JVM stacktrace"):
            break
        rest.append(line)
    return "\n".join([own, *rest]).strip()
