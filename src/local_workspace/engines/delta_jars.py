"""Where Spark finds Delta's jars: the first session fetches them from Maven, later ones need no network."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

# Ivy also fetches jars that pyspark already has. Only these are missing.
NOT_IN_SPARK = ("io.delta_", "io.unitycatalog_")


def delta_coordinate() -> str:
    """The Maven coordinate that fits the installed pyspark and delta-spark."""
    spark = ".".join(version("pyspark").split(".")[:2])
    return f"io.delta:delta-spark_{spark}_2.13:{version('delta-spark')}"


def delta_conf() -> dict[str, str]:
    """Spark's settings for Delta: the jars that an earlier session fetched, or else the package to fetch."""
    record = _record_path()
    jars = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
    if jars and all(Path(jar).is_file() for jar in jars):
        return {"spark.driver.extraClassPath": os.pathsep.join(jars)}

    coordinate = delta_coordinate()
    jar_name = coordinate.replace(":", "_", 1).replace(":", "-")
    if not [*Path.home().glob(f".ivy2*/jars/{jar_name}.jar")]:
        sys.stderr.write(f"Fetching Delta's jars (once): {coordinate}\n")
    return {"spark.jars.packages": coordinate}


def remember_jars(spark_jars: str) -> None:
    """Record where Ivy put the jars. spark_jars: the session's `spark.jars`, paths separated by commas."""
    paths = [Path(path.removeprefix("file:").replace("///", "/")) for path in spark_jars.split(",")]
    text = "\n".join(str(path) for path in paths if path.name.startswith(NOT_IN_SPARK))

    record = _record_path()
    record.parent.mkdir(parents=True, exist_ok=True)
    unfinished = record.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(record)


def _record_path() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "local_workspace" / f"{delta_coordinate().replace(':', '_')}.jars"
