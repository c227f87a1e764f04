"""The report across regions, as a notebook shows it piece by piece; it reads findings, never rows."""

from __future__ import annotations

import datetime
from functools import cached_property
from pathlib import Path

from asn_research.contract.region import ACROSS
from asn_research.contract.threshold import MINIMUM_CELL
from asn_research.errors import Problem, ReportError
from asn_research.findings.across import answer_across
from asn_research.findings.catalogue import ACROSS_QUESTIONS
from asn_research.findings.grounds.evidence import period_text
from asn_research.findings.trace import Source, trace_findings
from asn_research.ingest.store import find_project
from asn_research.language import Language, format_count, format_date
from asn_research.reports.exhibits.gallery import Findings, Gallery
from asn_research.reports.exhibits.report import grade_meaning
from asn_research.reports.publications.parameter import check_cross_region_parameters
from asn_research.reports.publications.published import (
    LEAST_REGIONS,
    PublishedFindings,
    list_published,
    read_evidence,
)


class CrossRegionReport(Gallery):
    """All regions of a reports folder in one language, opened by :func:`open_cross_region_report`."""

    def __init__(self, published: tuple[PublishedFindings, ...], *, language: Language) -> None:
        self.published = published
        self.evidence = read_evidence(published)
        period = period_text(self.evidence)
        super().__init__(stamp={"region": ACROSS, "period": period, "language": language}, language=language)

    @cached_property
    def findings(self) -> Findings:
        """The answers to all questions across regions."""
        found = answer_across(self.evidence)
        sources = [Source(table="findings", file=each.name, sha256=each.digest) for each in self.published]
        traces = trace_findings(found, ACROSS_QUESTIONS, sources=sources, minimum=MINIMUM_CELL)
        return Findings(found, self.stamp, traces)

    def head(self) -> None:
        """Show which regions and periods the report speaks about, and how strong its evidence is."""
        language = self.language
        main = self.findings["pooled_gain"]
        dates = [each.manifest.data_until for each in self.published if each.manifest.data_until]
        until = format_date(datetime.date.fromisoformat(max(dates)), language) if dates else "–"
        grade = self._say("grade_of", grade=main.design_grade)
        facts = [
            (self._say("across_regions"), format_count(len(self.published), language), ""),
            (self._say("grade"), grade, self._say("across_grade_note")),
            (self._say("data_until"), until, ""),
        ]
        fragment = self._render(
            "head",
            kicker=self._say("kicker"),
            title=self._say("across_heading", period=self.stamp["period"]),
            programme=self._say("across_lead"),
            synthetic="across_synthetic" if any(each.manifest.synthetic for each in self.published) else "",
            facts=facts,
        )
        self._show_html(fragment)

    def regions(self) -> None:
        """Show every region that is counted, its period, the strength of its evidence and its answer."""
        rows = [
            (
                each.manifest.name,
                each.manifest.period,
                "" if each.manifest.grade is None else f"{each.manifest.grade}",
                "" if each.manifest.grade is None else grade_meaning(each.manifest.grade, self.language),
            )
            for each in self.published
        ]
        heads = [("across_region", ""), ("across_period", ""), ("across_grade", "number"), ("grade", "")]
        self._show_html(self._table("across_regions_caption", heads, rows))

    def methods(self) -> None:
        """Show methods and limits."""
        names = ("pooling", "comparison", "prediction", "limits")
        sections = [(self._say(f"across_{name}_title"), [self._say(f"across_{name}_text")]) for name in names]
        self._show_html(self._render("prose", sections=sections))

    def inputs(self) -> None:
        """Show the findings that were read with their hashes, the code, the packages, the parameters."""
        self._show_inputs([(each.name, each.digest) for each in self.published])


def open_cross_region_report(
    *, reports: str | Path | None = None, language: Language = "id"
) -> CrossRegionReport:
    """Open the report across the regions whose reports a folder holds, each in its last period.

    Parameters
    ----------
    reports
        Folder of published reports; that of the project where it is not given.
    language
        ``"id"`` or ``"en"``.

    Raises
    ------
    ParameterError
        If a parameter is of the wrong type.
    ReportError
        If fewer than two regions have published findings.
    """
    asked = check_cross_region_parameters(
        {"reports": None if reports is None else str(reports), "language": language}
    )
    folder = Path(asked.reports) if asked.reports else find_project() / "reports"
    published = list_published(folder)
    if len(published) < LEAST_REGIONS:
        raise ReportError(few_regions(len(published)))
    return CrossRegionReport(published, language=asked.language)


def few_regions(count: int) -> Problem:
    """The problem of a report across fewer than two regions."""
    return Problem(
        "across_few",
        f"{count} regions have published findings; a report across regions needs {LEAST_REGIONS}.",
        remedy="Make the reports of more regions first, or delete the folder reports/cross_region if there "
        "is to be one region only.",
        fields={"count": str(count), "needed": str(LEAST_REGIONS)},
    )
