"""Where Spark finds Delta's jars: from Maven once, from Ivy's folder afterwards, without asking the network again."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

# The rest of what Ivy fetches for Delta is in pyspark already.
NOT_IN_SPARK = ("io.delta_", "io.unitycatalog_")


def delta_coordinate() -> str:
    """The Maven coordinate that fits the installed pyspark and delta-spark."""
    spark = ".".join(version("pyspark").split(".")[:2])
    return f"io.delta:delta-spark_{spark}_2.13:{version('delta-spark')}"


def delta_conf() -> dict[str, str]:
    """The jars that an earlier session fetched, or the request to fetch them."""
    record = _record()
    jars = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
    if jars and all(Path(jar).is_file() for jar in jars):
        return {"spark.driver.extraClassPath": os.pathsep.join(jars)}
    if not [*Path.home().glob(f".ivy2*/jars/{delta_coordinate().replace(':', '_', 1).replace(':', '-')}.jar")]:
        sys.stderr.write(f"Fetching Delta's jars (once): {delta_coordinate()}\n")
    return {"spark.jars.packages": delta_coordinate()}


def remember_jars(fetched: str) -> None:
    """Note where Ivy put the jars; fetched is the session's `spark.jars`."""
    paths = [path.removeprefix("file:").replace("///", "/") for path in fetched.split(",")]
    record = _record()
    record.parent.mkdir(parents=True, exist_ok=True)
    unfinished = record.with_suffix(f".{os.getpid()}")
    unfinished.write_text(
        "\n".join(path for path in paths if Path(path).name.startswith(NOT_IN_SPARK)), encoding="utf-8"
    )
    unfinished.replace(record)


def _record() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "local_workspace" / f"{delta_coordinate().replace(':', '_')}.jars"
