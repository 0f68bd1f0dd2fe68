"""Runs a command and ends it, with all its children, as soon as standard input closes: when the parent stops or dies.

Started as a script, in a process group of its own. A pipe closes however the parent ends, also by kill -9.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE_SECONDS = 5.0
GRACE_SECONDS = 0.3


def main() -> None:
    """Start the command line given as arguments; when it or standard input ends, end everything."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with, args=(command,), daemon=True).start()
    sys.stdin.buffer.read()
    _end_group(command)


def _end_with(command: "subprocess.Popen[bytes]") -> None:
    command.wait()
    _end_group(command)


def _end_group(command: "subprocess.Popen[bytes]") -> None:
    """Ask first. The command may end before children that it leaves, so the group is killed in any case."""
    os.killpg(0, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        command.wait(timeout=PATIENCE_SECONDS)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: None)  # its own; the command gets the default back
    main()
