"""Who is notified when an incident opens or is resolved. The log of the run always shows it."""

from retraining.spec.section import Section
from retraining.spec.serving_section import ConsumerSection


class AlertsSection(Section):
    """Routes beside the log and the run's page."""

    webhooks: tuple[ConsumerSection, ...] = ()
    """Each gets a POST of a JSON object for every incident that a run opens or resolves: a chat, a pager, or the web
    address of a workspace's notification destination."""
    fail_run: bool = False
    """Whether a run that opens an incident ends as failed, after its page is written, so that the job's e-mail on
    failure is sent. The run's decisions stay as they are."""
