"""Checks what this machine needs for the project, and says how to get what is missing.

`make setup` calls it twice. Without an argument it checks Python, Java and disk, prints one line for each on stderr,
and prints on stdout the Python to build `.venv` with. With `delta`, inside the new `.venv`, it lets Spark fetch Delta's
jar.
It uses only the standard library and runs on any Python from 3.8, so that it can say that a Python is too old.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("python3", "python3.12", "python3.11")  # The active one first: pyenv or a CI matrix chose it.
JAVAS = (17, 21)  # Spark 4.1 supports only these.
DISK_GB = 3
PROBE = "import sys, ensurepip; print('%d.%d %s' % (sys.version_info[0], sys.version_info[1], sys.executable))"

WINDOWS = "Windows         use WSL and follow Ubuntu, or open the folder in its dev container"
GET_PYTHON = (
    "macOS           brew install python@3.12",
    "Debian, Ubuntu  sudo apt-get install python3.12 python3.12-venv    (Debian 12: python3.11 python3.11-venv)",
    "Fedora, RHEL    sudo dnf install python3.12",
    WINDOWS,
)
GET_JAVA = (
    'macOS           brew install openjdk@17 && export JAVA_HOME="$(brew --prefix openjdk@17)"',
    "Debian, Ubuntu  sudo apt-get install openjdk-17-jre-headless    (Debian 13: openjdk-21-jre-headless)",
    "Fedora, RHEL    sudo dnf install java-21-openjdk-headless",
    WINDOWS,
)
GET_DELTA = (
    "behind a proxy  export HTTPS_PROXY=http://<host>:<port>",
    "with a mirror   export DEFAULT_ARTIFACT_REPOSITORY=<url of your Maven mirror>",
    "own authority   export JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=<file>",
)


@dataclass(frozen=True)
class Check:
    """One line of the report. output: what the next step needs. cures: how to get what is missing."""

    ok: bool
    line: str
    output: str = ""
    cures: tuple[str, ...] = ()


def main(arguments: list[str]) -> int:
    """Run the checks, or fetch Delta. 0 if nothing is missing, else 1."""
    checks = [fetch_delta()] if arguments == ["delta"] else [check_python(), check_java(), check_disk()]
    for check in checks:
        sys.stderr.write(("ok       " if check.ok else "MISSING  ") + check.line + "\n")
        sys.stderr.writelines(f"           {cure}\n" for cure in check.cures)

    failed = not all(check.ok for check in checks)
    if not failed and checks[0].output:
        sys.stdout.write(checks[0].output + "\n")
    return int(failed)


def check_python() -> Check:
    """The first of PYTHONS that is 3.11 or 3.12 and starts. A pyenv shim may exist and fail."""
    problems = []
    for name in PYTHONS:
        match = re.search(r"^(3\.\d+) (.+)$", _output(name, "-c", PROBE) or "", re.MULTILINE)
        if match and match[1] in ("3.11", "3.12"):
            return Check(True, f"Python {match[1]}: {match[2]}", output=match[2])
        problems.append(f"{name} is {match[1]}" if match else f"{name} is missing, fails or has no venv module")
    return Check(False, f"Python 3.11 or 3.12 is needed: {'; '.join(problems)}.", cures=GET_PYTHON)


def check_java() -> Check:
    """Java as Spark will find it: JAVA_HOME first, then PATH."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    output = _output(java, "-version")
    match = re.search(r'version "(?:1\.)?(\d+)', output or "")
    place = f"JAVA_HOME={home}" if home else "java on PATH"
    if match and int(match[1]) in JAVAS:
        return Check(True, f"Java {match[1]}: {place}")

    if match:
        problem = f"{place} is Java {match[1]}"
    else:
        problem = f"{place} does not start" if home or shutil.which("java") else "there is no java on PATH"
    return Check(False, f"Java 17 is needed (21 works too): {problem}.", cures=GET_JAVA)


def check_disk() -> Check:
    """Space for the environment, Delta's jars and the local tables."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free >= DISK_GB:
        return Check(True, f"Disk: {free:.0f} GB free")
    return Check(False, f"{DISK_GB} GB of free disk are needed: {ROOT} has {free:.1f} GB.")


def fetch_delta() -> Check:
    """Let Spark fetch Delta's jar into the Ivy cache, where later starts find it without a network.

    This also tests the proxy, mirror and certificates of Java, which may differ from Python's.
    """
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements-dev.txt").read_text("utf-8"), re.MULTILINE))
    spark_minor = pins["pyspark"].rpartition(".")[0]
    package = f"io.delta:delta-spark_{spark_minor}_2.13:{pins['delta-spark']}"

    submit = Path(sys.executable).with_name("spark-submit")
    completed = subprocess.run(
        [str(submit), "--packages", package, __file__, "nothing"],
        env=_spark_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode == 0:
        return Check(True, f"Delta {pins['delta-spark']}: in Spark's Ivy cache")

    message = re.search(r"(?:unresolved dependency|Exception|Error)[^\n]*", completed.stderr)
    reason = message[0] if message else f"exit code {completed.returncode}"
    return Check(False, f"Spark could not fetch Delta's jar {package} from Maven Central: {reason}", cures=GET_DELTA)


def _spark_environment() -> dict[str, str]:
    """This environment with Spark and Python of the `.venv`, and HTTPS_PROXY in the form that Java reads."""
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    environment.pop("SPARK_HOME", None)

    proxy = urlsplit(os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or "")
    if proxy.hostname:
        options = f"-Dhttps.proxyHost={proxy.hostname} -Dhttps.proxyPort={proxy.port or 443}"
        environment["JAVA_TOOL_OPTIONS"] = f"{options} {os.environ.get('JAVA_TOOL_OPTIONS', '')}".strip()
    return environment


def _output(*command: str) -> str | None:
    """What a command prints, or None if it is missing, fails or hangs."""
    try:
        completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return completed.stdout + completed.stderr if completed.returncode == 0 else None


if __name__ == "__main__" and sys.argv[1:] != ["nothing"]:
    sys.exit(main(sys.argv[1:]))
