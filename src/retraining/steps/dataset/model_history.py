"""What has happened to a model so far: its decisions, fits, promotions and gate results."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.context import Context
from retraining.records.decision import Decision
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.ingest.batch_numbers import BatchNumbers
from retraining.steps.dataset.load_version import manifest_of_version


@dataclass(frozen=True)
class ModelHistory:
    """The control rows of one model, oldest first, as they were when the stage read them."""

    model: str
    decisions: Sequence[Decision] = ()
    manifests: Sequence[Manifest] = ()
    promotions: Sequence[Promotion] = ()
    gate_results: Sequence[GateResult] = ()

    def numbered_by(self, numbers: BatchNumbers) -> "ModelHistory":
        """The same history in the batch numbers of one source: what happened under another one is older than its
        first batch. Only to compare with; rows are stored as they were read."""
        return replace(
            self,
            decisions=numbers.of_decisions(self.decisions),
            manifests=numbers.of_manifests(self.manifests),
            promotions=numbers.of_promotions(self.promotions),
        )

    @property
    def registered(self) -> list[Manifest]:
        """The manifests of versions that are complete in the registry."""
        return [row for row in self.manifests if row.state == "REGISTERED"]

    def manifest_of(self, version: str | None) -> Manifest | None:
        """The manifest of a version, None where no version is named. Raises RegistryError for a version without one."""
        return manifest_of_version(self.manifests, self.model, version) if version else None


def read_history(context: Context) -> ModelHistory:
    """Four small tables at once: one after the other they would take longer than some stages' work."""
    with ThreadPoolExecutor() as pool:
        decisions = pool.submit(read_rows, context.tables, Decision, context.model)
        manifests = pool.submit(read_rows, context.tables, Manifest, context.model)
        promotions = pool.submit(read_rows, context.tables, Promotion, context.model)
        gate_results = pool.submit(read_rows, context.tables, GateResult, context.model)

    return ModelHistory(
        context.model, decisions.result(), manifests.result(), promotions.result(), gate_results.result()
    )
