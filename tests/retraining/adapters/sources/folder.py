"""A folder of files as the toy's source."""

from pathlib import Path

from tests.loop import Loop, toy_spec

from retraining.adapters.sources.files import Landing

SCHEMA = {"id": "string", "at": "timestamp", "x": "double", "y": "double"}
HEADER = "id,at,x,y"


def read_from_files(loop: Loop, folder: Path, format_: str = "csv", **said: object) -> Loop:
    """The loop with files of a folder as its source; what has landed is kept beside it."""
    schema = None if format_ == "parquet" else SCHEMA
    files = {"mode": "files", "path": str(folder), "format": format_, "schema": schema}
    if not said.get("csv", True):
        said.pop("csv")
    loop.spec = toy_spec(source={**files, "ledger_column": "at", "keys": ["id"], **said})
    loop.landing = Landing(str(folder), format_, schema, "toy_landing", str(folder.with_name("checkpoints")))
    return loop


def put_csv(folder: Path, name: str, rows: list[tuple[object, ...]], header: str = HEADER) -> Path:
    """Writes a file of rows; None is an empty field."""
    lines = [",".join("" if value is None else str(value) for value in row) for row in rows]
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([header, *lines]) + "\n")
    return file
