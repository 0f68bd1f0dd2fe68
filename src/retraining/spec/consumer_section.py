"""Somebody who calls the champion."""

from typing import Annotated

from pydantic import StringConstraints

from retraining.spec.section import Name, Section

WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$", max_length=2_000)]
"""A web address without a password in it: specs are code."""


class ConsumerSection(Section):
    """A consumer and the address that is told."""

    name: Name
    webhook: WebAddress
    """Gets a POST of a JSON object, and must answer with a status below 300."""
