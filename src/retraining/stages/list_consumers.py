"""Which consumers do not know the newest champion of their model."""

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.records.promotion import Promotion
from retraining.records.serving import ConsumerUpdate, OutdatedConsumer
from retraining.rules.serving.outdated_consumers import DueConsumers, consumers_of, outdated
from retraining.steps.serving.consumers_context import ConsumersContext


def list_consumers(context: ConsumersContext) -> DueConsumers:
    """Consumers that have to follow, of all models. A model whose spec cannot be read has none: its own run says what
    is wrong with it."""
    found: list[OutdatedConsumer] = []
    for model, spec in context.specs.items():
        consumers = consumers_of(spec, context.batches) if spec else ()
        if consumers:
            updates = read_rows(context.tables, ConsumerUpdate, model)
            found += outdated(consumers, read_rows(context.tables, Promotion, model), updates)
    return DueConsumers(tuple(found))
