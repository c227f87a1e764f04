"""One product in one language: executed, checked, exported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.language import Language, phrase
from asn_research.reports.pages.claim import check_page
from asn_research.reports.pages.markup import render
from asn_research.reports.pages.notebook import (
    Execution,
    check_identity,
    execute_notebook,
    read_shown_findings,
)
from asn_research.reports.pages.page import check_size, export_page, security_policy, style
from asn_research.reports.processes.defect import Defect
from asn_research.reports.processes.limit import Limit
from asn_research.reports.publications.parameter import CrossRegionParameters, ReportParameters
from asn_research.reports.publications.problem import notice


@dataclass(frozen=True)
class Product:
    """A kind of page: its file name, its notebook, and how far below the index it is published."""

    name: str
    notebook: str
    has_findings: bool
    kind: str
    depth: int = 2


REPORT: Final = Product("report", "region_report.ipynb", True, "report")
QUALITY: Final = Product("data_quality", "data_quality.ipynb", False, "quality")
PRODUCTS: Final = (QUALITY, REPORT)
"""What is made for every region and period."""

CROSS_REGION: Final = Product("report", "cross_region_report.ipynb", True, "across", 1)
"""What is made once, from the published findings of all regions."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A finished page, or its stub and the problems that stopped it; ``defect`` is that of its notebook."""

    page: str
    executed: NotebookNode
    findings: list[dict[str, Any]] | None = None
    problems: tuple[Problem, ...] = ()
    defect: Defect | None = None

    @property
    def notebook(self) -> str:
        """The text of the executed notebook, written when it is asked for: of most pages nobody asks."""
        return str(nbformat.writes(self.executed, indent=1)) + "\n"


def page_name(product: Product, language: Language) -> str:
    """File name of a product's page: Indonesian without, English with the language in its name."""
    return f"{product.name}.html" if language == "id" else f"{product.name}.{language}.html"


def make_edition(
    product: Product,
    folder: Path,
    parameters: ReportParameters | CrossRegionParameters,
    *,
    region: str,
    period: str,
    name: str,
    languages: tuple[Language, ...],
    limit: Limit | None = None,
) -> Edition:
    """Execute a product notebook, check that its inside is what was asked for, and export it.

    Parameters
    ----------
    product
        What to make.
    folder
        Where the notebooks are.
    parameters
        What the notebook is handed.
    region, period
        What its outputs must be of.
    name
        The region's name as readers know it.
    languages
        All languages that are made, for the link from one to the other.
    limit
        What the execution may take of time and memory.
    """
    language = parameters.language
    execution = Execution(nbformat.v4.new_notebook())
    page, findings = "", None
    try:
        execution = execute_notebook(folder / product.notebook, parameters, limit=limit)
        problems: tuple[Problem, ...] = () if execution.problem is None else (execution.problem,)
        if not problems:
            check_identity(execution.notebook, region=region, period=period, language=language)
            findings = read_shown_findings(execution.notebook) if product.has_findings else None
    except FullDiskError:
        raise
    except AsnResearchError as error:
        problems = error.problems
    if not problems:
        title = phrase(f"report.title_{product.kind}", language, name=name, period=period)
        page = _export(execution.notebook, product, language, languages, title=title)
        problems = check_size(page, name=page_name(product, language))
        if findings is not None:
            problems += check_page(page, findings, name=page_name(product, language))
    if problems:
        page = stub_page(name, period, language, problems, depth=product.depth)
    return Edition(
        page=page,
        executed=execution.notebook,
        findings=findings,
        problems=problems,
        defect=execution.defect,
    )


def _export(
    notebook: NotebookNode, product: Product, language: Language, made: Sequence[Language], *, title: str
) -> str:
    """The page of an executed notebook, which leads to what else is made of its region."""
    others = [other for other in made if other != language]
    return export_page(
        notebook,
        language=language,
        title=title,
        alternate=page_name(product, others[0]) if others else "",
        links=_links(product, language),
    )


def warm_up() -> None:
    """Export and check a page with nothing on it, for a process that others are forked from."""
    cell = nbformat.v4.new_code_cell(
        "0", outputs=[nbformat.v4.new_output("display_data", data={"text/html": "0"})]
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    page = export_page(notebook, language="id", title="")
    check_page(f"{page}<p>{phrase('report.kicker', 'id')}</p>", [])


def stub_page(
    name: str, period: str, language: Language, problems: tuple[Problem, ...], *, depth: int = REPORT.depth
) -> str:
    """The page that stands in for a report that could not be made."""
    heading = phrase("report.stub_heading", language, name=name, period=period or "–")
    return str(
        render(
            "stub",
            language,
            title=heading,
            heading=heading,
            kicker=phrase("report.kicker", language),
            problems=[notice(problem, language) for problem in problems],
            policy=security_policy(),
            style=style_markup(),
            links=[(phrase("report.link_index", language), index_address(language, depth=depth))],
            alternate="",
        )
    )


def style_markup() -> Any:
    """The style sheet, marked as safe: it is this project's own."""
    from markupsafe import Markup

    return Markup(style())  # noqa: S704


def index_address(language: Language, *, depth: int = REPORT.depth) -> str:
    """The index of all regions, as seen from a report folder so many levels below it."""
    return "../" * depth + ("index.html" if language == "id" else f"index.{language}.html")


def findings_text(records: list[dict[str, Any]]) -> str:
    """The text of findings.json."""
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"


def _links(product: Product, language: Language) -> list[tuple[str, str]]:
    index = (phrase("report.link_index", language), index_address(language, depth=product.depth))
    others = [other for other in PRODUCTS if product in PRODUCTS and other is not product]
    return [index, *((phrase(f"report.link_{o.kind}", language), page_name(o, language)) for o in others)]
