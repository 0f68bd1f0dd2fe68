"""Failpoints do nothing unless they are armed, and refuse what does not exist."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retraining import failpoints
from retraining.errors import ParameterError
from retraining.failpoints import POINTS, VARIABLE, ArmedFailpoint, FailpointError, hit, parse

POINT = POINTS[1]
SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def nothing_passed_yet(monkeypatch):
    monkeypatch.setattr(failpoints, "_passed", failpoints.Counter())


def test_nothing_happens_unless_the_environment_asks_for_it(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    assert [hit(point) for point in (*POINTS, "no such place")] == [None] * (len(POINTS) + 1)


@pytest.mark.parametrize(
    ("text", "armed"),
    [(f"{POINT}=kill", ArmedFailpoint(POINT, "kill", None)), (f"{POINT}=raise@3", ArmedFailpoint(POINT, "raise", 3))],
)
def test_the_variable_names_a_place_an_end_and_a_time(text, armed):
    assert parse(text) == armed


@pytest.mark.parametrize(
    "text", [POINT, f"{POINT}=", f"{POINT}=stop", "ingest.nowhere=kill", f"{POINT}=kill@0", f"{POINT}=kill@x"]
)
def test_what_does_not_exist_is_refused_at_the_first_place(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)

    with pytest.raises(ParameterError, match=re.escape("expected <point>=kill|raise")):
        hit(POINTS[0])


def test_a_place_that_is_not_listed_is_refused_once_anything_is_armed(monkeypatch):
    monkeypatch.setenv(VARIABLE, f"{POINT}=raise")

    with pytest.raises(ParameterError, match="is not listed in failpoints"):
        hit("ingest.nowhere")


def test_it_raises_at_its_place_and_time_only(monkeypatch):
    monkeypatch.setenv(VARIABLE, f"{POINT}=raise@2")
    hit(POINTS[0])
    hit(POINT)

    with pytest.raises(FailpointError, match=f"{POINT}: {VARIABLE} asked for a failure here"):
        hit(POINT)
    hit(POINT)


def test_without_a_time_it_raises_every_time(monkeypatch):
    monkeypatch.setenv(VARIABLE, f"{POINT}=raise")

    for _ in range(2):
        with pytest.raises(FailpointError):
            hit(POINT)


def test_a_kill_ends_the_process_without_a_word():
    code = f"from retraining.failpoints import hit; hit('{POINT}'); print('alive')"
    environment = {**os.environ, "PYTHONPATH": str(SRC), VARIABLE: f"{POINT}=kill"}

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)

    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGKILL, "", "")
