"""Where a version comes from, as tags of its run and of the version itself."""

from retraining.adapters.registry.log_version import lock_hash
from retraining.adapters.registry.logged_runs import MANIFEST_SEQ, MODEL, RETRAIN_KEY
from retraining.adapters.registry.registry import CHAMPION, REPRODUCIBLE
from retraining.adapters.tables import observations
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.steps.training.fit import Fit
from retraining.strategies.estimators import seeds_of

LOCK_HASH = "lock_hash"
RECIPE = "recipe"
PARAMS = "params"
"""The form that a search found."""
_DIRTY = "-dirty"


def lineage_tags(context: Context, manifest: Manifest, learned: Fit, base: Manifest | None) -> dict[str, str]:
    """Tags of a filled manifest, whose version does not exist yet. Keys match [a-z0-9_]+; of what is not known, the tag
    shows that. git_dirty is known only of a code version that ends in -dirty, as `git describe --dirty` writes it."""
    tags = {
        MODEL: context.registry.full_name(context.model),
        RETRAIN_KEY: manifest.retrain_key,
        MANIFEST_SEQ: str(manifest.seq),
        "role": manifest.role,
        "action": manifest.action,
        "code_version": manifest.code_version,
        "git_dirty": "true" if manifest.code_version.endswith(_DIRTY) else "unknown",
        "spec_hash": manifest.spec_hash,
        LOCK_HASH: lock_hash(),
        "seed": seeds_of(learned.estimator),
        "data_table": data_table(context),
        "data_table_id": observations.observations_id(context.tables, context.spec.source_name),
        "data_table_version": str(manifest.observations_version),
        "batch_from": str(base.batch_seq + 1 if base else 1),
        "batch_seq": str(manifest.batch_seq),
        "trained_rows": str(manifest.trained_rows),
        "trained_until": str(manifest.trained_until),
        "data_hash": str(manifest.data_hash),
        "parent_champion": context.registry.version_of(context.model, CHAMPION) or "none",
        "job_run_id": manifest.run_id,
        REPRODUCIBLE: str(manifest.reproducible).lower(),
    }
    if manifest.base_version:
        tags["base_version"] = manifest.base_version
    if context.spec.is_searched:
        tags[RECIPE] = learned.found.form.recipe
        tags[PARAMS] = learned.found.form.as_json
    if learned.start:
        tags["start_model"] = learned.start.model
        tags["start_version"] = str(learned.start.version)
    if learned.not_updated:
        tags["not_updated"] = learned.not_updated
    return tags


def data_table(context: Context) -> str:
    """Full name of the table with the training rows."""
    return f"{context.tables.catalog}.{context.tables.schema}.{observations.table_of(context.spec.source_name)}"
