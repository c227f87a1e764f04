"""The documentation builds without a warning into pages that ask for nothing beyond their folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.docs.page import DOCS

for _name in ("sphinx", "myst_parser", "furo"):
    pytest.importorskip(_name, reason="the documentation is built by Sphinx with MyST and Furo")

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
FETCHED = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "modulepreload", "manifest"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as ``make docs`` builds it; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(DOCS),
        str(folder),
    ]
    built = subprocess.run(
        [*command, "-d", str(folder.with_suffix(".doctrees"))],
        cwd=DOCS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, BeautifulSoup]:
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(site.glob("*.html"))
    }


def test_every_page_is_built_and_named_in_the_list_of_pages(pages: dict[Path, BeautifulSoup]) -> None:
    index = next(page for path, page in pages.items() if path.name == "index.html")
    listed = {link["href"].partition("#")[0] for link in index.select(".sidebar-tree a")}
    written = {f"{path.stem}.html" for path in DOCS.glob("*.md")} - {"index.html"}
    assert written <= {path.name for path in pages}
    assert written <= listed


def test_no_page_asks_for_a_network(pages: dict[Path, BeautifulSoup], site: Path) -> None:
    asked = [
        (path.name, element[attribute])
        for path, page in pages.items()
        for name, attribute in LOADED.items()
        for element in page.find_all(name)
        if urlsplit(element.get(attribute, "")).netloc
    ]
    asked += [
        (path.name, link["href"])
        for path, page in pages.items()
        for link in page.find_all("link")
        if FETCHED & set(link.get("rel", [])) and urlsplit(link.get("href", "")).netloc
    ]
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        asked += [(sheet.name, url) for url in re.findall(r"(?:url\(|@import)\s*[\"']?(https?:|//)", text)]
    assert asked == []


def test_links_inside_the_site_lead_somewhere(pages: dict[Path, BeautifulSoup]) -> None:
    anchors = {
        path.name: {element["id"] for element in page.find_all(id=True)} for path, page in pages.items()
    }
    broken = []
    for path, page in pages.items():
        for link in page.select("article a[href]"):
            parts = urlsplit(link["href"])
            if parts.scheme or parts.netloc:
                continue
            target = unquote(parts.path) or path.name
            if not (path.parent / target).exists() or (
                parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]
            ):
                broken.append((path.name, link["href"]))
    assert broken == []


def test_formulas_are_there_without_a_script(site: Path) -> None:
    reference = (site / "reference.html").read_text(encoding="utf-8")
    assert "<math" in reference
    assert not re.search(r"<script[^>]+mathjax", reference, flags=re.I)


def test_every_public_name_and_command_has_its_place(site: Path) -> None:
    import asn_research as ar
    from asn_research.cli.menu import COMMANDS

    reference = (site / "reference.html").read_text(encoding="utf-8")
    assert [name for name in ar.__all__ if f'id="asn_research.{name}"' not in reference] == []
    commands = (site / "commands.html").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f'id="asn-research-{name}"' not in commands] == []


def test_pages_are_fit_for_keyboards_and_screen_readers(pages: dict[Path, BeautifulSoup]) -> None:
    """What axe-core found in the theme stays repaired."""
    for path, page in pages.items():
        assert len(page.find_all("h1")) == 1, path.name
        assert all(heading.get("aria-level") for heading in page.find_all(role="heading")), path.name
        assert all(aside.get("aria-label") for aside in page.find_all("aside")), path.name
        wide = [*page.find_all("pre"), *page.select("div.table-wrapper")]
        assert all(part.get("tabindex") == "0" for part in wide), path.name
        assert all(head.get_text(strip=True) for head in page.find_all("th")), path.name


def test_pages_say_which_language_they_speak(pages: dict[Path, BeautifulSoup]) -> None:
    spoken = {path.stem: page.html["lang"] for path, page in pages.items()}
    assert spoken["tutorial"] == "id"
    assert spoken["contributing"] == "en"
