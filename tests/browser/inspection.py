"""What axe-core, the console and the network say of a page, at two widths and in both colour schemes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import Chromium

WIDTHS = (1280, 390)

_RUN = """axe.run(document, {
  resultTypes: ["violations"], rules: {"target-size": {enabled: true}}
}).then(found => found.violations.flatMap(rule =>
  rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ` +
    node.failureSummary.split("\\n").slice(1).join(" "))))"""
_SHOW = """[...document.querySelectorAll("details")].slice(0, %s).forEach(part => { part.open = true; });
document.head.insertAdjacentHTML("beforeend", "<style>*{content-visibility:visible!important}</style>");"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Look:
    """One page as seen at a width in a colour scheme, and what is wrong with it."""

    page: Path
    width: int
    dark: bool
    problems: tuple[str, ...]

    @property
    def name(self) -> str:
        """How it was looked at."""
        return f"at {self.width} px, {'dark' if self.dark else 'light'}"


def inspect_page(
    browser: Chromium, page: Path, axe: str, *, width: int, dark: bool, unfolded: int = 10_000
) -> Look:
    """Look at one page once, so many of its foldings open."""
    browser.look(width=width, dark=dark)
    address = page.resolve().as_uri()
    browser.open(address)
    browser.run(_SHOW % unfolded)
    wide = browser.run(_OVERFLOW)
    browser.run(axe + ";0")
    problems = list(browser.run(_RUN))
    problems += [f"the page is {wide} px wider than the window"] if wide > 0 else []
    problems += [f"the page asked for {asked}" for asked in browser.requests if asked != address]
    problems += [f"the console says: {text}" for text in browser.complaints]
    return Look(page, width, dark, tuple(problems))


def inspect_pages(browser: Chromium, pages: Iterable[Path], axe: str) -> Iterator[Look]:
    """Look at every page at both widths, light and dark."""
    for page, width, dark in itertools.product(pages, WIDTHS, (False, True)):
        yield inspect_page(browser, page, axe, width=width, dark=dark)
