"""A headless Chromium that tests look at pages with, spoken to by its own protocol over a websocket.

No driver and no further package: tornado, which Jupyter needs, has the websocket.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from tornado.websocket import WebSocketClientConnection, websocket_connect

PROGRAM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
"""Where Chromium is; None where it is not."""

_QUIET: Final = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
]
_LARGEST: Final = 2**28


class PageError(AssertionError):
    """The page threw an error where it was asked something."""


class Page:
    """One tab: asked in JavaScript, looked at as a picture."""

    def __init__(self, socket: WebSocketClientConnection, loop: asyncio.AbstractEventLoop) -> None:
        self._socket, self._loop, self._number = socket, loop, 0
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, *, seconds: float = 60, **params: object) -> dict[str, Any]:
        """Call a method of the protocol and wait for its result; what happens meanwhile is in ``events``."""
        return self._loop.run_until_complete(asyncio.wait_for(self._send(method, params), seconds))

    async def _send(self, method: str, params: dict[str, object]) -> dict[str, Any]:
        self._number += 1
        number = self._number
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": params}))
        while (text := await self._socket.read_message()) is not None:
            message = json.loads(text)
            if message.get("id") == number:
                if "error" in message:
                    raise PageError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)
        raise PageError("Chromium closed the connection")

    def ask(self, script: str, *, seconds: float = 60) -> Any:
        """The value of an expression, awaited where it is a promise."""
        answer = self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, seconds=seconds
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description") or details["text"])
        return answer["result"].get("value")

    def wait_for(self, script: str, *, seconds: float = 60) -> Any:
        """Ask again and again until the answer is true."""
        end = time.monotonic() + seconds
        while not (answer := self.ask(script)):
            if time.monotonic() > end:
                raise PageError(f"not within {seconds} s: {script}")
            time.sleep(0.1)
        return answer

    def open(self, url: str) -> None:
        """Go to an address and wait until the document is there."""
        self.send("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def picture(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Path:
        """Write what is seen as a PNG."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
        return path


@contextmanager
def open_chromium() -> Iterator[Page]:
    """Start Chromium with a profile of its own, and end it with all that it started."""
    if PROGRAM is None:
        raise PageError("there is no Chromium on this machine")
    profile = Path(tempfile.mkdtemp(prefix="chromium-"))
    environment = os.environ | {"HOME": str(profile), "XDG_CONFIG_HOME": str(profile)}
    process = subprocess.Popen(
        [PROGRAM, *_QUIET, f"--user-data-dir={profile}", "about:blank"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    loop = asyncio.new_event_loop()
    try:
        page = Page(loop.run_until_complete(_connect(_page_address(profile, process))), loop)
        page.send("Page.enable")
        yield page
        page.send("Browser.close")
    finally:
        process.terminate()
        process.wait(20)
        loop.close()
        shutil.rmtree(profile, ignore_errors=True)


async def _connect(address: str) -> WebSocketClientConnection:
    return await websocket_connect(address, max_message_size=_LARGEST)


def _page_address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    noted = profile / "DevToolsActivePort"
    end = time.monotonic() + 60
    while not (noted.is_file() and noted.read_text().strip()):
        if process.poll() is not None or time.monotonic() > end:
            raise PageError("Chromium did not start")
        time.sleep(0.05)
    port = noted.read_text().split()[0]
    with urlopen(Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")) as answer:
        address: str = json.load(answer)["webSocketDebuggerUrl"]
    return address
