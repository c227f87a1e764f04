"""A finished page on paper: A4, tagged for screen readers, with contents and page numbers (weasyprint)."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from asn_research.errors import Problem, ReportError
from asn_research.language import Language, phrase
from asn_research.reports.pages.markup import TEMPLATES
from asn_research.reports.publications import provenance
from asn_research.reports.publications.manifest import MANIFEST, Manifest

VARIANT: Final = "pdf/ua-1"
"""The standard for documents that screen readers can read (ISO 14289-1)."""

_FACES: Final = (
    ("DejaVu Sans", "DejaVuSans.ttf", "normal", "normal"),
    ("DejaVu Sans", "DejaVuSans-Bold.ttf", "bold", "normal"),
    ("DejaVu Sans", "DejaVuSans-Oblique.ttf", "normal", "italic"),
    ("DejaVu Sans Mono", "DejaVuSansMono.ttf", "normal", "normal"),
)
"""Fonts that come with matplotlib: the same on every machine, so that the bytes are the same too."""

_DROPPED: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"<script\b.*?</script>",
        r"<style\b.*?</style>",
        r'<details class="trace".*?</details>',
        r'<a class="skip".*?</a>',
        r'<header class="bar">.*?</header>',
        r'<meta http-equiv="Content-Security-Policy"[^>]*>',
    )
)
_CONTENTS: Final = re.compile(r'<nav class="contents".*?</nav>', re.DOTALL)
_LEVEL: Final = '<section class="level"'
_CITE: Final = re.compile(r'<a class="cite"[^>]*>(.*?)</a>', re.DOTALL)
_DRAWING: Final = re.compile(r'<svg role="img" aria-label="([^"]*)"(.*?</svg>)', re.DOTALL)
_SWITCH: Final = '<label class="switch">'
_LANGUAGES: Final[Mapping[str, Language]] = {"report.html": "id", "report.en.html": "en"}
_FAMILY: Final = re.compile(r'font-family="[^"]*"')


def check_pdf() -> None:
    """Refuse where weasyprint or a library it needs is missing.

    Raises
    ------
    ReportError
        With what to install.
    """
    _weasyprint()


def add_pdfs(files: Mapping[str, bytes], manifest: Manifest) -> tuple[dict[str, bytes], Manifest]:
    """The files of a report with a PDF of each of its pages, and the manifest that vouches for all of them.

    Each page leads to its PDF. Nothing is added to a report that failed; the manifest stays the last of the
    files.
    """
    if manifest.state == "failed":
        return dict(files), manifest
    made: dict[str, bytes] = {}
    for name in [name for name in files if name in _LANGUAGES]:
        page, language = files[name].decode(), _LANGUAGES[name]
        paper = name.removesuffix("html") + "pdf"
        made[name] = _with_link(page, paper, language).encode()
        made[paper] = page_to_pdf(page, language=language)
    outputs = {**manifest.outputs, **{name: provenance.digest_bytes(made[name]) for name in made}}
    renewed = replace(manifest, outputs=outputs, pdf=provenance.pdf_version())
    others = {name: content for name, content in files.items() if name != MANIFEST}
    return {**others, **made, MANIFEST: renewed.as_json().encode()}, renewed


def _with_link(page: str, name: str, language: Language) -> str:
    """A page whose bar leads to its PDF, as only a page beside which there is one may."""
    label = phrase("report.pdf_link", language)
    return page.replace(_SWITCH, f'<a href="{name}" type="application/pdf">{label}</a>{_SWITCH}', 1)


def page_to_pdf(page: str, *, language: Language) -> bytes:
    """A finished page as a PDF: the same page and packages give the same bytes.

    Without a screen there is nothing to click: what leads from a number to its origin is left out, tables
    that are folded away are shown, and the contents get page numbers.

    Parameters
    ----------
    page : str
        A page as :func:`asn_research.reports.pages.page.export_page` makes it.
    language : {"id", "en"}
        Language of the words in the margins.

    Raises
    ------
    ReportError
        If weasyprint or a library it needs is missing.
    """
    weasyprint, fonts = _weasyprint()
    configuration = fonts.FontConfiguration()
    own, inside = (weasyprint.URLFetcher(allowed_protocols={kind}) for kind in ("file", "data"))
    sheet = weasyprint.CSS(string=_style(language), font_config=configuration, url_fetcher=own)
    made: bytes = weasyprint.HTML(string=_for_paper(page), url_fetcher=inside).write_pdf(
        stylesheets=[sheet],
        font_config=configuration,
        pdf_variant=VARIANT,
        pdf_tags=True,
        pdf_identifier=hashlib.sha256(page.encode()).digest()[:16],
    )
    return made


def _for_paper(page: str) -> str:
    for pattern in _DROPPED:
        page = pattern.sub("", page)
    page = _contents_second(_CITE.sub(r"\1", page).replace("<details", "<details open"))
    return _DRAWING.sub(_as_picture, page)


def _as_picture(drawing: re.Match[str]) -> str:
    """A drawing as a picture: only of pictures does the PDF tell the alternative text."""
    source = "<svg" + _FAMILY.sub('font-family="DejaVu Sans"', drawing.group(2))
    encoded = base64.b64encode(source.encode()).decode()
    return f'<img alt="{drawing.group(1)}" src="data:image/svg+xml;base64,{encoded}">'


def _contents_second(page: str) -> str:
    """The page with its contents after the short answer, so that the first sheet says what was found."""
    found = _CONTENTS.search(page)
    if found is None:
        return page
    head, *levels = page.replace(found.group(), "").split(_LEVEL)
    place = min(1, len(levels))
    before, after = levels[:place], levels[place:]
    return _LEVEL.join([head, *before]) + found.group() + "".join(_LEVEL + level for level in after)


def _style(language: Language) -> str:
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    faces = "".join(
        f"@font-face{{font-family:'{family}';src:url('{(folder / file).as_uri()}');"
        f"font-weight:{weight};font-style:{slant}}}"
        for family, file, weight, slant in _FACES
    )
    words = phrase("report.pdf_page", language, page="§", pages="¶")
    before, _, rest = words.partition("§")
    between, _, after = rest.partition("¶")
    margin = f"'{before}' counter(page) '{between}' counter(pages) '{after}'"
    sheet = (TEMPLATES / "paper.css").read_text(encoding="utf-8")
    return faces + sheet.replace("PAGE_NUMBER", margin)


def _weasyprint() -> tuple[Any, Any]:
    """weasyprint and its fonts; it stands in no module's head, because it is an optional extra.

    Raises
    ------
    ReportError
        If it or a library of the operating system is missing.
    """
    try:
        import weasyprint
        from weasyprint.text import fonts
    except ImportError as error:
        remedy = "Install it: pip install 'asn-research[pdf]'."
        raise ReportError(Problem("pdf_missing", "weasyprint is not installed.", remedy=remedy)) from error
    except OSError as error:
        message = "a library that weasyprint needs is not installed (Pango)."
        remedy = "On Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
        raise ReportError(Problem("pdf_library", message, remedy=remedy)) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return weasyprint, fonts
