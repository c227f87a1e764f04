"""Chromium without a window, driven through the DevTools protocol."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import websocket

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-port=0",
)  # fmt: skip
_PATIENCE = 120.0
_TALLEST = 60_000
_EAGER = (
    "void document.querySelectorAll('.question').forEach(p => { p.style.contentVisibility = 'visible'; })"
)


def find_chromium() -> str | None:
    """The program of a Chromium on this machine; None where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class BrowserError(Exception):
    """What the browser answered in place of a result."""


class Chromium:
    """A browser with one tab, closed at the end of the ``with``."""

    def __init__(self, program: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [program, *_OPTIONS, f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._number = itertools.count(1)
        self._session = ""
        self.requests: list[str] = []
        """Addresses that were asked for since the last page was opened, the page's own first."""
        self.complaints: list[str] = []
        """What the console complained about since then: errors, refusals by the Content-Security-Policy."""

    def __enter__(self) -> Self:
        self._socket = websocket.create_connection(
            self._address(), timeout=_PATIENCE, suppress_origin=True, max_size=None
        )
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(timeout=_PATIENCE)
        self._folder.cleanup()

    def _address(self) -> str:
        """Where the browser listens, as it writes it itself into its profile."""
        port = Path(self._folder.name) / "DevToolsActivePort"
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if port.is_file() and len(lines := port.read_text().split()) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        raise BrowserError("Chromium did not start")

    def send(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something and wait for its answer."""
        number = next(self._number)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while (answer := self._receive()).get("id") != number:
            pass
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return dict(answer["result"])

    def _receive(self) -> dict[str, Any]:
        message = json.loads(self._socket.recv())
        fields = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(fields["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(fields["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(fields["exceptionDetails"]["text"])
        return dict(message)

    def look(self, *, width: int, dark: bool = False, medium: str = "") -> None:
        """Set the width of the window in pixels, the colour scheme the reader prefers, and the medium."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.send("Emulation.setEmulatedMedia", media=medium, features=[scheme, still])

    def open(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self.requests, self.complaints = [], []
        self.send("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression in the page, awaited where it is a promise."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression in the page is true."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(BrowserError):  # while a page is left for the next
                if self.run(script):
                    return
            time.sleep(0.02)
        raise BrowserError(f"never true: {script}")

    def press(self, key: str) -> None:
        """Press and release a key, ``Tab`` or ``Enter`` or one letter."""
        code = {"Tab": 9, "Enter": 13, " ": 32}.get(key, ord(key[0].upper()))
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            pressed = text if kind == "keyDown" else {}
            self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **pressed
            )

    def take_picture(self, path: Path) -> None:
        """Save the whole page as it is seen."""
        self.run(_EAGER)
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], _TALLEST), "scale": 1}
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print_page(self, path: Path) -> None:
        """Save the page as the browser prints it."""
        self.send("Emulation.setEmulatedMedia", media="", features=[])
        self.send("Emulation.clearDeviceMetricsOverride")
        printed = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        path.write_bytes(base64.b64decode(printed["data"]))
