"""What a reader can do with a report: checked in a browser on any finished page."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.browser.chromium import Chromium

_FOCUS = """(() => { const e = document.activeElement, s = getComputedStyle(e);
  return [e.textContent.trim() || e.id, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"""
_CURRENT = "(document.querySelector('.contents [aria-current]') || {hash: ''}).hash"


def check_keyboard(browser: Chromium, page: Path) -> None:
    """The first stop leads to the content, every stop is seen, and details open."""
    browser.look(width=1280)
    browser.open(page.as_uri())
    browser.press("Tab")
    name, style, width = browser.run(_FOCUS)
    assert name in ("Langsung ke isi", "Skip to content")
    assert (style, width >= 2) == ("solid", True)
    browser.press("Enter")
    assert browser.run("location.hash") == "#main"
    for _ in range(150):
        browser.press("Tab")
        name, style, width = browser.run(_FOCUS)
        assert (style, width >= 2) == ("solid", True), name
        assert browser.run("!!document.activeElement.closest('main')"), name
        if browser.run("document.activeElement.matches('details.numbers > summary')"):
            break
    browser.press("Enter")
    assert browser.run("document.activeElement.parentElement.open") is True


def check_contents(browser: Chromium, page: Path) -> None:
    """The table of contents follows the reader, and its links lead where they say."""
    browser.look(width=1280)
    browser.open(page.as_uri())
    anchors = browser.run("[...document.querySelectorAll('.contents a')].map(a => a.hash)")
    assert len(anchors) > 3
    browser.wait_for(f"{_CURRENT} === '{anchors[0]}'")
    for anchor in (anchors[-2], anchors[1]):
        browser.run(f"document.querySelector('.contents a[href=\"{anchor}\"]').click()")
        browser.wait_for(f"{_CURRENT} === '{anchor}'")
        top = browser.run(f"document.getElementById('{anchor[1:]}').getBoundingClientRect().top")
        assert -5 <= top < 300, (anchor, top)


def check_download(browser: Chromium, page: Path, folder: Path) -> None:
    """The numbers of the first figure arrive as a file that other programs read."""
    browser.open(page.as_uri())
    browser.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    name = browser.run(
        "(() => { const a = document.querySelector('a.file'); a.click(); return a.download; })()"
    )
    browser.wait_for("true")
    made = folder / name
    for _ in range(500):
        if made.is_file() and made.stat().st_size:
            break
        browser.wait_for("new Promise(done => setTimeout(() => done(true), 20))")
    rows = list(csv.reader(made.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def check_switch(browser: Chromium, page: Path) -> None:
    """The other language is one step away, and back."""
    browser.open(page.as_uri())
    first = browser.run("document.documentElement.lang")
    for language in ({"id": "en", "en": "id"}[first], first):
        browser.run("document.querySelector('.bar a[hreflang]').click()")
        browser.wait_for(f"document.documentElement.lang === '{language}'")
