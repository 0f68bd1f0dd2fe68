"""`panel_references`: what a live panel was worth beside one that is fitted again in full, a row a batch."""

from retraining.adapters.tables.ledgers_of_model import append_once
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.panel import PanelReference

PANEL_REFERENCES = "panel_references"


def read_panel_references(tables: Tables, model: str) -> list[PanelReference]:
    """The rows of a panel, oldest batch first."""
    rows = tables.records(PANEL_REFERENCES, PanelReference, model=model)
    return sorted(rows, key=lambda row: row.batch_seq)


def append_panel_reference(tables: Tables, row: PanelReference) -> None:
    """Appends the row of one batch. Raises ConcurrentRunError when another run wrote it."""

    def taken() -> bool:
        return any(each.batch_seq == row.batch_seq for each in read_panel_references(tables, row.model))

    append_once(tables, PANEL_REFERENCES, [row], Fence("compare", row.model, row.batch_seq), taken)
