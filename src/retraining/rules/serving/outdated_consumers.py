"""Who uses a model's champion, and does not know the newest one yet."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from retraining.records.promotion import Promotion
from retraining.records.serving import Consumer, ConsumerUpdate, OutdatedConsumer
from retraining.rules.champion.alias_state import is_applied, newest_move
from retraining.spec.batch_spec import CHAMPION, BatchSpec
from retraining.spec.model_spec import ModelSpec

EVERYONE_FOLLOWS = "Every consumer knows the champion of its model."


def consumers_of(spec: ModelSpec, batches: Sequence[BatchSpec]) -> tuple[Consumer, ...]:
    """The endpoint that the spec has, the batch tables that are scored again by a new champion, and the webhooks."""
    endpoint = [Consumer("endpoint", spec.model)] if spec.serving.endpoint else []
    rescored = [each for each in batches if (each.model, each.version) == (spec.model, CHAMPION)]
    tables = [Consumer("batch", each.batch) for each in rescored if each.on_promotion == "rescore"]
    webhooks = [Consumer("webhook", each.name) for each in spec.gate.consumers]
    return (*endpoint, *tables, *webhooks)


def outdated(
    consumers: Sequence[Consumer], promotions: Sequence[Promotion], updates: Sequence[ConsumerUpdate]
) -> tuple[OutdatedConsumer, ...]:
    """Consumers whose last update was to another version than the champion; none before the first champion, and none
    while the alias does not follow the newest decision: its own run ends that.

    promotions, updates: of one model, oldest first.
    """
    move = newest_move(promotions)
    if move is None or move.version is None or not is_applied(promotions, move):
        return ()

    known = {row.consumer: row.version for row in updates}
    return tuple(
        OutdatedConsumer(each.role, each.called, move.model, move.version, move.seq, known.get(each.name))
        for each in consumers
        if known.get(each.name) != move.version
    )


@dataclass(frozen=True)
class DueConsumers:
    """The consumers that have to follow, as tasks pass them on."""

    consumers: tuple[OutdatedConsumer, ...]

    @property
    def endpoints(self) -> list[str]:
        """Models whose endpoint has to be updated."""
        return [each.called for each in self.consumers if each.role == "endpoint"]

    @property
    def batches(self) -> list[str]:
        """Batch tables that have to be scored again."""
        return [each.called for each in self.consumers if each.role == "batch"]

    @property
    def as_json(self) -> str:
        """All of them, for the task that ends the job."""
        return json.dumps([asdict(each) for each in self.consumers])

    @property
    def summary(self) -> str:
        """A line for each."""
        lines = [f"{each.name} has to follow version {each.version} of {each.model}." for each in self.consumers]
        return "\n".join(lines) or EVERYONE_FOLLOWS
