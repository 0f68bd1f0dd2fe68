"""What a version must pass before it is served, who calls it, and who is notified of incidents."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from retraining.spec.section import Name, SecretName, Section

WEB_ADDRESS_PATTERN = r"^https?://[^\s/@]+(/[^\s@]*)?$"
WebAddress = Annotated[str, StringConstraints(pattern=WEB_ADDRESS_PATTERN, max_length=2_000)]
"""A web address without a password in it: specs are code."""


class ConsumerSection(Section):
    """A consumer and the address that is notified: written here, or in a secret where not everybody may know it."""

    name: Name
    """Who is notified, for people."""
    webhook: WebAddress | None = None
    """Gets a POST of a JSON object, and must answer with a status below 300."""
    scope: SecretName | None = None
    """Secret scope that holds the address, in place of webhook."""
    key: SecretName | None = None
    """Name of the secret whose text is the address."""

    @model_validator(mode="after")
    def _has_one_address(self) -> "ConsumerSection":
        named = [each is not None for each in (self.webhook, self.scope, self.key)]
        if named not in ([True, False, False], [False, True, True]):
            raise ValueError("write `webhook`, the address; or `scope` and `key`, the secret that holds the address")
        return self

    @property
    def secret(self) -> tuple[str, str] | None:
        """Scope and key of the secret that holds the address; None where webhook is the address."""
        return (self.scope, self.key) if self.scope and self.key else None


class ServingSection(Section):
    """Limits of the smoke test. What has no limit is only reported."""

    max_p95_milliseconds: float | None = Field(default=None, gt=0)
    """The time in which 95 of 100 requests of one row are answered, schema check included, without a network."""
    max_megabytes: float | None = Field(default=None, gt=0)
    """Size of the version's files, in units of 1,000,000 bytes."""


class AlertsSection(Section):
    """Routes beside the log and the run's page."""

    webhooks: tuple[ConsumerSection, ...] = ()
    """Each gets a POST of a JSON object for every incident that a run opens or resolves: a chat, a pager, or the web
    address of a workspace's notification destination."""
    fail_run: bool = False
    """Whether a run that opens an incident ends as failed, after its page is written, so that the job's e-mail on
    failure is sent. The run's decisions stay as they are."""
