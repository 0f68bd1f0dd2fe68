"""What is known of an endpoint, and of a change of the version that it answers with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from retraining.records.run import Stamped

SwapOutcome = Literal["UNCHANGED", "CREATED", "SWITCHED", "BACKED_OFF"]


@dataclass(frozen=True)
class ServedVersion:
    """A version behind an endpoint."""

    entity: str
    """Name of the served entity."""
    version: str
    """Number of the version in the registry."""
    share: int
    """Requests that it answers, of 100."""


@dataclass(frozen=True)
class EndpointState:
    """An endpoint as it is."""

    name: str
    """As callers name it."""
    served: tuple[ServedVersion, ...]
    """The versions behind it; several while it changes."""
    is_updating: bool = False
    """Whether a change has begun and not ended."""
    failure: str | None = None
    """Why its newest update failed, where it did."""

    @property
    def main(self) -> ServedVersion | None:
        """The version that answers most requests."""
        return max(self.served, key=lambda each: each.share, default=None)


@dataclass(frozen=True)
class GoldenRequests:
    """Rows whose answers are known."""

    rows: tuple[dict[str, Any], ...]
    """As a caller sends them."""
    expected: tuple[float | str, ...]
    """What the version's checked files say of each."""


@dataclass(frozen=True)
class Watched:
    """What one version did while it was watched."""

    entity: str
    """Name of the served entity."""
    requests: int = 0
    """Ours and those of callers, as far as the endpoint counts them."""
    failed: int = 0
    """Requests without an answer, or with a status from 500 on."""
    wrong: tuple[str, ...] = ()
    """Golden rows that were answered otherwise, a sentence each."""
    milliseconds: tuple[float, ...] = ()
    """How long our own requests took."""


@dataclass(frozen=True)
class SwapReport:
    """How a change of an endpoint ended."""

    endpoint: str
    """Name of the endpoint."""
    outcome: SwapOutcome
    """Whether it answers with another version now."""
    version: str
    """What answers now."""
    before: str | None = None
    """What answered before; None for a new endpoint."""
    reasons: tuple[str, ...] = ()
    """Why it was not changed, a sentence each; empty where it was."""
    steps: Sequence[str] = field(default_factory=tuple)
    """What was done, in order, a line each."""

    @property
    def summary(self) -> str:
        """For people."""
        said = {
            "UNCHANGED": f"{self.endpoint} answers with version {self.version} already.",
            "CREATED": f"{self.endpoint} is new and answers with version {self.version}.",
            "SWITCHED": f"{self.endpoint} answers with version {self.version}, before with {self.before}.",
            "BACKED_OFF": f"{self.endpoint} still answers with version {self.version}.",
        }[self.outcome]
        return " ".join([said, *self.reasons])


ConsumerRole = Literal["endpoint", "batch", "webhook"]


@dataclass(frozen=True)
class Consumer:
    """What uses the champion of a model, and has to follow it."""

    role: ConsumerRole
    """The serving endpoint, a batch table that is scored again, or a webhook of gate.consumers."""
    called: str
    """The model whose endpoint it is, the batch table, or the webhook's name."""

    @property
    def name(self) -> str:
        """`role:called`, as tables have it."""
        return f"{self.role}:{self.called}"


@dataclass(frozen=True)
class OutdatedConsumer(Consumer):
    """A consumer that does not know the champion."""

    model: str
    """Name of the model."""
    version: str
    """The champion."""
    seq: int
    """The promotion that made it champion."""
    previous: str | None
    """The version that the consumer was brought to last; None where it never was."""


@dataclass(frozen=True)
class ConsumerUpdate(Stamped):
    """A consumer of a model that follows a new champion from now on."""

    model: str
    """Name of the model."""
    seq: int
    """The promotion that made the version champion."""
    consumer: str
    """`endpoint:<model>`, `batch:<batch>` or `webhook:<name>`."""
    version: str
    """The version that it was brought to."""
    previous: str | None
    """The version that it was brought to before."""
