"""What a version says in a process that knows nothing of this code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FreshAnswers:
    """predictions: of all requests at once; milliseconds: of requests of one row, one after the other; megabytes: size
    of the version's files; problem: why there are no answers."""

    predictions: tuple[float | str, ...]
    milliseconds: tuple[float, ...]
    megabytes: float
    problem: str | None = None
