"""What a version must pass before it is served, who calls it, and who is notified of incidents."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

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


class EndpointSection(Section):
    """The endpoint that answers with the champion. With this section the job update_endpoint creates it; without it,
    none is created."""

    size: Literal["Small", "Medium", "Large"] = "Small"
    """How many requests at once the endpoint has room for, in the platform's words."""
    max_concurrency: int | None = Field(default=None, ge=4, multiple_of=4)
    """Instead of `size`: requests at once that the endpoint may grow to, and so the most that it can cost an hour."""
    scale_to_zero: bool = True
    """Whether an endpoint without requests is switched off. The next request then waits for its start."""
    budget_policy: str | None = Field(default=None, min_length=1, max_length=100)
    """Id of a budget policy of the workspace, which the costs are booked under."""
    inference_table: bool = True
    """Whether requests and answers are stored in a table of the bundle's schema."""
    steps: tuple[int, ...] = (50,)
    """Shares of the requests, of 100, that a new version answers before it answers all."""
    watch_seconds: float = Field(default=60.0, ge=0, le=3_600)
    """How long a new version is watched at each share."""
    max_failed_percent: float = Field(default=1.0, ge=0, lt=100)
    """Share of failed requests from which the endpoint goes back to the old version."""
    max_slower: float = Field(default=3.0, ge=1)
    """How many times as long as the old version a new one may take."""

    @field_validator("steps")
    @classmethod
    def _shares(cls, steps: tuple[int, ...]) -> tuple[int, ...]:
        wrong = [step for step in steps if not 0 < step < 100]
        if wrong:
            raise ValueError(f"{wrong[0]} is not between 0 and 100. Every swap begins with 0 and ends with 100")
        return steps

    @model_validator(mode="after")
    def _one_size(self) -> "EndpointSection":
        if self.max_concurrency is not None and "size" in self.model_fields_set:
            raise ValueError("`size` and `max_concurrency` exclude each other. Keep one of them")
        return self


class ServingSection(Section):
    """Limits of the smoke test, and the endpoint. What has no limit is only reported."""

    max_p95_milliseconds: float | None = Field(default=None, gt=0)
    """The time in which 95 of 100 requests of one row are answered, schema check included, without a network."""
    max_megabytes: float | None = Field(default=None, gt=0)
    """Size of the version's files, in units of 1,000,000 bytes."""
    endpoint: EndpointSection | None = None
    """Where the champion answers over HTTP."""


class AlertsSection(Section):
    """Routes beside the log and the run's page."""

    webhooks: tuple[ConsumerSection, ...] = ()
    """Each gets a POST of a JSON object for every incident that a run opens or resolves: a chat, a pager, or the web
    address of a workspace's notification destination."""
    fail_run: bool = False
    """Whether a run that opens an incident ends as failed, after its page is written, so that the job's e-mail on
    failure is sent. The run's decisions stay as they are."""
