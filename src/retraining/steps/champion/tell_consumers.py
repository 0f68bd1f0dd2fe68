"""Tell a model's consumers of a signature that breaks their calls, before it goes live."""

from collections.abc import Sequence

from retraining.adapters.notify.webhook import post_json
from retraining.context import Context
from retraining.records.gate import GateResult
from retraining.records.version import Manifest
from retraining.rules.gate.signature_change import SIGNATURE


def tell_consumers(
    context: Context, candidate: Manifest, version: str, champion: str | None, checks: Sequence[GateResult]
) -> None:
    """Posts to every consumer that the spec lists; nothing where no caller breaks.

    A run that ends between this and its decision posts again, with the same `retrain_key`. Raises NotifyError, so that
    nothing goes live without every consumer knowing.
    """
    broken = [row.sentence for row in checks if row.check == SIGNATURE and row.value]
    if not broken:
        return

    message = {
        "model": context.model,
        "version": version,
        "champion": champion,
        "what": f"Version {version} of {context.model} is about to go live. {broken[0]}",
        "retrain_key": candidate.retrain_key,
        "run_id": context.run.run_id,
    }
    for consumer in context.spec.gate.consumers:
        post_json("Consumer", consumer, message, _UNTOLD, context.read_secret)


_UNTOLD = (
    "Nothing was promoted. Repair the webhook in gate.consumers, or its receiver; the next run posts to all of them "
    "again."
)
