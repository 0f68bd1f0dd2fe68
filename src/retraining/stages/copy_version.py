"""Bring a version that another target fitted into this one, where its own gate judges it."""

import hashlib
import logging
from dataclasses import dataclass, replace

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.logged_runs import MANIFEST_SEQ, MODEL, RETRAIN_KEY
from retraining.adapters.registry.made_elsewhere import COPIED_FROM, Original, copy_here, other_schema
from retraining.adapters.registry.registry import CHALLENGER, REPRODUCIBLE, Registry
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.requests.copy_version import CopyRequest
from retraining.rules.champion.standing_verdict import why_not_copied
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.live_versions import live_champion
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.dataset.load_version import manifest_of_version
from retraining.steps.imported.check_made_elsewhere import check_inputs
from retraining.steps.imported.copied_manifest import copied_manifest

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
    """Copy a version, write its manifest, make it challenger. Asked again before a newer batch, the same copy is found;
    with a newer batch there are other days to judge on, and a copy of its own.

    Raises ParameterError for a request that does not fit the spec, RegistryError for a version that cannot be used on
    its columns, NothingToDoError for files that are champion already or were left by a rollback.
    """
    spec = context.spec
    _check(context, request)
    source, there = read_source(spec, context.tables), other_schema(context.registry, request.schema)
    check_inputs(spec, there, request.model, request.version)
    original = Original(there, request.model, request.version, there.files(request.model, request.version))
    until = _trained_until(spec, source, original, request)
    manifests = read_rows(context.tables, Manifest, spec.model)
    key = _key(spec, source, original, until)
    made = next((row for row in manifests if row.retrain_key == key), None)
    if made is None:
        refusal = why_not_copied(original.digest, manifests, read_rows(context.tables, Promotion, spec.model))
        if refusal:
            raise NothingToDoError(f"{spec.model}: {original.name} is not copied: {refusal}.")
        made = _register(context, source, request, original, key, until, manifests)
    if context.registry.version_of(spec.model, CHALLENGER) != made.version:
        context.registry.set_alias(spec.model, CHALLENGER, str(made.version))
    report = CopyReport(made, original.name)
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
            f"{context.model}: gate.holdout is reserved, and nobody can say whether another target's fit has seen the "
            f"reserved keys. Set gate.holdout: newest, or retrain here."
        )


def _key(spec: ModelSpec, source: IngestedSource, original: Original, trained_until: str) -> str:
    """Names a copy: the same files, said to have learned the same, judged on the same batches."""
    parts = ["copy", spec.model, original.name, original.digest, str(source.committed.through), trained_until]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _register(
    context: Context,
    source: IngestedSource,
    request: CopyRequest,
    original: Original,
    key: str,
    until: str,
    manifests: list[Manifest],
) -> Manifest:
    spec = context.spec
    registry = context.registry
    champion = live_champion(context)
    live = manifest_of_version(manifests, spec.model, champion) if champion else None
    planned = copied_manifest(context, source, original, key, until, live, next_seq(manifests))
    version = copy_here(registry, spec.model, original, {row.version for row in manifests})
    files = registry.files(spec.model, version)
    made = replace(planned, version=version, digest=digest_of_files(files), files=files)
    registry.tag(spec.model, version, _tags(registry, made, request))
    append_rows(context.tables, "retrain", [made])
    return made


def _trained_until(spec: ModelSpec, source: IngestedSource, original: Original, request: CopyRequest) -> str:
    """As a ledger value of ours. Raises ParameterError where nobody says it, or what is said is none."""
    said = request.trained_until or original.registry.tags_of(original.model, original.version).get("trained_until")
    if said is None:
        raise ParameterError(
            f"{original.name} has no tag `trained_until`, and the parameter is empty: the days that judge it must be "
            f"newer than what it learned. Set trained_until to its newest value of {spec.source.ledger_column}."
        )
    try:
        return str(source.ledger.to_text(source.ledger.from_text(said)))
    except (ValueError, ArithmeticError) as err:
        raise ParameterError(
            f"{original.name}: trained_until {said!r} is no {source.ledger.type} of {spec.source.ledger_column}. Set "
            f"the parameter to its newest training value, for example 2013-02-01."
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
    }
