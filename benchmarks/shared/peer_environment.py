"""A package that is compared with ours, in an environment of its own that is thrown away."""

import subprocess
import venv
from pathlib import Path

PEERS = Path(__file__).parent / "drift_peers.py"
PACKAGES = {"evidently": "evidently==0.7.15", "nannyml": "nannyml==0.13.1"}


def build_peer(folder: Path, name: str) -> Path:
    """The Python that has the package; a gigabyte and some minutes."""
    place = folder / name
    venv.create(place, with_pip=True)
    subprocess.run([place / "bin" / "pip", "install", "-q", PACKAGES[name], "pyarrow"], check=True)
    return place / "bin" / "python"


def ask_peer(python: Path, *arguments: str) -> str:
    """The last line that drift_peers.py prints: JSON. Raises CalledProcessError with what it said."""
    done = subprocess.run([python, PEERS, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]
