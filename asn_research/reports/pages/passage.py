"""What a reader of a finished page can see or hear: text, labels, embedded data and drawings, by question."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

EXEMPT: Final = "data-claims"
"""Attribute of a part that does not claim: method notes, glossary, file names, code."""

QUESTION: Final = "data-question"
"""Attribute of a part that speaks about one question."""

_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_BLOCK: Final = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "br", "caption", "col", "colgroup", "dd",
        "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "img", "input",
        "legend", "li", "main", "menu", "nav", "object", "ol", "optgroup", "option", "p", "pre",
        "script", "search", "section", "select", "style", "summary", "svg", "table", "tbody", "td",
        "template", "text", "textarea", "tfoot", "th", "thead", "title", "tr", "ul", "video",
    ]
)  # fmt: skip
"""Elements that begin something new; all others stand inside a line, so a word may run through them."""

_TABULAR: Final = frozenset({"table", "tr", "th", "td"})
_QUOTED: Final = frozenset({"q", "blockquote"})
_TECHNICAL: Final = frozenset(
    [
        "allow", "aria-controls", "aria-describedby", "aria-hidden", "aria-labelledby", "aria-owns",
        "autocomplete", "charset", "class", "colspan", "crossorigin", "cx", "cy", "d", "datetime", "dir",
        "download", "dx", "dy", "fill", "fill-opacity", "font-family", "font-size", "font-weight", "for",
        "headers", "height", "href", "hreflang", "http-equiv", "id", "integrity", "lang", "media",
        "name", "nonce", "open", "points", "r", "referrerpolicy", "rel", "role", "rowspan", "rx", "ry",
        "sandbox", "scope", "sizes", "src", "srcset", "stroke", "stroke-dasharray", "stroke-dashoffset",
        "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "style", "tabindex",
        "target", "text-anchor", "transform", "type", "viewbox", "width", "x", "xmlns", "y",
    ]
) | {EXEMPT, QUESTION}  # fmt: skip
"""Attributes that no reader sees or hears; all others are read."""

_CARRIERS: Final = ("src", "data", "href", "srcset")
_SILENT: Final = _TECHNICAL - {*_CARRIERS, "style"}
"""Attributes in which nothing to read can stand, not even in a drawing or a style."""

_STROKES: Final = _SILENT - {"class", "aria-labelledby", EXEMPT, QUESTION}
_STROKES_ONLY = re.compile(rf'(?: (?:{"|".join(sorted(_STROKES))})="[^"&]*")*')
"""Attributes that also change nothing for what stands inside; of lines and shapes a page has hundreds."""

_SVG: Final = "data:image/svg+xml"
_SVG_TEXT = re.compile(r"<!--(.*?)-->|<(?:text|tspan|title|desc)\b[^>]*>([^<]*)", re.DOTALL)
_CSS_TEXT = re.compile(r"content\s*:\s*([\"'])(.*?)(?<!\\)\1", re.DOTALL)


_PLAIN_TAG = re.compile(
    r'([^<]*)<(?:/([a-z][a-z0-9]*)|([a-z][a-z0-9]*)((?: [a-z][a-z0-9:-]*="[^"&]*")*)(/?))>'
)
_ANY_PLAIN_TAG = re.compile(
    r'[^<]*<(?:/([a-z][a-z0-9]*)|([a-z][a-z0-9]*)(?: [a-z][a-z0-9:-]*="[^"]*")*(/?))>'
)
"""The same where nothing is read."""

_PLAIN_ATTRIBUTE = re.compile(r' ([a-z][a-z0-9:-]*)="([^"&]*)"')
_RAW: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
"""Elements whose inside the parser may read in a way of its own."""


class Passage(NamedTuple):
    """Running text of one part of a page.

    ``question`` is the question it speaks about, empty outside of the questions; ``kind`` says where it
    stands: ``text``, the name of an attribute, ``figure``, ``style`` or ``json``; ``row`` numbers the table
    row it stands in, 0 outside of tables; ``head`` is true for the name of a row or column.
    """

    question: str
    kind: str
    text: str
    row: int = 0
    head: bool = False


class _Open(NamedTuple):
    """An element that is not closed yet, and what it hands down."""

    tag: str
    question: str
    exempt: bool
    row: int = 0
    head: bool = False


_OUTSIDE: Final = _Open("", "", False)


class _Given(NamedTuple):
    """The attributes of a tag: what they say of its inside, and their values where any may be read."""

    question: str | None
    exempt: bool
    read: Mapping[str, str] | None


_SHORT: Final = 100
"""Characters up to which the attributes of a tag are likely to recur, so that what they say is remembered."""
_WORDLESS: Final = (float, int, type(None))
_NOTHING: Final = _Given(None, False, None)


def _understand(written: str) -> _Given:
    """What attributes say that are written as templates write them."""
    return _heed(dict(_PLAIN_ATTRIBUTE.findall(written)))


_understand_often = lru_cache(maxsize=1024)(_understand)


def _heed(given: Mapping[str, str]) -> _Given:
    question = given.get(QUESTION) or None
    if "class" in given and "question" in given["class"].split():
        question = given.get("aria-labelledby", question)
    return _Given(question, EXEMPT in given, None if given.keys() <= _SILENT else given)


class _Reader(HTMLParser):
    """Collects the passages of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.open: list[_Open] = [_OUTSIDE]
        self.words: list[str] = []
        self.here = _OUTSIDE
        self.script = ""
        self.rows = 0

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002  (the parser's own signature)
        """Count no lines: nobody asks where in the page a passage stood, and the page is long."""
        return j

    def parse_starttag(self, i: int) -> int:
        """Read tags as templates write them, and the text between; leave all else to the parser."""
        page, end = self.rawdata, i
        while (plain := _PLAIN_TAG.match(page, end)) is not None:
            text, closing, opening, written, closed = plain.groups()
            if opening in _RAW:
                break
            if text:
                self.handle_data(unescape(text) if "&" in text else text)
            if closing:
                self.handle_endtag(closing)
            elif not written:
                self._begin(opening, _NOTHING, closed=bool(closed))
            elif closed and opening not in _BLOCK and _STROKES_ONLY.fullmatch(written):
                pass
            else:
                understand = _understand_often if len(written) < _SHORT else _understand
                self._begin(opening, understand(written), closed=bool(closed))
            end = plain.end()
            if opening in _BLOCK and not closed and self.open[-1].exempt:
                end = self._pass_over(end)
        return end if end > i else super().parse_starttag(i)

    def _pass_over(self, start: int) -> int:
        """Where the inside of a block that does not claim ends, or the first tag in it that needs care.

        What is open there is kept account of; hundreds of tags are passed over in a trace of numbers.
        """
        block, inner, end = self.open[-1], list[str](), start
        match = _ANY_PLAIN_TAG.scanner(self.rawdata, start).match  # type: ignore[attr-defined]
        while (plain := match()) is not None:
            closing, opening, closed = plain.groups()
            if closing and not (inner and inner[-1] == closing):
                break
            if closing:
                inner.pop()
            elif opening in _RAW:
                break
            elif not closed and opening not in _VOID:
                inner.append(opening)
            self.rows += opening == "tr"
            end = plain.end()
        self.open += [block._replace(tag=tag) for tag in inner]
        return end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._begin(tag, _heed(given))
        if tag == "script":
            self.script = given.get("type", "text/javascript")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def _begin(self, tag: str, given: _Given, *, closed: bool = False) -> None:
        """Begin an element, which inherits what it does not say itself; end it where it is closed at once."""
        if tag in _BLOCK and self.words:
            self.flush()
        _, question, exempt, row, head = self.open[-1]
        question = question if given.question is None else given.question
        exempt = exempt or given.exempt or tag in _QUOTED
        if tag in _TABULAR:
            if tag == "tr":
                self.rows += 1
            row = self.rows if tag == "tr" else 0 if tag == "table" else row
            head = tag == "th" or (head and tag == "table")
        if given.read is not None and not exempt:
            self._attributes(given.read, question)
        if not closed and tag not in _VOID:
            self.open.append(_Open(tag, question, exempt, row, head))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCK and self.words:
            self.flush()
        if self.open[-1].tag == tag:
            self.open.pop()
        elif any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass
        if tag == "script":
            self.script = ""

    def handle_data(self, data: str) -> None:
        here = self.open[-1]
        if self.script:
            if "json" in self.script:
                self.passages += json_passages(data, here.question)
        elif here.tag == "style":
            self.passages += [Passage(here.question, "style", text) for _, text in _CSS_TEXT.findall(data)]
        elif here.exempt:
            self.words.append(" · ")
        elif self.words or not data.isspace():
            self.here = here
            self.words.append(data)

    def flush(self) -> None:
        """End the running text."""
        if not self.words:
            return
        text, here = "".join(self.words), self.here
        if text.strip(" ·\n"):
            self.passages.append(Passage(here.question, "text", text, here.row, here.head))
        self.words, self.here = [], _OUTSIDE

    def close(self) -> None:
        super().close()
        self.flush()

    def _attributes(self, given: Mapping[str, str], question: str) -> None:
        is_policy = bool(given.get("http-equiv"))
        for name, value in given.items():
            if value.strip() and name not in _TECHNICAL and not is_policy:
                self.passages.append(Passage(question, name, value))
        for name in _CARRIERS:
            drawing = _drawing(given.get(name, ""))
            for pieces in _SVG_TEXT.findall(drawing):
                self.passages.append(Passage(question, "figure", " ".join(pieces)))
        for _, text in _CSS_TEXT.findall(given.get("style", "")):
            self.passages.append(Passage(question, "style", text))


def _drawing(address: str) -> str:
    """The source of an embedded drawing; empty where the address is none."""
    if not address.startswith(_SVG):
        return ""
    kind, _, content = address.partition(",")
    if kind.endswith(";base64"):
        return base64.b64decode(content).decode("utf-8", "replace")
    return unquote(content)


def read_passages(page: str) -> list[Passage]:
    """Everything on a page that a reader can see or hear, in its order.

    Left out are quotations and parts marked ``data-claims``: method notes, glossary, file names, code.

    Examples
    --------
    >>> [passage.text for passage in read_passages("<p>Nilai <b>na</b>ik</p><p hidden>5</p>")]
    ['Nilai naik', '5']
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.passages


def json_passages(text: str, question: str) -> list[Passage]:
    """The words of embedded data; text that is no JSON is read as it stands."""
    try:
        value = json.loads(text)
    except ValueError:
        return [Passage(question, "json", text)]
    return walk_passages(value, question)


def walk_passages(value: Any, question: str) -> list[Passage]:
    """The words in a piece of data, each once by the question its record names; codes with underscores are
    no words."""
    found: dict[tuple[str, str], Passage] = {}
    _walk(value, question, found)
    return [*found.values()]


def _walk(value: Any, question: str, found: dict[tuple[str, str], Passage]) -> None:
    if isinstance(value, str):
        if (question, value) not in found and (value.isalpha() or " " in value.strip()):
            found[question, value] = Passage(question, "json", value)
    elif isinstance(value, Mapping):
        own = value.get("question")
        inner = own if isinstance(own, str) and " " not in own else question
        for name, part in value.items():
            _walk(str(name), inner, found)
            if not isinstance(part, _WORDLESS):
                _walk(part, inner, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _walk(part, question, found)
