"""Sending the incidents that a run opened or resolved to people."""

import logging
from collections.abc import Sequence

from retraining.adapters.notify.webhook import post_json
from retraining.context import Context
from retraining.errors import NotifyError
from retraining.records.event import Incident

_log = logging.getLogger(__name__)


def send_alerts(context: Context, news: Sequence[Incident]) -> dict[str, list[str]]:
    """Writes one line to the log and sends one message to each webhook for each incident. Returns a sentence for each
    webhook that was not reached, by the incident's id. A message may arrive twice, with the same id: after a kill, or
    where another webhook was not reached."""
    failures = {incident.id: _send(context, incident) for incident in news}
    return {name: found for name, found in failures.items() if found}


def _send(context: Context, incident: Incident) -> list[str]:
    _log.warning("%s: %s", incident.state, incident.line)
    message = {
        "model": incident.model,
        "incident": incident.id,
        "kind": incident.kind,
        "state": incident.state,
        "text": incident.line,
        "run_id": context.run.run_id,
    }

    failures = []
    for route in context.spec.alerts.webhooks:
        try:
            post_json("Webhook", route, message, _CURE, context.read_secret)
        except NotifyError as err:
            failures.append(str(err))

    return failures


_CURE = (
    "The decision stands. Correct the webhook in alerts.webhooks, its secret or its receiver; the model's next run "
    "sends the alert again."
)
