"""Tell people of the incidents that a run opened or resolved."""

import logging
from collections.abc import Sequence

from retraining.adapters.notify.webhook import post_json
from retraining.context import Context
from retraining.errors import NotifyError
from retraining.records.event import Incident

_log = logging.getLogger(__name__)


def send_alerts(context: Context, news: Sequence[Incident]) -> tuple[str, ...]:
    """One line in the log and one message to each webhook for each incident; returns a sentence for each webhook that
    was not reached. A run that is tried again tells them again, with the same id."""
    return tuple(failure for each in news for failure in _tell(context, each))


def _tell(context: Context, incident: Incident) -> list[str]:
    state = "open" if incident.is_open else "resolved"
    _log.warning("%s: %s", state, incident.line)
    message = {
        "model": incident.model,
        "incident": incident.id,
        "kind": incident.kind,
        "state": state,
        "text": incident.line,
        "run_id": context.run.run_id,
    }

    failures = []
    for route in context.spec.alerts.webhooks:
        try:
            post_json(f"Webhook {route.name}", route.webhook, message, _UNTOLD)
        except NotifyError as err:
            failures.append(str(err))

    return failures


_UNTOLD = "The decision stands and the page is written. Mend the webhook in alerts.webhooks, then repair this run."
