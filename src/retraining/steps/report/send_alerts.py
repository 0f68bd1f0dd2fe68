"""Sending the incidents that a run opened or resolved to people."""

import logging
from collections.abc import Sequence

from retraining.adapters.notify.webhook import post_json
from retraining.context import Context
from retraining.errors import NotifyError
from retraining.records.event import Incident

_log = logging.getLogger(__name__)


def send_alerts(context: Context, news: Sequence[Incident]) -> tuple[str, ...]:
    """Writes one line to the log and sends one message to each webhook for each incident. Returns a sentence for each
    webhook that was not reached. A repeated run sends them again, with the same id."""
    return tuple(failure for incident in news for failure in _send(context, incident))


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
    "The decision stands and the page is written. Correct the webhook in alerts.webhooks, then use `Repair run` of "
    "this job run: it sends the alert again."
)
