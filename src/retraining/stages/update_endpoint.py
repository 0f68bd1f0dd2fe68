"""The endpoint of a model answers with its champion: a new version is started beside the old one, and watched."""

import json
import logging
from dataclasses import asdict

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.serving.endpoints import Endpoints, endpoint_name
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError, SpecError, SwapBackedOffError
from retraining.records.serving import SwapReport
from retraining.spec.serving_section import EndpointSection
from retraining.steps.serving.golden_requests import golden_requests
from retraining.steps.serving.swap_endpoint import Swap, swap_endpoint

_log = logging.getLogger(__name__)


def update_endpoint(context: Context, endpoints: Endpoints, version: str | None = None) -> SwapReport:
    """Bring the endpoint to the champion, once: where it answers with it already, nothing is done.

    version: a caller's word for which version that should be; ParameterError for one that is not the champion. An
    endpoint that exists is updated; one is created only where the spec has `serving.endpoint`, because it costs money.
    Raises SwapBackedOffError where the new version failed, was too slow or answered otherwise.
    """
    model = context.model
    champion = context.registry.version_of(model, CHAMPION)
    if champion is None:
        raise NothingToDoError(f"{model} has no champion, so no endpoint can answer. The job retraining makes one.")
    if version not in (None, champion):
        raise ParameterError(
            f"version {version} is not the champion of {model}, which is {champion}. An endpoint answers with the "
            f"champion alone. Promote that version first, with the job rollback (to_version={version})."
        )

    full_name = context.registry.full_name(model)
    name = endpoint_name(full_name)
    section = context.spec.serving.endpoint
    if section is None and endpoints.read(name) is None:
        raise SpecError(
            f"specs/{model}.yml names no `serving.endpoint`, and there is no endpoint {name}. Add the section, "
            f"`serving: {{ endpoint: {{}} }}` for the defaults; then the next run creates it."
        )
    wanted = section or EndpointSection()
    report = swap_endpoint(
        endpoints,
        Swap(name, full_name, champion, wanted, golden_requests(context, champion)),
        context.run.stopwatch,
    )
    _log.info(report.summary)
    if report.outcome == "BACKED_OFF":
        raise SwapBackedOffError(report.summary)
    return report


def as_json(report: SwapReport) -> str:
    """What the job's caller reads."""
    return json.dumps(asdict(report))
