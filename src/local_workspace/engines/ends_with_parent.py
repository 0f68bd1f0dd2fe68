"""Runs a command and ends it, with all its children, when standard input closes: when the parent closes it or ends.

This file is started as a script, in a new process group. The pipe also closes when the parent is killed with kill -9.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

TERMINATE_LIMIT_SECONDS = 5.0
CHILDREN_LIMIT_SECONDS = 0.3


def main() -> None:
    """Run the arguments as a command. When it ends or standard input closes, end the process group."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_group_after, args=(command,), daemon=True).start()
    sys.stdin.buffer.read()
    _end_group(command)


def _end_group_after(command: "subprocess.Popen[bytes]") -> None:
    command.wait()
    _end_group(command)


def _end_group(command: "subprocess.Popen[bytes]") -> None:
    """Terminate the group, then kill it in any case: the command may have left children that are still running."""
    os.killpg(0, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        command.wait(timeout=TERMINATE_LIMIT_SECONDS)
    time.sleep(CHILDREN_LIMIT_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: None)  # Only this process ignores it; the command has the default.
    main()
