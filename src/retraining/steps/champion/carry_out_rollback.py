"""An earlier champion goes live again: by a person's request, or by a verdict where the policy allows it. Or the
decided champion does, whose alias somebody moved or deleted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError, RegistryError
from retraining.failpoints import hit
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import rollback_target
from retraining.steps.champion.apply_newest_decision import apply_newest_decision, decision_to_heal
from retraining.steps.champion.check_target import check_target, loads
from retraining.steps.dataset.ingested_source import read_source
from retraining.steps.dataset.load_version import manifest_of_version


def carry_out_rollback(
    context: Context,
    promotions: Sequence[Promotion],
    request_id: str,
    to_version: str | None,
    reason: str,
    decided_by: Callable[[], str | None] = lambda: None,
) -> Promotion:
    """Resolves the target, proves that it can go live, stores the decision under the request, lets the alias follow. A
    request that was decided before is returned as it was. decided_by looks up the person who asked, if one did."""
    decided = [row for row in promotions if row.request_id == request_id and row.state == "DECIDED"]
    if decided:
        return decided[-1]

    decision = replace(_decide(context, promotions, request_id, to_version, reason), decided_by=decided_by())
    return _carry_out(context, decision)


def put_alias_back(
    context: Context,
    promotions: Sequence[Promotion],
    reason: str,
    decided_by: Callable[[], str | None],
) -> Promotion:
    """The newest decision holds, and the alias follows it again: proves that its version loads, stores a decision HEAL
    under this run's id. Only for an alias that says something else than the newest decision. Raises RegistryError for
    a version that is gone or does not load."""
    move = newest_move(promotions)
    if move is None or move.version is None:
        raise NothingToDoError(_no_champion(context))
    if not context.registry.has_version(context.model, move.version):
        raise RegistryError(
            f"{context.model} version {move.version} was deleted from the registry, so the alias cannot go back to it. "
            f"Nothing was decided. Choose an earlier champion with to_version, or another version with the job adopt."
        )
    manifests = read_rows(context.tables, Manifest, context.model)
    loads(context.registry, manifest_of_version(manifests, context.model, move.version))

    healed = decision_to_heal(context, promotions, move, reason)
    return _carry_out(context, replace(healed, request_id=context.run.run_id, decided_by=decided_by()))


def _carry_out(context: Context, decision: Promotion) -> Promotion:
    append_rows(context.tables, "promote", [decision])
    hit("rollback.after_decision")
    apply_newest_decision(context)
    return decision


def _decide(
    context: Context, promotions: Sequence[Promotion], request_id: str, to_version: str | None, reason: str
) -> Promotion:
    spec = context.spec
    move = newest_move(promotions)
    if move is None or move.version is None:
        raise NothingToDoError(_no_champion(context))

    champion = move.version
    target = rollback_target(promotions, champion, to_version)
    manifests = read_rows(context.tables, Manifest, spec.model)
    check_target(context, manifest_of_version(manifests, spec.model, target), champion)

    return Promotion(
        model=spec.model,
        seq=next_seq(promotions),
        state="DECIDED",
        outcome="ROLLBACK",
        version=target,
        previous_version=champion,
        candidate_version=None,
        retrain_key=None,
        request_id=request_id,
        batch_seq=read_source(spec, context.tables).committed.through,
        reasons=(reason,),
        source=spec.source_name,
        **context.stamp,
    )


def _no_champion(context: Context) -> str:
    return (
        f"{context.model} has no champion, so there is nothing to roll back. Run `retraining` first; a version that "
        f"was made by hand is taken over by the job adopt."
    )
