"""What a reader of a finished page can see or hear: text, labels, embedded data and drawings, by question."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
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
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "col",
        "colgroup",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "img",
        "input",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "object",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "script",
        "search",
        "section",
        "select",
        "style",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "text",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
    ]
)
"""Elements that begin something new; all others stand inside a line, so a word may run through them."""

_QUOTED: Final = frozenset({"q", "blockquote"})
_TECHNICAL: Final = frozenset(
    [
        "allow",
        "aria-controls",
        "aria-describedby",
        "aria-hidden",
        "aria-labelledby",
        "aria-owns",
        "autocomplete",
        "charset",
        "class",
        "colspan",
        "crossorigin",
        "cx",
        "cy",
        "d",
        "datetime",
        "dir",
        "download",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "font-family",
        "font-size",
        "font-weight",
        "for",
        "headers",
        "height",
        "href",
        "hreflang",
        "http-equiv",
        "id",
        "integrity",
        "lang",
        "media",
        "name",
        "nonce",
        "open",
        "points",
        "r",
        "referrerpolicy",
        "rel",
        "role",
        "rowspan",
        "rx",
        "ry",
        "sandbox",
        "scope",
        "sizes",
        "src",
        "srcset",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-opacity",
        "stroke-width",
        "style",
        "tabindex",
        "target",
        "text-anchor",
        "transform",
        "type",
        "viewbox",
        "width",
        "x",
        "xmlns",
        "y",
    ]
) | {EXEMPT, QUESTION}
"""Attributes that no reader sees or hears; all others are read."""

_CARRIERS: Final = ("src", "data", "href", "srcset")
_SILENT: Final = _TECHNICAL - {*_CARRIERS, "style"}
"""Attributes in which nothing to read can stand, not even in a drawing or a style."""

_SVG: Final = "data:image/svg+xml"
_SVG_TEXT = re.compile(r"<!--(.*?)-->|<(?:text|tspan|title|desc)\b[^>]*>([^<]*)", re.DOTALL)
_CSS_TEXT = re.compile(r"content\s*:\s*([\"'])(.*?)(?<!\\)\1", re.DOTALL)


_PLAIN_TAG = re.compile(r'<([a-z][a-z0-9]*)((?: [a-z][a-z0-9:-]*="[^"&]*")*)(/?)>')
_PLAIN_ATTRIBUTE = re.compile(r' ([a-z][a-z0-9:-]*)="([^"&]*)"')
_RAW: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
"""Elements whose inside the parser may read in a way of its own."""


@dataclass(frozen=True, slots=True)
class Passage:
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


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    tag: str
    question: str
    exempt: bool
    row: int = 0
    head: bool = False


@dataclass(slots=True)
class _Held:
    words: list[str] = field(default_factory=list)
    here: _Open = field(default_factory=lambda: _Open("", "", False))


class _Reader(HTMLParser):
    """Collects the passages of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.open: list[_Open] = []
        self.held = _Held()
        self.script = ""
        self.rows = 0

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002  (the parser's own signature)
        """Count no lines: nobody asks where in the page a passage stood, and the page is long."""
        return j

    def parse_starttag(self, i: int) -> int:
        """Read a tag as templates write it by one expression, and every other as the parser does."""
        plain = _PLAIN_TAG.match(self.rawdata, i)
        if plain is None or plain.group(1) in _RAW:
            return super().parse_starttag(i)
        self.lasttag, written, closed = plain.groups()
        attributes: list[tuple[str, str | None]] = list(_PLAIN_ATTRIBUTE.findall(written))
        (self.handle_startendtag if closed else self.handle_starttag)(self.lasttag, attributes)
        return plain.end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCK:
            self.flush()
        here = self._enter(tag, given)
        if not here.exempt and not given.keys() <= _SILENT:
            self._attributes(given, here.question)
        if tag not in _VOID:
            self.open.append(here)
        if tag == "script":
            self.script = given.get("type", "text/javascript")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCK:
            self.flush()
        if self.open and self.open[-1].tag == tag:
            self.open.pop()
        elif any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass
        if tag == "script":
            self.script = ""

    def handle_data(self, data: str) -> None:
        here = self.open[-1] if self.open else _Open("", "", False)
        if self.script:
            if "json" in self.script:
                self.passages += json_passages(data, here.question)
        elif here.tag == "style":
            self.passages += [Passage(here.question, "style", text) for _, text in _CSS_TEXT.findall(data)]
        elif here.exempt:
            self.held.words.append(" · ")
        else:
            self.held.here = here
            self.held.words.append(data)

    def flush(self) -> None:
        if not self.held.words:
            return
        text, here = "".join(self.held.words), self.held.here
        if text.strip(" ·\n"):
            self.passages.append(Passage(here.question, "text", text, here.row, here.head))
        self.held = _Held()

    def close(self) -> None:
        super().close()
        self.flush()

    def _enter(self, tag: str, given: Mapping[str, str]) -> _Open:
        """What an element inherits, and what it begins."""
        above = self.open[-1] if self.open else _Open("", "", False)
        question = given.get(QUESTION) or above.question
        if "class" in given and "question" in given["class"].split():
            question = given.get("aria-labelledby", question)
        if tag == "tr":
            self.rows += 1
        row = self.rows if tag == "tr" else 0 if tag == "table" else above.row
        exempt = above.exempt or EXEMPT in given or tag in _QUOTED
        return _Open(tag, question, exempt, row, tag == "th" or (above.head and tag not in {"tr", "td"}))

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
    return list(walk_passages(value, question))


def walk_passages(value: Any, question: str) -> Iterable[Passage]:
    """The words in a piece of data, by the question its record names; codes with underscores are no words."""
    if isinstance(value, Mapping):
        own = value.get("question")
        inner = own if isinstance(own, str) and " " not in own else question
        for name, part in value.items():
            yield from walk_passages(str(name), inner)
            yield from walk_passages(part, inner)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk_passages(part, question)
    elif isinstance(value, str) and (" " in value.strip() or value.isalpha()):
        yield Passage(question, "json", value)
