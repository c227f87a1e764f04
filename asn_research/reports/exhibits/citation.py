"""Numbers in sentences as links to where they come from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from typing import Final

from markupsafe import Markup, escape

from asn_research.findings.finding import Finding
from asn_research.findings.trace import finding_id, result_id
from asn_research.language import Language, format_level
from asn_research.language.catalogue import read_messages
from asn_research.language.quantity import format_quantity

_NUMBER: Final[Mapping[Language, re.Pattern[str]]] = {
    "id": re.compile(r"(?<![\w.,])[+\u2212]?(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?![\w]|[.,]\d)"),
    "en": re.compile(r"(?<![\w.,])[+\u2212]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w]|[.,]\d)"),
}
_YEAR = re.compile(r"(?:19|20)\d\d")
_PER_CENT = re.compile(r"(?:\s*(?:sampai|to|s\.d\.|–)\s*[+\u2212]?[\d.,]+)?\s?(?:%|persen|per cent)")


class Citation:
    """Links the numbers in the sentences of one finding.

    A number that is written as the value or a limit of one of the results leads to that result; any other
    leads to the finding as a whole. Years, the level of intervals and what the phrases themselves say, such
    as "each further 10 percentage points", are no results and stay as they are.
    """

    def __init__(self, finding: Finding, language: Language) -> None:
        self._language: Language = language
        self._whole = finding_id(finding.question)
        self._results: dict[tuple[str, bool], str] = {}
        self._levels = {"95"}
        for result in finding.estimates:
            name = result_id(finding.question, result.term, result.outcome)
            self._levels.add(_digits(format_level(result.conf_level, language)))
            is_share = result.unit == "share"
            for value in (result.estimate, result.conf_low, result.conf_high):
                if math.isfinite(value):
                    text = _digits(format_quantity(value, result.unit, language))
                    self._results.setdefault((text, is_share), name)

    def mark(self, text: str) -> Markup:
        """A text as HTML, its numbers linked.

        Parameters
        ----------
        text : str
            Plain text; it is escaped.
        """
        return Markup("").join(self._pieces(text))

    def _pieces(self, text: str) -> Iterator[Markup]:
        end = 0
        constants = _constant_places(text, self._language)
        for found in _NUMBER[self._language].finditer(text):
            if found.start(1) in constants:
                continue
            target = self._target(found.group(1), text[found.end() :])
            if target:
                yield escape(text[end : found.start()])
                yield Markup('<a class="cite" href="#{}">{}</a>').format(target, found.group())
                end = found.end()
        yield escape(text[end:])

    def _target(self, number: str, after: str) -> str:
        is_share = _PER_CENT.match(after) is not None
        known = self._results.get((number, is_share))
        if known is not None:
            return known
        if _YEAR.fullmatch(number) or (is_share and number in self._levels):
            return ""
        return self._whole


@cache
def constant_parts(language: Language) -> tuple[str, ...]:
    """The parts of the findings' phrases, between their fields, that hold a number of their own."""
    parts = {
        part.strip()
        for key, texts in read_messages().items()
        if key.startswith("finding.")
        for part, *_ in Formatter().parse(texts[language])
    }
    return tuple(sorted(part for part in parts if _holds_number(part, language)))


def _holds_number(part: str, language: Language) -> bool:
    """Whether a part of a phrase holds a number, and words that tell it from a number alone."""
    return _NUMBER[language].search(part) is not None and any(sign.isalpha() for sign in part)


def _constant_places(text: str, language: Language) -> set[int]:
    """Where in a text numbers begin that stand in the phrase itself and were not filled in."""
    pattern = _NUMBER[language]
    return {
        place.start() + found.start(1)
        for part in constant_parts(language)
        if part in text
        for place in re.finditer(re.escape(part), text)
        for found in pattern.finditer(part)
    }


def _digits(text: str) -> str:
    """The digits of a written number, without sign and unit."""
    return text.lstrip("+\u2212").split("\N{NO-BREAK SPACE}")[0].rstrip("%")
