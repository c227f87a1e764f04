"""The report of one region and period, as a notebook shows it piece by piece."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from asn_research.contract.vocabulary import nearest
from asn_research.errors import Problem, ReportError
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.disclosures.release import Guard
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.past import PastPeriod
from asn_research.findings.question import Level
from asn_research.findings.trace import Trace, list_sources, trace_findings
from asn_research.findings.wordings.sentence import grade_text
from asn_research.ingest.store import RegionData, find_project, open_region
from asn_research.language import Language, format_count, format_date
from asn_research.reports.exhibits.exhibit import RegionExhibit
from asn_research.reports.exhibits.gallery import Findings, Gallery
from asn_research.reports.publications import provenance
from asn_research.reports.publications.parameter import check_parameters
from asn_research.reports.publications.predecessor import read_past
from asn_research.reports.publications.recall import answer_once
from asn_research.reports.publications.release import open_guard


class Report(Gallery, RegionExhibit):
    """One region and period in one language, opened by :func:`open_report`.

    Every piece it shows bears the region, period and language it belongs to.
    """

    def __init__(
        self,
        data: RegionData,
        *,
        language: Language,
        folder: Path,
        past: PastPeriod | None = None,
        guard: Guard | None = None,
    ) -> None:
        super().__init__(data, language=language)
        self.folder = folder
        self.past = past
        self.guard = guard

    @cached_property
    def findings(self) -> Findings:
        """The answers to all questions of the catalogue."""
        found = answer_once(self.source, self.folder, past=self.past, guard=self.guard)
        return Findings(found, self.stamp, self._trace(found))

    def _trace(self, findings: tuple[Finding, ...]) -> dict[str, Trace]:
        """Where the numbers of every finding come from."""
        minimum = self.source.region.disclosure.minimum_cell
        return trace_findings(findings, QUESTIONS, sources=list_sources(self.source), minimum=minimum)

    def head(self) -> None:
        """Show whose report it is, of which period and data, and how strong its evidence is."""
        data, language = self.source, self.language
        region = data.region
        period = region.periods[data.period]
        grade = evidence_grade(self.findings)
        until = latest_date(data)
        between = self._say(
            "between", start=format_date(period.starts, language), end=format_date(period.ends, language)
        )
        people = format_count(data.participants["person_id"].nunique(), language)
        facts = [
            (self._say("period"), between, ""),
            (self._say("grade"), self._say("grade_of", grade=grade), grade_meaning(grade, language)),
            (self._say("people"), self._say("people_count", count=people), ""),
            (self._say("data_until"), format_date(until, language) if until else "–", ""),
        ]
        fragment = self._render(
            "head",
            kicker=self._say("kicker"),
            title=f"{region.region.name}, {data.period}",
            programme=region.programme.name,
            synthetic="synthetic_text" if region.region.synthetic else "",
            facts=facts,
        )
        self._show_html(fragment)

    def show_level(self, level: str, *, without: tuple[str, ...] = ()) -> None:
        """Show every question of a level, in the order of the catalogue, but those shown elsewhere.

        Raises
        ------
        ReportError
            If there is no such level or question, naming the nearest.
        """
        levels = [known.value for known in Level]
        if level not in levels:
            hint = nearest(level, levels)
            remedy = f"Did you mean {hint!r}?" if hint else f"Known are: {', '.join(levels)}."
            raise ReportError(Problem("level_unknown", f"there is no level {level!r}.", remedy=remedy))
        left_out = {self.findings[question].question for question in without}
        self.show(*(q.id for q in QUESTIONS if q.level.value == level and q.id not in left_out))

    def data(self) -> None:
        """Show what became of the rows received."""
        self._show_html(self._flow())

    def methods(self) -> None:
        """Show methods, limits and the plan that was declared."""
        region = self.source.region
        sections = [
            (self._say(f"methods_{name}_title"), [self._say(f"methods_{name}", **self._method_fields())])
            for name in ("gain", "clusters", "intervals", "disclosure", "limits")
        ]
        facts = provenance.plan_facts(region, self.source.period, self.language)
        plan = self._render("facts", title=self._say("plan"), facts=facts)
        self._show_html(self._render("prose", sections=sections) + plan)

    def _method_fields(self) -> dict[str, str]:
        minimum = self.source.region.disclosure.minimum_cell
        return {"minimum": format_count(minimum, self.language)}


def evidence_grade(findings: Iterable[Finding]) -> int:
    """The design grade of the main answer, whether participants learned; 1 where it is open."""
    return next((f.design_grade for f in findings if f.question == "learning_gain"), 1)


def grade_meaning(grade: int, language: Language) -> str:
    """What a design grade stands for, without its number."""
    _, _, meaning = grade_text(grade, language).partition(": ")
    return meaning[:1].upper() + meaning[1:]


def latest_date(data: RegionData) -> datetime.date | None:
    """The last date that the clean tables contain: the date of the data, not of the run."""
    latest = [
        table[column].max()
        for table in data.tables.values()
        for column in table.columns
        if pd.api.types.is_datetime64_any_dtype(table[column])
    ]
    known = [moment.date() for moment in latest if not pd.isna(moment)]
    return max(known, default=None)


def open_report(
    region: str,
    *,
    period: str | None = None,
    language: Language = "id",
    raw: str | Path | None = None,
    processed: str | Path | None = None,
    reports: str | Path | None = None,
) -> Report:
    """Open the report of a region and period, taking in its raw files first where that is needed.

    Parameters
    ----------
    region
        Name of the region's folder below the raw data.
    period
        Name of one of its periods; the last one where it is not given.
    language
        ``"id"`` or ``"en"``.
    raw, processed, reports
        Folders of raw data, of clean data and of published reports; those of the project where they are not
        given. From the published reports only what the last period found is read.

    Raises
    ------
    ParameterError
        If a parameter is of the wrong type.
    RegionError
        If there is no such region or period.
    IntakeError
        If the raw files cannot be taken in.

    Examples
    --------
    >>> report = open_report(region="kalianda", period="2025")  # doctest: +SKIP
    >>> report.findings["learning_gain"]["mean_gain"].estimate  # doctest: +SKIP
    >>> report.show("learning_gain")  # doctest: +SKIP
    """
    asked = check_parameters(
        {
            "region": region,
            "period": period,
            "language": language,
            "raw": None if raw is None else str(raw),
            "processed": None if processed is None else str(processed),
            "reports": None if reports is None else str(reports),
        }
    )
    folders = {
        "raw": Path(asked.raw) if asked.raw else None,
        "processed": Path(asked.processed) if asked.processed else None,
    }
    data = open_region(asked.region, period=asked.period, **folders)
    clean = folders["processed"] or find_project() / "data" / "processed"
    reports_folder = Path(asked.reports) if asked.reports else None
    past = read_past(data, **folders, reports=reports_folder)
    folder = clean / data.region.folder / data.period
    guard = open_guard(data, **folders, reports=reports_folder)
    return Report(data, language=asked.language, folder=folder, past=past, guard=guard)
