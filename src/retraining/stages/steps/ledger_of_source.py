"""The ledger of a source that has been ingested."""

from retraining.errors import NothingToDoError
from retraining.records.batch import Batch
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec


def ledger_of_source(spec: ModelSpec, batches: list[Batch]) -> Ledger:
    """Column and type that the source's batches were planned with. Raises NothingToDoError before the first
    ingestion."""
    if not any(batch.state == "COMMITTED" for batch in batches):
        raise NothingToDoError(
            f"{spec.model}: source `{spec.source_name}` has no committed batch. Run 01_ingest first."
        )
    return Ledger(spec.source.ledger_column, batches[-1].ledger_type)
