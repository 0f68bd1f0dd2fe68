"""What a version must stand up to before it is called."""

from pydantic import Field

from retraining.spec.section import Section


class ServingSection(Section):
    """Limits of the smoke test. What has no limit is only told."""

    max_p95_milliseconds: float | None = Field(default=None, gt=0)
    """The time in which 95 of 100 requests of one row are answered, schema check included, without a network."""
    max_megabytes: float | None = Field(default=None, gt=0)
    """Size of the version's files, in units of 1,000,000 bytes."""
