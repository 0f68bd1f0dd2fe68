"""A package that is compared with ours, in an environment of its own that is thrown away."""

import os
import subprocess
import venv
from pathlib import Path

PEERS = Path(__file__).parent / "drift_peers.py"
OWN = Path(__file__).parent / "own_drift.py"
PACKAGES = {
    "evidently": ("evidently==0.7.15", "pandas<3"),  # it imports what pandas 3.1 no longer has
    "nannyml": ("nannyml==0.13.1", "pandas<3", "statsmodels"),  # it imports statsmodels without asking for it
}


def build_peer(folder: Path, name: str) -> Path:
    """The Python that has the package; a gigabyte and some minutes."""
    place = folder / name
    venv.create(place, with_pip=True)
    subprocess.run([place / "bin" / "pip", "install", "-q", *PACKAGES[name], "pyarrow"], check=True)
    return place / "bin" / "python"


def ask_peer(python: Path, *arguments: str) -> str:
    """The last line that drift_peers.py prints: JSON. Raises RuntimeError with what it said."""
    return run_alone(python, PEERS, *arguments)


def run_alone(python: Path, script: Path, *arguments: str) -> str:
    """The last line that a script prints in a process of its own. Raises RuntimeError with what it said."""
    # Both peers report their use unless told not to.
    silent = {**os.environ, "NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}
    paths = {"PYTHONPATH": os.pathsep.join([str(PEERS.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])}
    command = [python, script, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=silent | paths)
    if done.returncode:
        raise RuntimeError(f"{script.name} {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]
