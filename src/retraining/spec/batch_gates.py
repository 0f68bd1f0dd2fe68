"""What a whole batch must be like. A batch that fails a gate is held: stored, but used only after a release."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, FiniteFloat, PlainSerializer, StrictInt

from retraining.spec.section import ColumnName, Section

Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
"""A part of a whole, from 0 to 1."""

Shares = Annotated[
    Mapping[ColumnName, Share], AfterValidator(lambda each: MappingProxyType(dict(each))), PlainSerializer(dict)
]


class BatchGates(Section):
    """Bounds on a batch, counted over its new rows: those accepted and those quarantined. A batch without new rows is
    only asked for min_rows."""

    min_rows: Annotated[StrictInt, Field(gt=0)] | None = None
    """New rows a batch must bring."""
    max_quarantined_share: Share | None = None
    """Part of the new rows that may be quarantined."""
    max_row_count_change: Annotated[FiniteFloat, Field(gt=1)] | None = None
    """How many times more, or fewer, new rows than the median of the committed batches before. Asked from the fourth
    batch with rows on."""
    max_null_share: Shares = Field(default_factory=dict, validate_default=True)
    """Part of the new rows that may have no value (null or NaN), by column."""
