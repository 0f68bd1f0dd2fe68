"""Tell a model's consumers of a signature that breaks their calls, before it goes live."""

from collections.abc import Sequence

from retraining.adapters.notify.webhook import post_json
from retraining.records.gate import GateResult
from retraining.records.run import Run
from retraining.records.version import Manifest
from retraining.rules.gate.signature_change import SIGNATURE
from retraining.spec.model_spec import ModelSpec


def tell_consumers(
    spec: ModelSpec, run: Run, candidate: Manifest, version: str, champion: str | None, checks: Sequence[GateResult]
) -> None:
    """Posts to every consumer that the spec lists; nothing where no caller breaks.

    A run that ends between this and its decision tells them again: `retrain_key` is the same then. Raises NotifyError,
    so that nothing goes live of which a consumer was not told.
    """
    broken = [row.sentence for row in checks if row.check == SIGNATURE and row.value]
    if not broken:
        return
    message = {
        "model": spec.model,
        "version": version,
        "champion": champion,
        "what": f"Version {version} of {spec.model} is about to go live. {broken[0]}",
        "retrain_key": candidate.retrain_key,
        "run_id": run.run_id,
    }
    for consumer in spec.gate.consumers:
        post_json(f"Consumer {consumer.name}", consumer.webhook, message, _UNTOLD)


_UNTOLD = (
    "Nothing was promoted. Mend the webhook in gate.consumers, or its receiver; the next run tells all of them again."
)
