"""Runs a command and ends it, with all its children, as soon as standard input closes: when the parent stops or dies.

Started as a script, in a process group of its own. A pipe closes however the parent ends, also by kill -9.
"""

import os
import signal
import subprocess
import sys
import threading

PATIENCE_SECONDS = 5.0


def main() -> None:
    """Start the command line given as arguments, then wait for it or for the end of standard input."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with, args=(command,), daemon=True).start()
    sys.stdin.buffer.read()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    threading.Event().wait(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def _end_with(command: "subprocess.Popen[bytes]") -> None:
    code = command.wait()
    os._exit(code if code >= 0 else 1)


if __name__ == "__main__":
    main()
