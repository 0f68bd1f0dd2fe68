"""Ask a version the newest requests in a fresh process, before it goes live."""

from retraining.adapters.registry.fresh_process import FreshProcess, ask_fresh_process
from retraining.adapters.registry.registry import load_files
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.gate.smoke import Smoke, smoke
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import feature_columns

REQUESTS = 100


def smoke_test(context: Context, source: IngestedSource, manifest: Manifest, process: FreshProcess) -> Smoke:
    """Up to 100 rows of the newest batch stand for requests. The same files, downloaded once, answer them here too.

    Raises TamperedModelError before any of them is used.
    """
    newest = source.current_rows(Selection(newer_than=manifest.batch_seq - 1), manifest.batch_seq)
    requests = newest.orderBy(ROW_KEY).limit(REQUESTS).select(*feature_columns(context.spec))
    frame = requests.toPandas()
    version = str(manifest.version)

    with context.registry.checked_files(context.model, version, str(manifest.digest), manifest.files) as files:
        answers = ask_fresh_process(process, files, frame)
        expected = load_files(files).predict(frame).tolist() if len(frame) else []
    return smoke(version, answers, expected, context.spec.serving)
