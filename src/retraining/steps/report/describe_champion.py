"""The model's card in the registry, and the errors of its versions beside them."""

from retraining.adapters.registry.describe_model import describe_model, tag_errors
from retraining.adapters.registry.log_pages import FOLDER
from retraining.context import Context
from retraining.records.event import Event
from retraining.report.model_card import gate_metrics, model_card
from retraining.report.words import newest_path
from retraining.steps.report.run_records import RunRecords


def describe_champion(context: Context, event: Event, records: RunRecords, pages_run_id: str) -> None:
    """Nothing where there is no champion: a model of which no version was ever registered has no place for a card."""
    registry = context.registry
    if event.champion_after is None:
        return

    page = f"artifact {FOLDER}/{newest_path(context.model)} of MLflow run {pages_run_id}"
    describe_model(registry, context.model, model_card(context.spec, registry.full_name(context.model), event, page))

    promotion = records.promotion
    if promotion and promotion.outcome == "PROMOTE":
        tag_errors(registry, context.model, event.champion_after, "gate", gate_metrics(records.gate_results))
    before = event.champion_before
    if before and event.error_before is not None and registry.has_version(context.model, before):
        tag_errors(registry, context.model, before, "realised", {event.metric: event.error_before})
