"""The sentence of an error, without what Spark wraps around it."""

from __future__ import annotations

from local_workspace.machine_faults import machine_fault

TRACEBACK = "Traceback (most recent call last):"


def sentence_of(err: BaseException) -> str:
    """Type and message of an error. Of one that a Spark worker raised, those of the worker's own: Spark puts its
    traceback, which ends with them, into the message of another error that begins with an empty line. Of one behind
    which the machine refused something, that and the cure."""
    text = str(err).strip()
    fault = _fault_below(err)
    if fault:
        return fault
    if TRACEBACK in text:
        own = _last_words(text.rsplit(TRACEBACK, 1)[1])
        if own:
            return f"{own} (raised on a Spark worker)"
    return f"{type(err).__name__}: {text}"


def _fault_below(err: BaseException | None) -> str | None:
    """What the machine refused, by the words of an error or of one that it was raised from."""
    while err is not None:
        fault = machine_fault(str(err))
        if fault:
            return fault
        err = err.__cause__
    return None


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
