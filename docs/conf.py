"""How the site is built: Sphinx with MyST and Furo, in Indonesian; nothing in a page asks for a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective
from typer.testing import CliRunner

project = "asn_research"
author = "asn_research"
copyright = "asn_research, MIT"  # noqa: A001
language = "id"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_static"]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["toc.not_included", "toc.not_readable"]  # pages come and go; lists name them all
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
math_numfig = False

html_theme = "furo"
html_title = "asn_research"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_last_updated_fmt = None

ENGLISH = frozenset(
    "beyond_one_machine contributing dependencies design hostile_input identity performance "
    "reference truth validation".split()
)
"""Pages for contributors and researchers."""


def _inline_math(writer: Any, node: nodes.Element) -> None:
    writer.body.append(latex2mathml.tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block_math(writer: Any, node: nodes.Element) -> None:
    writer.body.append(f"<div class='math'>{latex2mathml.tex2mathml(node.astext(), as_block=True)}</div>")
    raise nodes.SkipNode


class Commands(SphinxDirective):
    """Every command with its own help, as the program itself prints it."""

    def run(self) -> list[nodes.Node]:
        names = [match[1] for match in re.finditer(r"^  ([a-z-]+) {2,}", _help(), flags=re.M)]
        found: list[nodes.Node] = []
        for name in names:
            section = nodes.section(ids=[f"asn-research-{name}"], names=[f"asn-research-{name}"])
            section += nodes.title(text=f"asn-research {name}")
            section += nodes.literal_block(text=_help(name), language="text")
            found.append(section)
        return found


def _help(*words: str) -> str:
    """What ``--help`` prints, in Indonesian, at a width that fits the page."""
    from asn_research.cli import app

    wanted = {"ASN_RESEARCH_LANGUAGE": "id", "COLUMNS": "80", "NO_COLOR": "1"}
    return CliRunner().invoke(app, [*words, "--help"], env=wanted).output.strip()


class Terms(SphinxDirective):
    """The words that reports explain, in both languages side by side."""

    def run(self) -> list[nodes.Node]:
        from asn_research.language.catalogue import read_messages

        known = {key: text for key, text in read_messages().items() if key.startswith("finding.glossary_")}
        words = sorted(
            (text["id"], text["en"], known[f"{key}_text"]["id"])
            for key, text in known.items()
            if not key.endswith("_text")
        )
        listed = nodes.definition_list()
        for term, english, meaning in words:
            item = nodes.definition_list_item()
            item += nodes.term(
                "", "", nodes.strong(text=term), nodes.Text(" · "), nodes.emphasis(text=english)
            )
            item += nodes.definition("", nodes.paragraph(text=meaning))
            listed += item
        return [listed]


def _page_language(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    context["language"] = "en" if pagename in ENGLISH else language


def _english_labels(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the labels of parameters, returns and the like in the language of the page."""
    if docname not in ENGLISH:
        return
    known = {str(get_translation("sphinx")(label)): label for label in _LABELS}
    for node in doctree.findall(lambda node: isinstance(node, (nodes.field_name, nodes.rubric))):
        text = node.astext()
        if text in known:
            node.children = [nodes.Text(known[text])]


_LABELS = (
    "Parameters", "Returns", "Raises", "Return type", "Yields", "Warns", "Warnings", "Notes",
    "Examples", "Example", "References", "See Also", "Other Parameters", "Attributes", "Methods",
)  # fmt: skip
"""What Sphinx and its napoleon write above the parts of a docstring."""

_REPAIRS = (
    (r'role="heading"(?! aria-level)', 'role="heading" aria-level="2"'),
    (r'<aside class="sidebar-drawer"', '<aside aria-label="Semua halaman" class="sidebar-drawer"'),
    (r'<aside class="toc-drawer', '<aside aria-label="Isi halaman" class="toc-drawer'),
    (r'(id="furo-main-content">)(\s*<noscript>)', r"\1<h1>Pencarian</h1>\2"),
    (r"<pre>", '<pre tabindex="0">'),
    (r'<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
    (r'<th class="(head[^"]*)">(?:<p></p>)?</th>', r'<td class="\1"></td>'),
)
"""What the theme leaves out that a screen reader or a keyboard needs."""


def _repair_pages(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        for page in Path(app.outdir).glob("*.html"):
            text = page.read_text(encoding="utf-8")
            for pattern, repaired in _REPAIRS:
                text = re.sub(pattern, repaired, text)
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register what this site adds to Sphinx."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_block_math, None))
    app.add_directive("commands", Commands)
    app.add_directive("terms", Terms)
    app.connect("html-page-context", _page_language)
    app.connect("doctree-resolved", _english_labels)
    app.connect("build-finished", _repair_pages)
