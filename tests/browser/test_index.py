"""The index in a browser: sorted and searched by keyboard, whole without a script, from folder and server."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn_research.contract.codebook import codebook_html
from asn_research.errors import Place, Problem
from asn_research.reports.pages.edition import stub_page
from asn_research.reports.runs.site import write_index
from tests.browser.__main__ import serve
from tests.browser.chromium import Chromium
from tests.browser.inspection import inspect_page
from tests.reports.runs.test_site import RESULT, put

NAMES = "[...document.querySelectorAll('#reports tbody tr:not([hidden]) th a')].map(a => a.textContent)"
PROBLEM = Problem("intake_x", "lembar rusak", Place("nilai.xlsx", "Rekap", "C4"), "Perbaiki.")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    for name, value in (("Kota Solok", 3.5), ("Kota Ágam", 12.0), ("Kota Batu", -1.0)):
        region = f"r{value}"
        put(folder, region, "2025", name=name, result=RESULT | {"estimate": value}, synthetic=True)
    put(folder, "rz", "2025", name="Kota Zulu", state="failed", problems=(PROBLEM,))
    write_index(folder, overdue=["r3.5/2025"])
    (folder / "codebook.html").write_text(codebook_html("id"), encoding="utf-8")
    (folder / "stub.html").write_text(stub_page("Kota Zulu", "2025", "id", (PROBLEM,)), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [
        ("index.html", 1280, True),
        ("index.en.html", 390, False),
        ("codebook.html", 390, True),
        ("stub.html", 390, True),
    ],
)
def test_axe_finds_nothing_and_nothing_is_asked_for(
    name: str, width: int, dark: bool, reports: Path, browser: Chromium, axe: str
) -> None:
    assert inspect_page(browser, reports / name, axe, width=width, dark=dark).problems == ()


def test_a_reader_sorts_and_searches_by_keyboard(reports: Path, browser: Chromium) -> None:
    browser.look(width=1280)
    browser.open((reports / "index.html").as_uri())
    focused = "document.activeElement.textContent || document.activeElement.id || document.activeElement.href"
    seen = []
    while not seen or (seen[-1] != "Hasil utama (poin)" and len(seen) < 20):
        browser.press("Tab")
        seen.append(browser.run(focused))
    assert seen[0] == "Langsung ke isi"
    assert seen.index("find") < seen.index("Hasil utama (poin)")
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    highest_first = ["Kota Ágam", "Kota Solok", "Kota Batu", "Kota Zulu"]
    browser.press("Enter")
    assert browser.run(NAMES) == highest_first
    assert browser.run("document.activeElement.parentElement.getAttribute('aria-sort')") == "descending"
    browser.press(" ")
    assert browser.run(NAMES) == [*highest_first[2::-1], "Kota Zulu"]
    assert browser.run("document.querySelectorAll('[aria-sort]').length") == 1
    browser.run("document.getElementById('find').focus()")
    for letter in "agam":
        browser.press(letter)
    assert browser.run(NAMES) == ["Kota Ágam"]
    assert browser.run("document.getElementById('found').textContent") == "1 dari 4 laporan ditampilkan"


def test_without_scripts_nothing_is_missing(reports: Path, browser: Chromium) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open((reports / "index.html").as_uri())
        assert len(browser.run(NAMES)) == 4
        assert browser.run("document.querySelector('.finder').checkVisibility()") is False
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_it_is_the_same_from_a_server(reports: Path, browser: Chromium) -> None:
    browser.open((reports / "index.html").as_uri())
    from_folder = browser.run("document.body.innerText")
    with serve(reports) as address:
        browser.open(f"{address}/index.html")
        assert browser.run("document.body.innerText") == from_folder
        assert browser.requests == [f"{address}/index.html"]
        browser.run("document.querySelector('#reports tbody a').click()")
        browser.wait_for("location.pathname.startsWith('/r')")
