"""Look at every page of a reports folder in Chromium: ``python -m tests.browser reports``.

axe-core, the network and the console are asked at 1280 and 390 pixels, light and dark; the exit status is 1
where anything is found. ``--lighthouse PAGE`` adds Lighthouse's scores of one page, served on this machine;
``--pictures FOLDER`` saves what was seen, and each page as it prints.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.chromium import Chromium, find_chromium
from tests.browser.inspection import WIDTHS, inspect_page
from tests.browser.tool import axe_script, run_lighthouse


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.browser", description=__doc__.splitlines()[0])
    parser.add_argument("reports", type=Path, help="folder of pages")
    parser.add_argument("--only", default="**/*.html", help="pattern of the pages to look at")
    parser.add_argument("--lighthouse", metavar="PAGE", help="page below the folder to score")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="save what is seen there")
    return parser.parse_args()


def main() -> int:
    """Look, print what is found, and say how many looks were clean."""
    options = _options()
    program = find_chromium()
    if program is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 2
    pages = sorted(options.reports.glob(options.only))
    bad = looks = 0
    with Chromium(program) as browser:
        for page in pages:
            for width in WIDTHS:
                for dark in (False, True):
                    look = inspect_page(browser, page, axe_script(), width=width, dark=dark)
                    looks, bad = looks + 1, bad + bool(look.problems)
                    place = page.relative_to(options.reports)
                    for problem in look.problems:
                        print(f"{place.parent}/{look.name}: {problem}")
                    if options.pictures:
                        _save(browser, options.pictures, f"{'_'.join(place.with_suffix('').parts)}", look)
    print(f"{len(pages)} pages, {looks} looks, {looks - bad} without findings")
    if options.lighthouse:
        with serve(options.reports) as address:
            for name, score in run_lighthouse(f"{address}/{options.lighthouse}", program).items():
                print(f"{name} {score:g}")
    return int(bad > 0)


def _save(browser: Chromium, folder: Path, name: str, look: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    width, dark = look.width, look.dark  # type: ignore[attr-defined]
    browser.open(browser.run("location.href"))
    browser.take_picture(folder / f"{name}_{width}_{'dark' if dark else 'light'}.png")
    if width == max(WIDTHS) and dark:
        browser.print_page(folder / f"{name}.pdf")


if __name__ == "__main__":
    sys.exit(main())
