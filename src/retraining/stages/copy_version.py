"""Bring a version that another target fitted into this one, where its own gate judges it."""

import hashlib
import logging
from dataclasses import dataclass, replace

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.logged_runs import MANIFEST_SEQ, MODEL, RETRAIN_KEY
from retraining.adapters.registry.made_elsewhere import COPIED_FROM, Original, copy_here, other_schema
from retraining.adapters.registry.registry import CHALLENGER, REPRODUCIBLE, Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.version import Manifest
from retraining.requests.copy_version import CopyRequest
from retraining.rules.champion.standing_verdict import live_copy, why_not_copied
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.live_versions import heal_and_read_champion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.model_history import ModelHistory, read_history
from retraining.steps.imported.check_made_elsewhere import check_has_one_model, check_inputs
from retraining.steps.imported.check_trust import TRUSTED, check_trust
from retraining.steps.imported.copied_manifest import Copy, copied_manifest

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CopyReport:
    """The copy, which promotion judges next."""

    manifest: Manifest
    original: str

    @property
    def summary(self) -> str:
        """One line for people."""
        made = self.manifest
        judged = f"judged on [{made.holdout_from}, {made.holdout_before})" if made.holdout_from else "no day judges it"
        return (
            f"{made.model}: version {made.version} is a copy of {self.original}, trained until {made.trained_until}; "
            f"{judged}"
        )


def copy_version(context: Context, request: CopyRequest) -> CopyReport:
    """Copy a version, write its manifest, make it challenger. Before a newer batch the same request finds the same
    copy, and later as well while that copy is champion. Else a newer batch brings other days to judge on, and another
    copy.

    Raises ParameterError for a request that does not fit the spec, RegistryError for a version that cannot be used on
    its columns, NothingToDoError for files that are champion already or were left by a rollback,
    UntrustedVersionError for files that the request does not trust: they are not loaded.
    """
    spec = context.spec
    check_has_one_model(spec)
    _check(context, request)
    schema = other_schema(context.registry, request.schema)
    check_inputs(spec, schema, request.model, request.version)
    original = Original(schema, request.model, request.version, schema.files(request.model, request.version))

    source = read_source(spec, context.tables)
    until = _trained_until(spec, source, original, request)
    history = read_history(context).numbered_by(source.numbers)
    key = _key(spec, source, original, until)
    manifest = next((row for row in history.manifests if row.retrain_key == key), None)
    manifest = manifest or live_copy(original.digest, until, history.manifests, history.promotions)
    if manifest is None:
        refusal = why_not_copied(original.digest, history.manifests, history.promotions)
        if refusal:
            raise NothingToDoError(f"{spec.model}: {original.name} is not copied: {refusal}.")
        check_trust(schema, request.model, request.version, original.digest, request.trust, history.manifests)
        manifest = _register(context, source, request, Copy(original, key, until), history)

    is_live = manifest.retrain_key != key
    if not is_live and context.registry.version_of(spec.model, CHALLENGER) != manifest.version:
        context.registry.set_alias(spec.model, CHALLENGER, str(manifest.version))
    report = CopyReport(manifest, original.name)
    _log.info(report.summary)
    return report


def _check(context: Context, request: CopyRequest) -> None:
    if request.full_name == context.registry.full_name(context.model):
        raise ParameterError(
            f"source_model {request.full_name!r} is this target's own model. Name one of another schema; an earlier "
            f"champion comes back with the job rollback."
        )
    if context.spec.gate.holdout == "reserved":
        raise ParameterError(
            f"{context.model}: gate.holdout is reserved, and it is not known whether another target's fit has seen the "
            f"reserved keys. Set gate.holdout: newest, or retrain here."
        )


def _key(spec: ModelSpec, source: IngestedSource, original: Original, trained_until: str) -> str:
    """Names a copy: the same files, said to have learned the same, judged on the same batches of the same source."""
    parts = ["copy", spec.model, original.name, original.digest, str(source.committed.through), trained_until]
    if source.name != spec.model:
        parts.append(source.name)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _register(
    context: Context, source: IngestedSource, request: CopyRequest, copy: Copy, history: ModelHistory
) -> Manifest:
    registry = context.registry
    champion = history.manifest_of(heal_and_read_champion(context))
    planned = copied_manifest(context, source, copy, champion, next_seq(history.manifests))

    version = copy_here(registry, context.model, copy.original, {row.version for row in history.manifests})
    files = registry.files(context.model, version)
    manifest = replace(planned, version=version, digest=digest_of_files(files), files=files)
    registry.tag(context.model, version, _tags(registry, manifest, request))
    append_rows(context.tables, "retrain", [manifest])
    return manifest


def _trained_until(spec: ModelSpec, source: IngestedSource, original: Original, request: CopyRequest) -> str:
    """As a ledger value of ours. Raises ParameterError where neither request nor tag names one."""
    text = request.trained_until or original.registry.tags_of(original.model, original.version).get("trained_until")
    if text is None:
        raise ParameterError(
            f"{original.name} has no tag `trained_until`, and the parameter is empty: the days that judge it must be "
            f"newer than what it learned. Set trained_until to its newest value of {spec.source.ledger_column}."
        )
    try:
        return str(source.ledger.to_text(source.ledger.from_text(text)))
    except (ValueError, ArithmeticError) as err:
        raise ParameterError(
            f"{original.name}: trained_until {text!r} is not a {source.ledger.type} of {spec.source.ledger_column}. "
            f"Set the parameter to its newest training value, for example 2013-02-01."
        ) from err


def _tags(registry: Registry, made: Manifest, request: CopyRequest) -> dict[str, str]:
    """The copy brought the original's tags along; these say what it is here."""
    return {
        MODEL: registry.full_name(made.model),
        RETRAIN_KEY: made.retrain_key,
        MANIFEST_SEQ: str(made.seq),
        "role": made.role,
        "trained_until": str(made.trained_until),
        "job_run_id": made.run_id,
        REPRODUCIBLE: "false",
        COPIED_FROM: f"{request.full_name}/{request.version}",
        "copy_reason": request.reason,
        TRUSTED: str(made.digest),
    }
