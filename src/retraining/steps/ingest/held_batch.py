"""A batch that failed a gate, said aloud."""

from collections.abc import Sequence

from retraining.adapters.tables import observations
from retraining.adapters.tables.tables import Tables
from retraining.errors import HeldBatchError
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec


def refuse_held(spec: ModelSpec, batches: Sequence[Batch], tables: Tables, run: Run) -> None:
    """Raises HeldBatchError when this run closed a batch as HELD. A retry of the run says it again, until the batch is
    released; other runs go on with the next batch."""
    for batch in batches:
        if batch.state == "HELD" and batch.run_id == run.run_id:
            raise HeldBatchError(_message(spec, batch, tables))


def _message(spec: ModelSpec, batch: Batch, tables: Tables) -> str:
    table = tables.name(observations.table_of(batch.source))
    return (
        f"{batch.source}: batch {batch.batch_seq} is held. {' '.join(batch.held_because)} Its rows are stored and stay "
        f"out of scoring, drift and training; the next run goes on with the next batch. Look at them in {table} where "
        f"_batch_seq = {batch.batch_seq}. If they are right, run the job release_batch with model={spec.model}, "
        f"batch_seq={batch.batch_seq} and a reason; if they are not, correct them at the source under a newer "
        f"{spec.source.ledger_column}."
    )
