"""Everything that is published about one region and period, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from asn_research.errors import IntakeError, Problem, ReportError
from asn_research.findings.finding import read_findings
from asn_research.findings.wordings.summary import summarise
from asn_research.ingest.people.mark import read_marks
from asn_research.ingest.store import RegionData, open_region
from asn_research.reports.exhibits.report import evidence_grade, grade_meaning, latest_date
from asn_research.reports.pages.edition import (
    PRODUCTS,
    REPORT,
    Edition,
    Product,
    findings_text,
    make_edition,
    page_name,
    stub_page,
)
from asn_research.reports.pages.overview import headline_result
from asn_research.reports.pages.scan import guard_output, scan_files
from asn_research.reports.processes.limit import Limit
from asn_research.reports.publications import provenance
from asn_research.reports.publications.manifest import MANIFEST, Manifest
from asn_research.reports.publications.parameter import ReportParameters
from asn_research.reports.publications.problem import list_problems
from asn_research.reports.publications.published import FINDINGS, RELEASES
from asn_research.reports.publications.release import check_exposed, releases_text

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order, Task


NOTEBOOK: Final = "report.ipynb"


def make_region_report(
    order: Order, task: Task, inputs: Mapping[str, Any]
) -> tuple[dict[str, bytes], Manifest]:
    """The files of one region and period in the order of their publication, and their manifest.

    Raises
    ------
    AsnResearchError
        If the raw files cannot be taken in, or hold not a single row: of nothing there is no report.
    """
    limit = Limit.begin(order.time_limit, order.memory_limit)
    data = open_region(task.region, period=task.period, raw=order.raw, processed=order.processed)
    if not data.intake["totals"]["rows"]:
        raise IntakeError(list_problems(data.intake))
    name = data.region.region.name
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    findings: list[dict[str, Any]] = []
    for product in PRODUCTS:
        editions = _make_editions(order, task, product, name, limit)
        for language, edition in zip(order.languages, editions, strict=False):
            files[page_name(product, language)] = edition.page.encode()
            problems += edition.problems
        for language in order.languages[len(editions) :]:
            stub = stub_page(name, task.period, language, editions[-1].problems)
            files[page_name(product, language)] = stub.encode()
        if product is REPORT:
            files[NOTEBOOK] = editions[-1 if problems else 0].notebook.encode()
            findings = same_findings(editions)
    if findings:
        files[FINDINGS] = findings_text(findings).encode()
        folder = order.reports / task.region / task.period
        files[RELEASES] = releases_text(data, folder, read_findings(findings)).encode()
        check_exposed(findings, minimum=data.region.disclosure.minimum_cell)
    files = _without_traces(files, data, failed=bool(problems))
    manifest = _manifest(order, data, inputs, files, problems, findings)
    vouching = {MANIFEST: manifest.as_json().encode()}
    guard_output(vouching, names=read_marks(data.intake))
    return files | vouching, manifest


def _without_traces(files: dict[str, bytes], data: RegionData, *, failed: bool) -> dict[str, bytes]:
    """The files, through the output scan; of a report that failed, without its notebook where that fails it.

    Raises
    ------
    ReportError
        If any of them may name a person.
    """
    names = read_marks(data.intake)
    if failed and scan_files({NOTEBOOK: files[NOTEBOOK]}, names=names):
        files = {name: content for name, content in files.items() if name != NOTEBOOK}
    guard_output(files, names=names)
    return files


def _make_editions(order: Order, task: Task, product: Product, name: str, limit: Limit) -> list[Edition]:
    """One edition per language; after one that failed no other is tried."""
    editions: list[Edition] = []
    for language in order.languages:
        parameters = ReportParameters(
            region=task.region,
            period=task.period,
            language=language,
            raw=order.raw_given,
            processed=order.processed_given,
            reports=order.reports_given if product is REPORT else None,
        )
        editions.append(
            make_edition(
                product,
                order.notebooks,
                parameters,
                region=task.region,
                period=task.period,
                name=name,
                languages=order.languages,
                limit=limit,
            )
        )
        if (defect := editions[-1].defect) is not None:
            defect.keep_or_tell(order.processed / task.region / task.period)
        if editions[-1].problems:
            break
    return editions


def same_findings(editions: list[Edition]) -> list[dict[str, Any]]:
    """The findings, which must be the same in every language."""
    if any(edition.problems for edition in editions):
        return []
    found = [edition.findings or [] for edition in editions]
    if any(other != found[0] for other in found[1:]):
        raise ReportError(Problem("findings_differ", "the languages of this report show different numbers."))
    return found[0]


def _manifest(
    order: Order,
    data: RegionData,
    inputs: Mapping[str, Any],
    files: Mapping[str, bytes],
    problems: list[Problem],
    records: list[dict[str, Any]],
) -> Manifest:
    findings = read_findings(records)
    lost = list_problems(data.intake)
    grade = evidence_grade(findings) if findings else None
    until = latest_date(data)
    return Manifest(
        region=data.region.folder,
        period=data.period,
        state="failed" if problems else "incomplete" if lost else "made",
        name=data.region.region.name,
        languages=order.languages,
        inputs=inputs,
        outputs={name: provenance.digest_bytes(content) for name, content in files.items()},
        totals=data.intake["totals"],
        problems=(*problems, *lost),
        headline={
            language: summarise(findings, language).sentences[0] for language in order.languages if findings
        },
        grade=grade,
        grade_text={language: grade_meaning(grade, language) for language in order.languages if grade},
        data_until=until.isoformat() if until else None,
        synthetic=data.region.region.synthetic,
        result=headline_result(findings),
    )
