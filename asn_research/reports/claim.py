"""The guard of claims: reads a finished page and fails it where a word is stronger than its evidence."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from asn_research.errors import Place, Problem
from asn_research.findings.catalogue import ACROSS_QUESTIONS, QUESTIONS
from asn_research.findings.claim import ASSOCIATION, find_claims, wording_grade
from asn_research.findings.finding import Finding, read_findings

EXEMPT: Final = "data-claims"
"""Attribute of a part that does not claim: method notes, glossary, file names, code."""

QUESTION: Final = "data-question"
"""Attribute of a part that speaks about one question."""

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "em",
        "i",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "wbr",
    ]
)
_QUOTED: Final = frozenset({"q", "blockquote"})
_ATTRIBUTES: Final = ("alt", "title", "aria-label", "aria-description", "content", "summary", "placeholder")
_NAMED: Final = ("label", "group", "quote", "quote_role", "title")
_SVG: Final = "data:image/svg+xml;base64,"
_SVG_TEXT = re.compile(r"<!--(.*?)-->|<(?:text|tspan|title|desc)\b[^>]*>([^<]*)", re.DOTALL)
_SHORT: Final = 3


@dataclass(slots=True)
class _Passage:
    """Running text of one part of the page."""

    question: str
    kind: str
    text: str


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    tag: str
    question: str
    exempt: bool


@dataclass(slots=True)
class _Held:
    words: list[str] = field(default_factory=list)
    question: str = ""


class _Reader(HTMLParser):
    """Collects what a reader can see or hear: text, alternative texts, labels, embedded data, drawings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[_Passage] = []
        self.open: list[_Open] = []
        self.held = _Held()
        self.script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _INLINE:
            self.flush()
        above = self.open[-1] if self.open else _Open("", "", False)
        question = given.get(QUESTION) or above.question
        if "question" in given.get("class", "").split():
            question = given.get("aria-labelledby", question)
        exempt = above.exempt or EXEMPT in given or tag in _QUOTED or tag == "style"
        if not exempt:
            self._attributes(given, question)
        if tag not in _VOID:
            self.open.append(_Open(tag, question, exempt))
        if tag == "script":
            self.script = given.get("type", "text/javascript")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.flush()
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass
        if tag == "script":
            self.script = ""

    def handle_data(self, data: str) -> None:
        here = self.open[-1] if self.open else _Open("", "", False)
        if self.script:
            if "json" in self.script:
                self.passages += _json_passages(data, here.question)
            return
        if here.exempt:
            self.held.words.append(" · ")
            return
        self.held.question = here.question
        self.held.words.append(data)

    def flush(self) -> None:
        text = "".join(self.held.words)
        if text.strip():
            self.passages.append(_Passage(self.held.question, "text", text))
        self.held = _Held()

    def close(self) -> None:
        super().close()
        self.flush()

    def _attributes(self, given: Mapping[str, str], question: str) -> None:
        for name in _ATTRIBUTES:
            if given.get(name) and not given.get("http-equiv"):
                self.passages.append(_Passage(question, name, given[name]))
        if given.get("src", "").startswith(_SVG):
            drawing = base64.b64decode(given["src"].removeprefix(_SVG)).decode("utf-8", "replace")
            for pieces in _SVG_TEXT.findall(drawing):
                self.passages.append(_Passage(question, "figure", " ".join(pieces)))


def check_page(
    page: str, records: Sequence[Mapping[str, Any]], *, name: str = "", names: Iterable[str] = ()
) -> tuple[Problem, ...]:
    """Check that no word of a finished page claims more than the evidence of its section.

    Parameters
    ----------
    page : str
        The page as it would be published.
    records : sequence of mapping
        The records of its findings.json: they say how strong the evidence of every question is. A question
        that the findings do not know may claim nothing.
    name : str
        File name, for the problems.
    names : iterable of str
        Further names as others wrote them, such as the programme's.

    Returns
    -------
    tuple of Problem
        One for each word, at most three a section. Empty: the page may be published.

    Notes
    -----
    Text outside of the questions may speak as strongly as the main answer, and of associations. Not read are
    quotations, names from the findings, and parts marked ``data-claims``: method notes, glossary, file names.
    """
    findings = read_findings([dict(record) for record in records])
    grades = _grades(findings)
    named = {*names, *_names(findings)}
    reader = _Reader()
    reader.feed(page)
    reader.close()
    passages = [*reader.passages, *_record_passages(records)]
    problems: list[Problem] = []
    counts: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for passage in passages:
        grade = grades.get(passage.question, 1)
        for claim in find_claims(passage.text, grade=grade, names=named):
            key = (passage.question, claim.word)
            if key in seen or counts.get(passage.question, 0) >= _SHORT:
                continue
            seen.add(key)
            counts[passage.question] = counts.get(passage.question, 0) + 1
            fields = {
                "word": claim.word, "context": claim.context, "needs": str(claim.needs), "grade": str(grade),
                "question": passage.question or "–", "kind": passage.kind,
            }  # fmt: skip
            message = (
                f"“{claim.word}” needs evidence of grade {claim.needs}, but the section "
                f"{passage.question or 'outside of the questions'} has grade {grade}: …{claim.context}…"
            )
            remedy = "The report was not published; reword the sentence."
            problems.append(Problem("claim_too_strong", message, Place(name or None), remedy, fields))
    return tuple(problems)


def _grades(findings: Iterable[Finding]) -> dict[str, int]:
    """The grade whose words each question may use; under the empty name that of all other text."""
    from_grade = {question.id: question.causal_from for question in (*QUESTIONS, *ACROSS_QUESTIONS)}
    grades = {f.question: wording_grade(f, causal_from=from_grade.get(f.question, 6)) for f in findings}
    main = grades.get("learning_gain", grades.get("pooled_gain", 1))
    return grades | {"": max(main, ASSOCIATION)}


def _names(findings: Iterable[Finding]) -> set[str]:
    rows = [row for finding in findings for row in finding.rows]
    return {str(row[key]) for row in rows for key in _NAMED if isinstance(row.get(key), str)}


def _json_passages(text: str, question: str) -> list[_Passage]:
    """Sentences of embedded data; words without a blank are codes."""
    try:
        value = json.loads(text)
    except ValueError:
        return [_Passage(question, "json", text)]
    return list(_walk(value, question))


def _walk(value: Any, question: str) -> Iterable[_Passage]:
    if isinstance(value, Mapping):
        own = value.get("question")
        inner = own if isinstance(own, str) and " " not in own else question
        for part in value.values():
            yield from _walk(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part, question)
    elif isinstance(value, str) and " " in value.strip():
        yield _Passage(question, "json", value)


def _record_passages(records: Sequence[Mapping[str, Any]]) -> list[_Passage]:
    """Sentences of findings.json."""
    return [passage for record in records for passage in _walk(record, "")]
