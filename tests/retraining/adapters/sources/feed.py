"""A table with a change feed as the toy's source."""

from tests.loop import COLUMNS, Loop, toy_spec

FEED = {"mode": "change_feed", "table": "toy_source", "keys": ["id"]}


def read_changes(loop: Loop, feed: bool = True) -> Loop:
    """The loop with the changes of its source table as its source."""
    loop.spec = toy_spec(source=FEED, gate={"holdout": "reserved"})
    properties = f"delta.enableChangeDataFeed = {str(feed).lower()}"
    loop.tables.spark.sql(f"CREATE TABLE {loop.source} ({COLUMNS}) USING delta TBLPROPERTIES ({properties})")
    return loop


def upsert(loop: Loop, rows: list[tuple[object, ...]]) -> None:
    """Writes rows by their id in one commit, as a system that keeps one row a key does."""
    values = ", ".join(f"('{id_}', TIMESTAMP '{at}', {x}D, {y}D)" for id_, at, x, y in rows)
    loop.tables.spark.sql(
        f"MERGE INTO {loop.source} AS old USING (SELECT * FROM VALUES {values} AS new(id, at, x, y)) AS new "
        "ON old.id = new.id WHEN MATCHED AND (old.at, old.x, old.y) <> (new.at, new.x, new.y) THEN UPDATE SET * "
        "WHEN NOT MATCHED THEN INSERT *"
    )
