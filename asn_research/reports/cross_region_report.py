"""Everything that is published about all regions together; made after the reports of the regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from asn_research.contract.region import ACROSS
from asn_research.contract.threshold import LOWEST_MINIMUM_CELL
from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.findings.finding import Finding, read_findings
from asn_research.findings.wordings.summary import summarise
from asn_research.ingest.storage import write_files
from asn_research.language import phrase
from asn_research.reports.exhibits.cross_region import few_regions
from asn_research.reports.exhibits.report import grade_meaning
from asn_research.reports.pages.edition import (
    CROSS_REGION,
    Edition,
    findings_text,
    make_edition,
    page_name,
    stub_page,
)
from asn_research.reports.pages.scan import guard_output
from asn_research.reports.processes.defect import forget
from asn_research.reports.processes.limit import Limit
from asn_research.reports.processes.obstacle import explain
from asn_research.reports.publications import provenance
from asn_research.reports.publications.freshness import across_inputs, is_fresh
from asn_research.reports.publications.manifest import MANIFEST, PDF_NAMES, Manifest, read_manifest
from asn_research.reports.publications.parameter import CrossRegionParameters
from asn_research.reports.publications.published import (
    FINDINGS,
    LEAST_REGIONS,
    PublishedFindings,
    list_published,
)
from asn_research.reports.publications.release import check_exposed
from asn_research.reports.region_report import NOTEBOOK, same_findings

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order

NAMES: Final = ("report.html", "report.en.html", NOTEBOOK, FINDINGS, MANIFEST)


def make_cross_region_report(order: Order) -> tuple[Manifest, bool] | None:
    """Make and publish the report across regions where it is not fresh.

    Returns
    -------
    (Manifest, bool) or None
        What was published, and whether it was still fresh; None where fewer than two regions have findings
        and there is no earlier report that could pass for a new one.
    """
    published = list_published(order.reports)
    folder = order.reports / ACROSS
    known = read_manifest(folder)
    if len(published) < LEAST_REGIONS:
        return None if known is None else (fail_across(order, (few_regions(len(published)),)), False)
    try:
        inputs = across_inputs(order, published)
        if not order.force and known is not None and is_fresh(order, known, inputs, folder):
            return known, True
        files, manifest = _make(order, published, inputs)
        if order.pdf:
            from asn_research.reports.pages.pdf import add_pdfs

            files, manifest = add_pdfs(files, manifest)
        write_files(folder, files, remove=(*NAMES, *PDF_NAMES))
        if manifest.state != "failed":
            forget(order.processed / ACROSS)
    except FullDiskError:
        raise
    except AsnResearchError as error:
        return fail_across(order, error.problems), False
    except OSError as error:
        problem = explain(error, order.folders)
        if problem is None:
            raise
        return fail_across(order, (problem,)), False
    return manifest, False


def _make(
    order: Order, published: tuple[PublishedFindings, ...], inputs: dict[str, Any]
) -> tuple[dict[str, bytes], Manifest]:
    """The files in the order of their publication, and their manifest."""
    periods = sorted({each.manifest.period for each in published})
    period = periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}"
    editions = _make_editions(order, period)
    problems = tuple(problem for edition in editions for problem in edition.problems)
    files = _pages(order, period, editions, problems)
    files[NOTEBOOK] = editions[-1 if problems else 0].notebook.encode()
    records = [] if problems else same_findings(editions)
    if records:
        check_exposed(records, minimum=LOWEST_MINIMUM_CELL)
        files[FINDINGS] = findings_text(records).encode()
    manifest = replace(
        _manifest(order, published, read_findings(records)),
        period=period,
        state="failed" if problems else "made",
        inputs=inputs,
        outputs={name: provenance.digest_bytes(content) for name, content in files.items()},
        problems=problems,
    )
    published_files = files | {MANIFEST: manifest.as_json().encode()}
    guard_output(published_files)
    return published_files, manifest


def _pages(
    order: Order, period: str, editions: Sequence[Edition], problems: tuple[Problem, ...]
) -> dict[str, bytes]:
    """A page in each language: stubs in those that were not tried after one that failed."""
    pages = [edition.page for edition in editions]
    for language in order.languages[len(editions) :]:
        name = phrase("report.across_name", language)
        pages.append(stub_page(name, period, language, problems, depth=CROSS_REGION.depth))
    return {
        page_name(CROSS_REGION, language): page.encode()
        for language, page in zip(order.languages, pages, strict=True)
    }


def _manifest(
    order: Order, published: tuple[PublishedFindings, ...], findings: tuple[Finding, ...]
) -> Manifest:
    """What the manifest says of the findings and of the regions they are drawn from."""
    grade = next((f.design_grade for f in findings if f.question == "pooled_gain"), None)
    dates = [each.manifest.data_until for each in published if each.manifest.data_until]
    return Manifest(
        region=ACROSS,
        period="",
        state="made",
        name=phrase("report.across_name", order.languages[0]),
        languages=order.languages,
        headline={
            language: summarise(findings, language).opening for language in order.languages if findings
        },
        grade=grade,
        grade_text={language: grade_meaning(grade, language) for language in order.languages if grade},
        data_until=max(dates, default=None),
        synthetic=any(each.manifest.synthetic for each in published),
    )


def _make_editions(order: Order, period: str) -> list[Edition]:
    """One edition per language; after one that failed no other is tried."""
    editions: list[Edition] = []
    limit = Limit.begin(order.time_limit, order.memory_limit)
    for language in order.languages:
        parameters = CrossRegionParameters(language=language, reports=order.reports_given)
        editions.append(
            make_edition(
                CROSS_REGION,
                order.notebooks,
                parameters,
                region=ACROSS,
                period=period,
                name=phrase("report.across_name", language),
                languages=order.languages,
                limit=limit,
            )
        )
        if (defect := editions[-1].defect) is not None:
            defect.keep_or_tell(order.processed / ACROSS)
        if editions[-1].problems:
            break
    return editions


def fail_across(order: Order, problems: tuple[Problem, ...]) -> Manifest:
    """Publish stub pages, so that no old report passes for a new one; the manifest, why."""
    manifest = Manifest(
        region=ACROSS,
        period="",
        state="failed",
        name=phrase("report.across_name", order.languages[0]),
        languages=order.languages,
        problems=problems,
    )
    files = {
        page_name(CROSS_REGION, language): stub_page(
            phrase("report.across_name", language), "", language, problems, depth=CROSS_REGION.depth
        ).encode()
        for language in order.languages
    }
    files[MANIFEST] = manifest.as_json().encode()
    try:
        write_files(order.reports / ACROSS, files, remove=(*NAMES, *PDF_NAMES))
    except OSError as error:
        problem = explain(error, order.folders)
        if problem is None:
            raise
        return manifest if problem in problems else replace(manifest, problems=(*problems, problem))
    return manifest
