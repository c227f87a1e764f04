"""Look at every page of a reports folder in Chromium: ``python -m tests.browser reports``.

axe-core, the network and the console are asked at 1280 and 390 pixels, light and dark; the exit status is 1
where anything is found. ``--lighthouse PAGE`` adds Lighthouse's scores of one page, served on this machine;
``--pictures FOLDER`` saves what was seen, and each page as it prints.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.chromium import Chromium, find_chromium
from tests.browser.inspection import WIDTHS, Look, inspect_pages
from tests.browser.tool import axe_script, run_lighthouse


class _Server(SimpleHTTPRequestHandler):
    """Serves pages compressed, as web servers do."""

    def do_GET(self) -> None:
        """Answer with a file below the folder."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        for name, value in (
            ("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(content))),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, directory=str(folder)))
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
        for look in inspect_pages(browser, pages, axe_script()):
            looks, bad = looks + 1, bad + bool(look.problems)
            for problem in look.problems:
                print(f"{look.page.relative_to(options.reports)} {look.name}: {problem}")
            if options.pictures:
                _save(browser, options.pictures, look)
    print(f"{len(pages)} pages, {looks} looks, {looks - bad} without findings")
    if options.lighthouse:
        with serve(options.reports) as address:
            for name, score in run_lighthouse(f"{address}/{options.lighthouse}", program).items():
                print(f"{name} {score:g}")
    return int(bad > 0)


def _save(browser: Chromium, folder: Path, look: Look) -> None:
    """Save what is seen, with everything that can be unfolded folded."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "_".join(look.page.with_suffix("").parts[-3:])
    browser.look(width=look.width, dark=look.dark)
    browser.open(look.page.resolve().as_uri())
    browser.take_picture(folder / f"{name}_{look.width}_{'dark' if look.dark else 'light'}.png")
    if look.width == max(WIDTHS) and look.dark:
        browser.print_page(folder / f"{name}.pdf")


if __name__ == "__main__":
    sys.exit(main())
