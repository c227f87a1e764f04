"""What a reader of a finished page can see or hear: text, labels, embedded data and drawings, by question."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
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

_HEEDED: Final = {"class", "aria-labelledby", "http-equiv", EXEMPT, QUESTION}
_STROKE: Final = f"(?:{'|'.join(sorted(_SILENT - _HEEDED))})"
"""Attributes that also change nothing for what stands inside or beside them: drawings are full of them."""

_SVG: Final = "data:image/svg+xml"
_SVG_TEXT = re.compile(r"<!--(.*?)-->|<(?:text|tspan|title|desc)\b[^>]*>([^<]*)", re.DOTALL)
_CSS_TEXT = re.compile(r"content\s*:\s*([\"'])(.*?)(?<!\\)\1", re.DOTALL)


_NAME: Final = "[a-z][a-z0-9]*+"
_PLAIN_TAG = re.compile(
    rf'([^<]*+)<(?:/({_NAME})>|({_NAME})(?: {_STROKE}="[^"&]*+")*+((?: [a-z][a-z0-9:-]*+="[^"&]*+")*+)'
    r"(?:(/)>|>(?:([^<]*+)</\3>)?))"
)
"""Text and an end tag, or text and a start tag without the strokes it begins with; where only text stands
inside, the whole element."""

_SHAPES = re.compile(
    rf'(?:\s*+<(?:circle|ellipse|line|path|poly(?:gon|line)|rect)(?: {_STROKE}="[^"&]*+")*+/>)*+'
)
"""Lines and shapes of which nothing is read."""

_PLAIN_ATTRIBUTE = re.compile(r' ([a-z][a-z0-9:-]*)="([^"&]*)"')
_RAW: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
"""Elements whose inside the parser may read in a way of its own."""


def _balanced(depth: int) -> str:
    """An expression for text and elements that are closed in their order, one in the other up to a depth."""
    if not depth:
        return "[^<]*+"
    raw, void, given = "|".join(sorted(_RAW)), "|".join(sorted(_VOID)), '(?: [a-z][a-z0-9:-]*+="[^"<]*+")*+'
    whole = rf"(?P<tag{depth}>{_NAME}){given}(?:/>|>{_balanced(depth - 1)}</(?P=tag{depth})>)"
    return rf"[^<]*+(?:<(?!(?:{raw})\b)(?:(?:{void})\b{given}/?>|{whole})[^<]*+)*+"


_BALANCED = re.compile(_balanced(6))
_ROW = re.compile("<tr[ />]")


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
    """The attributes of a tag: what they say of its inside, and what is read of them, by kind."""

    question: str | None = None
    exempt: bool = False
    said: tuple[tuple[str, str], ...] = ()


_SHORT: Final = 100
"""Characters up to which the attributes of a tag are likely to recur, so that what they say is remembered."""
_WORDLESS: Final = (float, int, type(None))
_NOTHING: Final = _Given()


def _understand(written: str) -> _Given:
    """What attributes say that are written as templates write them."""
    return _heed(dict(_PLAIN_ATTRIBUTE.findall(written)))


_understand_often = lru_cache(maxsize=1024)(_understand)


def _heed(given: Mapping[str, str]) -> _Given:
    question = given.get(QUESTION) or None
    if "class" in given and "question" in given["class"].split():
        question = given.get("aria-labelledby", question)
    return _Given(question, EXEMPT in given, () if given.keys() <= _SILENT else tuple(_said(given)))


def _said(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a reader sees or hears of attributes, by kind."""
    is_policy = bool(given.get("http-equiv"))
    for name, value in given.items():
        if value.strip() and name not in _TECHNICAL and not is_policy:
            yield name, value
    for name in _CARRIERS:
        for pieces in _SVG_TEXT.findall(_drawing(given.get(name, ""))):
            yield "figure", " ".join(pieces)
    for _, text in _CSS_TEXT.findall(given.get("style", "")):
        yield "style", text


class _Reader(HTMLParser):
    """Collects the passages of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.open: list[_Open] = [_OUTSIDE]
        self.words: list[str] = []
        self.heard: dict[str, _Open] = {}
        self.script = ""
        self.rows = 0

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002  (the parser's own signature)
        """Count no lines: nobody asks where in the page a passage stood, and the page is long."""
        return j

    def parse_starttag(self, i: int) -> int:
        """Read tags as templates write them, and the text between; leave all else to the parser."""
        page, end = self.rawdata, i
        while (plain := _PLAIN_TAG.match(page, end)) is not None:
            text, closing, opening, written, closed, inside = plain.groups()
            if opening in _RAW:
                break
            if text and (self.words or not text.isspace()):
                self._say(unescape(text) if "&" in text else text, self.open[-1])
            end = plain.end()
            if closing:
                self.handle_endtag(closing)
                continue
            understand = _understand_often if len(written) < _SHORT else _understand
            inner = self._begin(opening, understand(written) if written else _NOTHING)
            if inside:
                say = self._tell if opening in _BLOCK else self._say
                say(
                    unescape(inside) if "&" in inside else inside,
                    self.open[-1] if opening in _VOID else inner,
                )
            elif inside is None and not closed and opening not in _VOID:
                self.open.append(inner)
                if inner.exempt and opening in _BLOCK:
                    end = self._pass_over(end)
            elif closed and not self.words and (shapes := _SHAPES.match(page, end)) is not None:
                end = shapes.end()
        return end if end > i else super().parse_starttag(i)

    def _pass_over(self, start: int) -> int:
        """Where the inside of a block that does not claim ends, or the first tag in it that needs care."""
        inside = _BALANCED.match(self.rawdata, start)
        end = start if inside is None else inside.end()
        self.rows += len(_ROW.findall(self.rawdata, start, end))
        return end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inner = self._begin(tag, _heed(given))
        if tag not in _VOID:
            self.open.append(inner)
        if tag == "script":
            self.script = given.get("type", "text/javascript")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def _begin(self, tag: str, given: _Given) -> _Open:
        """Begin an element, which inherits what it does not say itself."""
        if self.words and tag in _BLOCK:
            self.flush()
        _, question, exempt, row, head = self.open[-1]
        question = question if given.question is None else given.question
        exempt = exempt or given.exempt or tag in _QUOTED
        if tag in _TABULAR:
            if tag == "tr":
                self.rows += 1
            row = self.rows if tag == "tr" else 0 if tag == "table" else row
            head = tag == "th" or (head and tag == "table")
        if given.said and not exempt:
            self.passages += [Passage(question, kind, text) for kind, text in given.said]
        return _Open(tag, question, exempt, row, head)

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
        else:
            self._say(data, here)

    def _say(self, text: str, here: _Open) -> None:
        """Read text, which runs on until a block begins or ends."""
        if here.exempt:
            self.words.append(" · ")
        elif not text.isspace():
            self.words.append(text)
            self.heard[here.question] = here
        elif self.words:
            self.words.append(text)

    def flush(self) -> None:
        """End the running text, which speaks about each question that a part of it speaks about."""
        text = "".join(self.words)
        for here in self.heard.values():
            self._tell(text, here)
        self.words, self.heard = [], {}

    def _tell(self, text: str, here: _Open) -> None:
        """Read text that stands alone."""
        if not here.exempt and text.strip(" ·\n") and not text.isspace():
            self.passages.append(Passage(here.question, "text", text, here.row, here.head))

    def close(self) -> None:
        super().close()
        self.flush()


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
    found: dict[str, dict[str, None]] = {}
    _walk(value, question, found)
    return [
        Passage(named, "json", text)
        for named, texts in found.items()
        for text in texts
        if "_" not in text or len(text.split()) > 1
    ]


def _walk(value: Any, question: str, found: dict[str, dict[str, None]]) -> None:
    """Find every text in a piece of data, by question."""
    if isinstance(value, str):
        found.setdefault(question, {})[value] = None
    elif isinstance(value, (dict, Mapping)):  # most are plain, which is seen at once
        own = value.get("question")
        inner = own if isinstance(own, str) and " " not in own else question
        texts = found.setdefault(inner, {})
        for name, part in value.items():
            texts[str(name)] = None
            if isinstance(part, str):
                texts[part] = None
            elif not isinstance(part, _WORDLESS):
                _walk(part, inner, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _walk(part, question, found)
