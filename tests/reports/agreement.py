"""The guard of numbers: every number that a finished page shows stands in the findings of its question.

Sentences, figures and tables are functions of findings, so their numbers agree by construction. This guard
does not trust the construction: it reads the page as a reader does and looks every number up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from asn_research.errors import Place, Problem
from asn_research.figures.chart import MAXIMUM_ROWS
from asn_research.findings.finding import Finding, Row, read_findings
from asn_research.findings.grounds.axis import level_of
from asn_research.findings.wordings.label import group_label, row_label
from asn_research.language import Language
from asn_research.language.catalogue import read_messages
from asn_research.reports.pages.passage import Passage, read_passages

_SMALLEST_P: Final = 0.001
_MASK: Final = " · "
_FIELD = re.compile(r"{\w+}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SHORT: Final = 3
_TOLD: Final = ("estimate", "conf_low", "conf_high", "conf_level", "p_value", "n_obs", "n_clusters")
_TOLD_WHOLE: Final = frozenset({"recommendations", "plan_deviations"})
"""Questions whose sentences tell every row, in other words than its name."""

_ROOMS: Final = frozenset({"finding", "figure"})
_PER_CENT: Final = 100.0
_MONEY: Final = 1000.0
_LARGEST_SHARE: Final = 2.0  # a ratio, such as the share of a gain that was kept, may exceed one
_SLACK: Final = 1e-9

_NUMBER: Final[Mapping[Language, re.Pattern[str]]] = {
    "id": re.compile(r"(?<![\w.,])([+\u2212]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(?![\w]|[.,]\d)"),
    "en": re.compile(r"(?<![\w.,])([+\u2212]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?![\w]|[.,]\d)"),
}
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as a page shows it: its text, sign, absolute value, decimals, and whether it is per cent."""

    text: str
    sign: str
    size: float
    digits: int
    per_cent: bool
    below: bool

    def agrees(self, value: float) -> bool:
        """Whether it is a value, correctly rounded.

        Shares (0 to 1) may be shown as per cent. Without decimals are whole values, shares and money.
        """
        if self.below:
            return self.size == _SMALLEST_P and 0.0 <= value < _SMALLEST_P
        if abs(value) <= _LARGEST_SHARE and self._is_rounded(_PER_CENT * value):
            return True
        is_whole = self.digits > 0 or abs(value) >= _MONEY or value == round(value)
        return is_whole and not self.per_cent and self._is_rounded(value)

    def _is_rounded(self, value: float) -> bool:
        if (self.sign == "+" and value < 0) or (self.sign == "\u2212" and value > 0):
            return False
        half = 0.5 * 10.0**-self.digits
        return abs(abs(value) - self.size) <= half * (1 + _SLACK) + _SLACK * abs(value)


def read_numbers(text: str, language: Language) -> list[Shown]:
    """The numbers in a text, as its language writes them.

    Examples
    --------
    >>> [(n.sign, n.size, n.digits) for n in read_numbers("naik 1.250,5 poin (−0,20 s.d. 63%)", "id")]
    [('', 1250.5, 1), ('−', 0.2, 2), ('', 63.0, 0)]
    """
    plain = _INVISIBLE.sub("", text).replace("\u00a0", " ")
    group = "." if language == "id" else ","
    found = []
    for match in _NUMBER[language].finditer(plain):
        sign, whole, part = match.groups()
        size = float(whole.replace(group, "") + ("." + part if part else ""))
        after, before = plain[match.end() : match.end() + 9], plain[: match.start()]
        per_cent = after.lstrip().startswith(("%", "persen", "per cent"))
        below = before.rstrip().endswith("<")
        found.append(Shown(match.group(), sign, size, len(part or ""), per_cent, below))
    return found


def check_numbers(
    page: str,
    records: Sequence[Mapping[str, Any]],
    *,
    language: Language,
    name: str = "",
    outside: Iterable[float] | None = None,
) -> tuple[Problem, ...]:
    """Check that every number of a finished page is a correctly rounded value of its question's findings.

    Parameters
    ----------
    page : str
        The page as it would be published.
    records : sequence of mapping
        The records of its findings.json.
    language : {"id", "en"}
        How the page writes numbers.
    name : str
        File name, for the problems.
    outside : iterable of float, optional
        What may be shown outside of the questions besides values of findings; where it is not given, text
        outside of the questions is not read.

    Returns
    -------
    tuple of Problem
        One for each number, at most three a section. Empty: the page may be published.

    Notes
    -----
    All numbers of a table row must come from one row of the finding, of that name where there is one. Not
    read are names, and the fixed words of the message catalogue with the numbers in them. Figures are drawn
    as outlines; their numbers are read from their alternative text.
    """
    known = {f.question: _Known(f, language) for f in read_findings([dict(record) for record in records])}
    passages = read_passages(page)
    found: dict[str, list[tuple[Shown, str]]] = {}
    rows: dict[tuple[str, int], list[Passage]] = {}
    for passage in passages:
        if passage.question in known and passage.row:
            rows.setdefault((passage.question, passage.row), []).append(passage)
        elif passage.question in known:
            strangers = known[passage.question].text_strangers(passage.text, is_figure=passage.kind == "alt")
            found.setdefault(passage.question, []).extend(strangers)
        elif not passage.question and outside is not None:
            free = _Outside(known.values(), outside, language)
            found.setdefault("", []).extend(free.strangers([passage.text]))
    for (question, _), cells in rows.items():
        found.setdefault(question, []).extend(known[question].row_strangers(cells))
    return tuple(
        _problem(question, shown, text, name)
        for question, strangers in found.items()
        for shown, text in strangers[:_SHORT]
    )


def _problem(question: str, shown: Shown, text: str, name: str) -> Problem:
    fields = {"number": shown.text, "context": text, "question": question or "–"}
    message = (
        f"“{shown.text}” in the section {question or 'outside of the questions'} is no value there: …{text}…"
    )
    return Problem("number_disagrees", message, Place(name or None), "The report was not published.", fields)


class _Known:
    """What a finding knows: its values, its rows by name, and the names it is told with."""

    def __init__(self, finding: Finding, language: Language) -> None:
        self.language: Language = language
        self.values = tuple(_values_of(finding))
        self.rows: dict[tuple[str, str], list[Row]] = {}
        for row in finding.rows:
            key = (group_label(row, language), row_label(row, language))
            self.rows.setdefault(key, []).append(row)
        self.is_told_whole = finding.question in _TOLD_WHOLE
        self.names = _names_expression(frozenset(_names_of(finding, language)))

    def strangers(
        self, texts: Iterable[str], values: Iterable[float] | None = None
    ) -> list[tuple[Shown, str]]:
        """The numbers of texts that are no value, each with its text."""
        allowed = self.values if values is None else tuple(values)
        return [
            (shown, " ".join(text.split())[:80])
            for text in texts
            for shown in read_numbers(self._bare(text), self.language)
            if not any(shown.agrees(value) for value in allowed)
        ]

    def text_strangers(self, text: str, *, is_figure: bool = False) -> list[tuple[Shown, str]]:
        """The numbers of running text that are no value of the finding or of the rows that it names.

        What a figure says may be of any row where it names none.
        """
        plain = _fold(text)
        named = [
            rows for (_, label), rows in self.rows.items() if _fold(label) in plain or self.is_told_whole
        ]
        if is_figure and not any(label and _fold(label) in plain for _, label in self.rows):
            named = list(self.rows.values())
        return self.strangers([text], (*self.values, *_numbers_in(named)))

    def row_strangers(self, cells: Sequence[Passage]) -> list[tuple[Shown, str]]:
        """The numbers of a table row that are no value of the one row of the finding it shows."""
        if all(cell.head for cell in cells):
            return [stranger for cell in cells for stranger in self.text_strangers(cell.text)]
        name = next((" ".join(cell.text.split()) for cell in cells if cell.head), "")
        same = [rows for (_, label), rows in self.rows.items() if " ".join(label.split()) == name]
        tried = [
            self.strangers((cell.text for cell in cells), _numbers_in(rows))
            for rows in same or [*self.rows.values(), *([row] for rows in self.rows.values() for row in rows)]
        ]
        return min(tried, key=len, default=[s for cell in cells for s in self.text_strangers(cell.text)])

    def _bare(self, text: str) -> str:
        """The text without names and without the numbers that stand in the message catalogue."""
        left = _INVISIBLE.sub("", text)
        left = self.names.sub(_MASK, left) if self.names else left
        return _constants(self.language).sub(_MASK, left)


class _Outside(_Known):
    """What text outside of the questions may tell: values of all findings and some more."""

    def __init__(self, known: Iterable[_Known], outside: Iterable[float], language: Language) -> None:
        every = tuple(known)
        self.language = language
        self.values = (*(value for one in every for value in one.values), *outside)
        self.rows = {}
        self.names = None


def _fold(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).casefold().split())


def _values_of(finding: Finding) -> Iterator[float]:
    """What running text may tell: everything but the rows."""
    for result in finding.results:
        told = {name: getattr(result, name, None) for name in _TOLD}
        yield from _numbers_in(told)
    sample = finding.sample
    yield from _numbers_in([sample.people, sample.rows, dict(sample.excluded), finding.design_grade])
    yield from _numbers_in([dict(caveat.fields) for caveat in finding.caveats])
    yield from _numbers_in(dict(finding.details))
    yield from _numbers_in([finding.period, level_of(finding), *_row_counts(finding)])


def _row_counts(finding: Finding) -> Iterator[int]:
    """How many rows a figure or a table may say it shows: all, those withheld, those not, at most so many.

    A curve of specifications tells places in it, and how many of them leave out zero; answers on a scale are
    told beside the whole scale.
    """
    if any("headline" in row for row in finding.rows):
        yield from range(len(finding.rows) + 1)
    if any("response" in row for row in finding.rows):
        yield from range(1, 6)  # the answers that could be given, which the key of the figure names
    withheld = sum(bool(row.get("suppressed")) for row in finding.rows)
    yield from (len(finding.rows), withheld, len(finding.rows) - withheld, MAXIMUM_ROWS)


def _numbers_in(value: Any) -> Iterator[float]:
    """All numbers in a piece of data, those inside codes and dates too."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _numbers_in(part)
    elif isinstance(value, str):
        yield from map(float, _DIGITS.findall(value))
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        yield float(value)


def _names_of(finding: Finding, language: Language) -> Iterator[str]:
    for row in finding.rows:
        yield row_label(row, language)
        yield group_label(row, language)
        yield from (
            str(row[key]) for key in ("label", "group", "title", "quote") if isinstance(row.get(key), str)
        )


def _names_expression(names: frozenset[str]) -> re.Pattern[str] | None:
    numbered = sorted((n for n in names if re.search(r"\d", n)), key=lambda n: (-len(n), n))
    either = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in numbered)
    return re.compile(rf"(?<!\w)(?<!\d[.,])(?:{either})(?!\w)", re.IGNORECASE) if either else None


@cache
def _constants(language: Language) -> re.Pattern[str]:
    """The fixed words of the message catalogue that hold a number, between their fields."""
    pieces = {
        piece.strip()
        for key, texts in read_messages().items()
        if key.partition(".")[0] in _ROOMS
        for piece in _FIELD.split(texts[language])
        if re.search(r"\d", piece) and len(piece.strip()) > _SHORT
    }
    ordered = sorted(pieces, key=lambda piece: (-len(piece), piece))
    return re.compile("|".join(map(_whole, ordered)))


def _whole(piece: str) -> str:
    """Fixed words as an expression; a number at their edge must be whole."""
    first, last = piece[0].isdigit(), piece[-1].isdigit()
    text = re.escape(piece).replace(r"\ ", r"\s+")
    return (r"(?<![\d.,])" if first else "") + text + (r"(?!\d|[.,]\d)" if last else "")


def strangers_in(finding: Finding, texts: Iterable[str], language: Language) -> list[tuple[str, str]]:
    """The numbers of texts that are no value of a finding or of any of its rows, each with its text."""
    known = _Known(finding, language)
    found = known.strangers(texts, (*known.values, *_numbers_in([dict(row) for row in finding.rows])))
    return [(shown.text, text) for shown, text in found]
