"""An executed notebook as one self-contained HTML page, by nbconvert with this project's own template."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from asn_research.errors import Place, Problem
from asn_research.figures.style import dark_rules
from asn_research.language import LANGUAGES, Language, phrase
from asn_research.reports.pages.markup import TEMPLATES
from asn_research.reports.pages.stamp import STAMP
from asn_research.reports.publications.parameter import INJECTED_TAG, PARAMETERS_TAG

_MACHINE_TAGS: Final = frozenset({"injected-parameters", "papermill-error-cell-tag"})
LARGEST_PAGE: Final = 1_500_000
"""Bytes that a page may have: enough for every question, and small enough for a mail and a phone."""

_WORDS: Final = (
    "skip", "project", "contents", "show_code", "other_code", "other_name", "footer",
)  # fmt: skip
_FIGURE = re.compile(r"<figure>\s*(?:<figcaption>(.*?)</figcaption>)?.*?</figure>", re.DOTALL)
_GIVEN = re.compile(r'^(region|period|language) = (None|"[^"]*")$', re.MULTILINE)
_DEFAULT = re.compile(r'^((region|period|language)(?:: (?:\w+|"[^"]*"))? = )(None|"[^"]*")', re.MULTILINE)
_HEADING = re.compile(r"^## +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One line of the table of contents."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Part:
    """A stretch of cells under one heading; the head of the page has no anchor."""

    anchor: str
    cells: tuple[NotebookNode, ...]


@dataclass(frozen=True)
class Group:
    """Neighbouring outputs that answer one question; other outputs stand without a question."""

    question: str
    answered: bool
    outputs: tuple[NotebookNode, ...]


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def style() -> str:
    """The style sheet of every page: light, dark for readers who prefer it, and for paper."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{{dark_rules('figure > svg')}}}"
    return f"{_text('style.css').rstrip()}\n{_text('trace.css').rstrip()}\n{dark}"


def script() -> str:
    """The one small script of the pages: it marks the section being read and opens what a link leads to."""
    return "\n".join(_text(name).rstrip() for name in ("script.js", "trace.js"))


def index_script() -> str:
    """The script of the index: it sorts, searches and tells how old the data are."""
    return _text("index.js").rstrip()


def security_policy(scripts: Iterable[str] = ()) -> str:
    """A Content-Security-Policy: inline styles, embedded pictures, the given scripts, nothing else."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts]
    allowed = " ".join(hashes) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _is_heading(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and _HEADING.match(cell.source) is not None


def _anchor(cell: NotebookNode) -> str:
    return str(cell.metadata.get(STAMP, {}).get("anchor", cell.get("id", "")))


def _shows(cells: list[NotebookNode]) -> bool:
    """Whether there is anything to read; a heading over code that showed nothing is nothing."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    return bool(cells) and (not code or any(cell.get("outputs") for cell in code))


def split_sections(cells: Iterable[NotebookNode]) -> list[Part]:
    """Cells grouped under their second-level headings; what precedes the first heading is the page's head."""
    parts: list[tuple[str, list[NotebookNode]]] = [("", [])]
    for cell in cells:
        if _is_heading(cell):
            parts.append((_anchor(cell), []))
        parts[-1][1].append(cell)
    return [Part(anchor, tuple(members)) for anchor, members in parts if _shows(members)]


def list_contents(cells: Iterable[NotebookNode]) -> list[Entry]:
    """The second-level headings of a notebook, for the table of contents."""
    headings = [(part.anchor, _HEADING.match(part.cells[0].source)) for part in split_sections(cells)]
    return [Entry(anchor, heading.group(1)) for anchor, heading in headings if anchor and heading]


def _stamped(output: NotebookNode, name: str) -> Any:
    return output.get("metadata", {}).get(STAMP, {}).get(name, "")


def group_questions(outputs: Iterable[NotebookNode]) -> Iterator[Group]:
    """Neighbouring outputs of one question together, so that the page can wrap them in one section."""
    held: list[NotebookNode] = []
    for output in outputs:
        if held and _stamped(held[0], "question") != _stamped(output, "question"):
            yield _group(held)
            held = []
        held.append(output)
    if held:
        yield _group(held)


def _group(outputs: list[NotebookNode]) -> Group:
    first = outputs[0]
    return Group(_stamped(first, "question"), bool(_stamped(first, "answered")), tuple(outputs))


def _drawing(output: NotebookNode) -> str:
    """A drawing as part of the page, with its alternative text; one that nobody vouches for as a picture.

    As part of the page its words can be selected, searched and enlarged, and it is a quarter smaller.
    """
    svg = str(output.data["image/svg+xml"])
    alt = html.escape(str(_stamped(output, "alt")))
    if _stamped(output, "region") and svg.startswith("<svg "):
        return f'<svg role="img" aria-label="{alt}"{svg.removeprefix("<svg")}'
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" alt="{alt}">'


@lru_cache(maxsize=256)
def _prose_html(source: str) -> str:
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))


@lru_cache(maxsize=256)
def _code_html(source: str) -> str:
    """Highlighted code: that of a product is the same on all its pages."""
    return str(Highlight2HTML(pygments_lexer="python3")(source))


class PageExporter(TemplateExporter):  # type: ignore[misc]
    """nbconvert exporter for the pages of this project; extends nbconvert's ``base`` template."""

    export_from_notebook = None
    output_mimetype = ""

    def _template_name_default(self) -> str:
        return "page"

    def _file_extension_default(self) -> str:
        return ".html"

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook as it is: nothing is preprocessed, so nothing need be copied and checked again."""
        return nb, resources

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """nbconvert's filters and those of the page template."""
        yield from super().default_filters()
        yield "sections", split_sections
        yield "questions", group_questions
        yield "stamped", _stamped
        yield "drawing", _drawing
        yield "prose_html", _prose_html
        yield "code_html", _code_html


class _Kept(NotebookNode):  # type: ignore[misc]
    """A notebook of which nbconvert need make no copy: nothing here changes it."""

    def __deepcopy__(self, memo: object) -> _Kept:
        return self


def _is_tagged(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", ())


def _with_given(cell: NotebookNode, given: Mapping[str, str]) -> NotebookNode:
    """The cell of parameters with what this page was made for in place of the defaults; folders stay."""

    def put(line: re.Match[str]) -> str:
        return f"{line.group(1)}{given.get(line.group(2), line.group(3))}"

    return NotebookNode({**cell, "source": _DEFAULT.sub(put, cell.source)})


def _in_language(notebook: NotebookNode, language: Language) -> NotebookNode:
    """The notebook without the prose of other languages and without what papermill put into it."""
    unwanted = {f"lang-{other}" for other in LANGUAGES if other != language} | _MACHINE_TAGS
    kept = [cell for cell in notebook.cells if unwanted.isdisjoint(cell.metadata.get("tags", ()))]
    given = {name: value for cell in notebook.cells if _is_tagged(cell, INJECTED_TAG)
             for name, value in _GIVEN.findall(cell.source)}  # fmt: skip
    cells = [_with_given(cell, given) if _is_tagged(cell, PARAMETERS_TAG) else cell for cell in kept]
    return _Kept({**notebook, "cells": cells})


@cache
def _exporter() -> PageExporter:
    """The exporter of all pages: its templates are compiled once a process."""
    exporter = PageExporter(extra_template_basedirs=[str(TEMPLATES)], default_preprocessors=[])
    exporter.config.NbConvertBase.display_data_priority = ["image/svg+xml", "text/html", "text/plain"]
    return exporter


def export_page(
    notebook: NotebookNode,
    *,
    language: Language,
    title: str,
    alternate: str = "",
    links: Iterable[tuple[str, str]] = (),
) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    notebook
        An executed product notebook.
    language
        The language whose Markdown cells (tagged ``lang-id``, ``lang-en``) are kept.
    title
        Title of the browser window.
    alternate
        File name of the same page in the other language; empty where there is none.
    links
        Further links of the bar at the top: label and relative address.

    Returns
    -------
    str
        One HTML document that asks no network for anything.
    """
    kept = _in_language(notebook, language)
    words = {key: phrase(f"report.page_{key}", language) for key in _WORDS}
    page = {
        "language": language,
        "title": title,
        "style": style(),
        "script": script(),
        "policy": security_policy([script()]),
        "contents": list_contents(kept.cells),
        "alternate": alternate,
        "links": list(links),
        "words": words,
    }
    body, _ = _exporter().from_notebook_node(kept, resources={"page": page})
    return re.sub(r"\n{3,}", "\n\n", str(body)).strip() + "\n"


def check_size(page: str, *, name: str = "") -> tuple[Problem, ...]:
    """Check that a finished page is small enough to be mailed and opened on a phone.

    Parameters
    ----------
    page : str
        The page as it would be published.
    name : str
        File name, for the problem.

    Returns
    -------
    tuple of Problem
        One that names the largest drawing where the page is over ``LARGEST_PAGE`` bytes; else empty.
    """
    size = len(page.encode())
    if size <= LARGEST_PAGE:
        return ()
    drawings = [(len(part.group().encode()), part.group(1)) for part in _FIGURE.finditer(page)]
    largest, caption = max(drawings, default=(0, ""))
    fields = {
        "size": f"{size / 1e6:.2f}",
        "limit": f"{LARGEST_PAGE / 1e6:.1f}",
        "figure": html.unescape(caption) or "–",
        "figure_size": f"{largest / 1e3:.0f}",
    }
    message = (
        f"the page has {fields['size']} MB, over its limit of {fields['limit']} MB; its largest figure, "
        f"“{fields['figure']}”, has {fields['figure_size']} kB."
    )
    remedy = "The page was not published; draw fewer rows in that figure."
    return (Problem("page_too_large", message, Place(name or None), remedy, fields),)
