"""What kind of change a batch shows, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

KindOfChange = Literal["none", "data_fault", "virtual", "sudden", "gradual", "recurring", "unknown"]


@dataclass(frozen=True)
class ChangeKind:
    """since: estimated first day of the change, None where no day stands out. response: what the kind suggests, which
    decides nothing. Both texts are sentences; reason has the numbers."""

    kind: KindOfChange
    since: date | None
    response: str
    reason: str
