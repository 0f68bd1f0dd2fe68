"""Headless Chromium over its debugging pipe: a page at a width and in a colour scheme becomes a PNG."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOW_TO_GET = (
    'No Chromium on PATH: "sudo apt-get install chromium", "brew install --cask chromium", or name one in CHROMIUM.'
)


class Browser:
    """A running Chromium with one tab."""

    _session: str | None = None

    def __init__(self, commands: int, answers: int) -> None:
        """commands and answers are file descriptors; messages are JSON, each ended by a zero byte."""
        self._commands, self._answers, self._rest, self._number = commands, answers, b"", 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Result of one command of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        os.write(
            self._commands,
            json.dumps(message | ({"sessionId": self._session} if self._session else {})).encode() + b"\0",
        )
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def picture(self, page: Path, width: int, scheme: Literal["light", "dark"]) -> bytes:
        """The whole page as PNG; raises when the page is wider than the screen."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=page.resolve().as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        if size["width"] > width:
            raise RuntimeError(f"{page} is {size['width']} pixels wide on a screen of {width}.")
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = os.read(self._answers, 1 << 20)
            if not read:
                raise RuntimeError("Chromium ended.")
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A Chromium that ends with the block."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        raise SystemExit(HOW_TO_GET)
    to_browser, to_us = os.pipe(), os.pipe()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
    # Chromium reads commands from descriptor 3 and answers on 4; the shell moves ours there.
    command = f'exec "$0" "$@" 3<&{to_browser[0]} 4>&{to_us[1]}'
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        arguments = ["bash", "-c", command, program, *flags, f"--user-data-dir={profile}"]
        process = subprocess.Popen(arguments, pass_fds=(to_browser[0], to_us[1]), stderr=subprocess.DEVNULL)
        try:
            os.close(to_browser[0])
            os.close(to_us[1])
            yield Browser(to_browser[1], to_us[0])
        finally:
            process.terminate()
            process.wait()
