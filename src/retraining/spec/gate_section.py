"""How a challenger is judged."""

from typing import Literal

from pydantic import Field, model_validator

from retraining.spec.section import Section


class GateSection(Section):
    """Hold-out and deployment of the gate."""

    holdout: Literal["newest", "reserved"] = "newest"
    """newest: whole days after everything champion and candidate were trained on. reserved: a quarter of the keys,
    never trained on; only for rows without a time order."""
    deploy: Literal["refit", "candidate"] | None = None
    """refit: the gated recipe is fitted again including the hold-out (default). candidate: the judged version itself
    goes live (always, with a reserved hold-out)."""

    approval: Literal["none", "required"] = "none"
    """required: a candidate that passes waits in `promotions` as PENDING until somebody runs the job approve."""
    approval_days: int = Field(default=7, ge=1)
    """Days of the runs' clock after which a candidate that still waits is refused."""

    @model_validator(mode="after")
    def _reserved_rows_are_never_trained_on(self) -> "GateSection":
        if self.holdout == "reserved" and self.deploy == "refit":
            raise ValueError("holdout: reserved deploys the candidate itself; remove deploy: refit")
        return self

    @property
    def refits(self) -> bool:
        """Whether a passing candidate is fitted again with the hold-out before it goes live."""
        return self.holdout == "newest" and self.deploy != "candidate"
