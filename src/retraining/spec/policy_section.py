"""When a model is retrained, and who may move its alias."""

from typing import Literal

from pydantic import Field

from retraining.spec.section import Section


class PolicySection(Section):
    """Thresholds of the retraining decision."""

    cheap_fit_seconds: float = Field(default=120.0, ge=0)
    """A fit that took at most this long is cheap: every run with enough new labelled rows trains a challenger."""
    min_new_rows: int = Field(default=1, ge=1)
    """Labelled rows since the last training that make a new one worthwhile."""
    max_age_days: int | None = Field(default=None, ge=1)
    """Data time after which a champion is refitted even if there is no other reason. Default: six periods of the
    schedule."""
    max_error_increase: float = Field(default=0.2, gt=0)
    """Share by which the error of the newest days, at least 6, may exceed that at promotion before it justifies an
    expensive fit. Its 95 % bound over these days must be above that at promotion too, so that noise justifies none."""
    max_refit_share: float | None = Field(default=None, gt=0, le=1)
    """Of a forecast: the share of its series that one run may fit again, worst first. Default: 0.3."""
    cooldown_days: int = Field(default=1, ge=0)
    """Data time since the last candidate during which drift, error and age do not lead to another one."""
    max_rows: int = Field(default=1_000_000, ge=100)
    """Largest training frame. Beyond it a keyed sample is taken, recorded and warned about."""
    on_alias_drift: Literal["stop", "heal"] = "stop"
    """What to do when somebody moved or deleted the alias `champion` outside this product. stop: nothing is promoted
    until a person has decided. heal: the alias goes back to what the newest decision says, recorded in `promotions`."""
    previous_wins_blocks: int = Field(default=3, ge=1)
    """The previous champion wins if it was better in each of this many newest blocks of data. A block is whole batches
    with at least 3 days of data: one monthly or weekly batch, three daily ones."""
    on_previous_wins: Literal["alert", "rollback"] = "alert"
    """What to do when the previous champion is shown to be better than the live one on the same new rows. alert: the
    run shows it, and a person decides. rollback: it goes live again, and the version left is refused from then on."""
