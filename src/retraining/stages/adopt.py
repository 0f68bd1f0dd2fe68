"""Take over a model that is already registered, so that the loop goes on from it."""

import logging
from dataclasses import dataclass

from retraining.adapters.registry.made_elsewhere import version_in_stage
from retraining.adapters.registry.registry import REPRODUCIBLE
from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.requests.adopt import AdoptRequest
from retraining.requests.reason import check_one_request
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.history import same_adoption
from retraining.spec.model_spec import ModelSpec
from retraining.steps.champion.apply_newest_decision import apply_newest_decision
from retraining.steps.dataset.ingested_source import IngestedSource, read_source
from retraining.steps.imported.check_made_elsewhere import check_has_one_model
from retraining.steps.imported.check_trust import TRUSTED
from retraining.steps.imported.take_over import take_over

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AdoptReport:
    """The decision that made the version champion."""

    promotion: Promotion

    @property
    def summary(self) -> str:
        """One line for people."""
        row = self.promotion
        return f"{row.model}: version {row.version} is taken over as champion. {' '.join(row.reasons)}"


def adopt(context: Context, request: AdoptRequest) -> AdoptReport:
    """Write what the loop needs to know of a version, then make it champion by a decision ADOPTED. The same run
    repeated only reconciles, and so does another run with the same version and reason while it is champion.

    Adopting is a choice, so an alias that was set by hand does not stop it. Raises ParameterError for a request
    that does not fit the spec and its batches, RegistryError for a version that cannot be taken over,
    UntrustedVersionError for one whose files the request does not trust: it is not loaded.
    """
    spec = context.spec
    check_has_one_model(spec)
    promotions = apply_newest_decision(context, "leave")
    decided = [row for row in promotions if row.request_id == context.run.run_id and row.state == "DECIDED"]
    if decided:
        same = decided[-1].reasons[0] == request.reason and request.version in (None, decided[-1].version)
        check_one_request(context.run.run_id, same)
        return AdoptReport(decided[-1])

    source = read_source(spec, context.tables)
    _check(spec, source, request)
    version = request.version or version_in_stage(context.registry, spec.model, str(request.old_stage))
    earlier = same_adoption(promotions, version, request.reason)
    if earlier:
        return AdoptReport(earlier)

    manifest = _adopted(context, promotions, version) or take_over(context, source, request, version)
    tags = {"retrain_key": manifest.retrain_key, REPRODUCIBLE: "false", TRUSTED: str(manifest.digest)}
    context.registry.tag(spec.model, version, tags)

    live = newest_move(promotions)
    decision = Promotion(
        model=spec.model,
        seq=next_seq(promotions),
        state="DECIDED",
        outcome="ADOPTED",
        version=version,
        previous_version=live.version if live else None,
        candidate_version=version,
        retrain_key=manifest.retrain_key,
        request_id=context.run.run_id,
        batch_seq=source.committed.through,
        reasons=(request.reason, _trained_on(request, manifest), f"Its files have the digest {manifest.digest}."),
        source=source.name,
        decided_by=context.run.started_by(),
        **context.stamp,
    )
    append_rows(context.tables, "promote", [decision])
    apply_newest_decision(context)

    report = AdoptReport(decision)
    _log.info(report.summary)
    return report


def _check(spec: ModelSpec, source: IngestedSource, request: AdoptRequest) -> None:
    newest = source.committed.through
    if request.last_batch > newest:
        raise ParameterError(
            f"last_batch {request.last_batch}: the newest usable batch of `{source.name}` is {newest}. Ingest the rows "
            f"that the model was trained on first; they may come in one batch."
        )
    if request.label not in (None, spec.columns.label):
        raise ParameterError(
            f"label {request.label!r}: specs/{spec.model}.yml predicts `{spec.columns.label}`. Errors of two labels "
            f"cannot be compared; give the adopted model another spec."
        )


def _adopted(context: Context, promotions: list[Promotion], version: str) -> Manifest | None:
    """What an earlier adoption of this version wrote. Raises NothingToDoError for a version that has another way."""
    spec = context.spec
    live = newest_move(promotions)
    if live and live.version == version:
        raise NothingToDoError(f"{spec.model} version {version} is the champion already; there is nothing to adopt.")
    if any(row.outcome == "ROLLBACK" and row.previous_version == version for row in promotions):
        raise NothingToDoError(f"{spec.model} version {version} was left by a rollback. Only a new fit may go live.")

    manifests = [
        row for row in read_rows(context.tables, Manifest, spec.model) if row.version == version and row.digest
    ]
    if manifests and manifests[-1].role != "adopted":
        raise NothingToDoError(
            f"{spec.model} version {version} was registered by this bundle; it goes live through 04_promote or the job "
            f"rollback."
        )
    return manifests[-1] if manifests else None


def _trained_on(request: AdoptRequest, manifest: Manifest) -> str:
    batches = f"batches {request.first_batch} to {request.last_batch}"
    return f"Trained by hand on {manifest.trained_rows or 0:,} rows of {batches}, until {manifest.trained_until}."
