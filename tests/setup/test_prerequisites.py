"""The check that runs before anything is installed: it must name what is missing and how to get it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "src/local_workspace/prerequisites.py"


@pytest.fixture
def machine(tmp_path):
    """A machine whose PATH has only what the test puts there."""
    return Machine(tmp_path)


class Machine:
    def __init__(self, folder):
        self.folder = folder

    def has(self, command, prints, fails=False):
        file = self.folder / command
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho '{prints}' >&2\necho '{prints}'\nexit {int(fails)}\n")
        file.chmod(0o755)

    def check(self, **variables):
        environment = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "PATH")}
        environment.update({"PATH": str(self.folder), **variables})
        return subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_with_python_and_java_it_prints_the_python_to_build_with(machine):
    machine.has("python3.12", "3.12 /somewhere/python3.12")
    machine.has("java", 'openjdk version "17.0.15" 2025-04-15')

    done = machine.check()

    assert (done.returncode, done.stdout) == (0, "/somewhere/python3.12\n")
    assert "ok       Java 17: java on PATH" in done.stderr


def test_without_java_it_says_how_to_get_it(machine):
    machine.has("python3.11", "3.11 /somewhere/python3.11")

    done = machine.check()

    assert (done.returncode, done.stdout) == (1, "")
    assert "MISSING  Java 17 is needed (21 works too): there is no java on PATH." in done.stderr
    for command in ("brew install openjdk@17", "apt-get install openjdk-17", "dnf install java-21", "WSL"):
        assert command in done.stderr


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ('openjdk version "11.0.2" 2019-01-15', 11),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25" 2025-09-16', 25),
    ],
)
def test_a_java_that_spark_does_not_support_is_refused(machine, printed, version):
    machine.has("python3.11", "3.11 /somewhere/python3.11")
    machine.has("java", printed)

    done = machine.check()

    assert done.returncode == 1
    assert f"Java 17 is needed (21 works too): java on PATH is Java {version}." in done.stderr


def test_java_21_is_accepted_behind_a_line_of_java_tool_options(machine):
    machine.has("python3.11", "3.11 /somewhere/python3.11")
    machine.has("java", 'Picked up JAVA_TOOL_OPTIONS: -Dx=1\nopenjdk version "21.0.4" 2024-07-16')

    assert machine.check().returncode == 0


def test_java_home_goes_before_path_as_it_does_for_spark(machine):
    machine.has("python3.11", "3.11 /somewhere/python3.11")
    machine.has("java", 'openjdk version "17.0.15" 2025-04-15')
    machine.has("old/bin/java", 'openjdk version "11.0.2" 2019-01-15')

    done = machine.check(JAVA_HOME=str(machine.folder / "old"))

    assert done.returncode == 1
    assert f"JAVA_HOME={machine.folder / 'old'} is Java 11." in done.stderr


def test_a_python_that_exists_but_fails_is_passed_over(machine):
    machine.has("python3", "pyenv: python3: command not found", fails=True)
    machine.has("python3.12", "3.12 /somewhere/python3.12")
    machine.has("java", 'openjdk version "17.0.15" 2025-04-15')

    assert machine.check().stdout == "/somewhere/python3.12\n"


def test_without_a_supported_python_it_says_what_it_found_and_how_to_get_one(machine):
    machine.has("python3", "3.13 /usr/bin/python3")
    machine.has("java", 'openjdk version "17.0.15" 2025-04-15')

    done = machine.check()

    assert done.returncode == 1
    assert "MISSING  Python 3.11 or 3.12 is needed: python3 is 3.13; python3.12 is missing" in done.stderr
    for command in ("brew install python@3.12", "apt-get install python3.12", "dnf install python3.12", "WSL"):
        assert command in done.stderr
