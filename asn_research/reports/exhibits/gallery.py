"""What a notebook shows of findings: page one, answers with figure and table, the words they use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_letters, digits, punctuation
from typing import Any, Final

import pandas as pd
from markupsafe import Markup, escape

from asn_research.contract.vocabulary import nearest
from asn_research.errors import Problem, ReportError
from asn_research.figures.figure import alt_text, draw, has_figure
from asn_research.figures.style import new_figure, text_width, to_svg
from asn_research.findings.finding import Finding, Status
from asn_research.findings.trace import Trace, finding_id, name_records
from asn_research.findings.wordings.label import caption
from asn_research.findings.wordings.sentence import (
    answer_sentences,
    caveat_sentences,
    glossary_entries,
    question_text,
    reading_sentence,
    sample_sentence,
)
from asn_research.findings.wordings.summary import summarise
from asn_research.ingest.store import reading_digest
from asn_research.language import LANGUAGES, format_count
from asn_research.language.catalogue import read_messages
from asn_research.reports.exhibits.citation import Citation, constant_parts
from asn_research.reports.exhibits.download import make_download
from asn_research.reports.exhibits.exhibit import FILES_ANCHOR, Exhibit
from asn_research.reports.exhibits.trace import describe_finding
from asn_research.reports.pages.markup import compile_templates, plain_text
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE, STAMP
from asn_research.reports.publications import provenance
from asn_research.tables.pattern import read_pattern
from asn_research.tables.table import table_html

_MOST_SOURCES: Final = 60
"""More files than these, as of hundreds of regions, are listed once for the page, not with every answer."""


@dataclass(frozen=True)
class Findings:
    """All findings of a report; shown in a notebook they become its findings.json."""

    findings: tuple[Finding, ...]
    stamp: Mapping[str, str]
    traces: Mapping[str, Trace] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, question: str) -> Finding:
        """The finding of a question.

        Raises
        ------
        ReportError
            If there is no such question, naming the nearest.
        """
        known = self._by_question
        if question not in known:
            hint = nearest(question, known)
            remedy = f"Did you mean {hint!r}?" if hint else f"Known are: {', '.join(known)}."
            raise ReportError(
                Problem("question_unknown", f"there is no question {question!r}.", remedy=remedy)
            )
        return known[question]

    @cached_property
    def _by_question(self) -> dict[str, Finding]:
        return {finding.question: finding for finding in self.findings}

    def tidy(self) -> pd.DataFrame:
        """One row per number of all findings: question, then the columns that every model has."""
        frames = [finding.tidy().assign(question=finding.question) for finding in self.findings]
        table = pd.concat(frames, ignore_index=True)
        return table[["question", *(name for name in table.columns if name != "question")]]

    def as_records(self) -> list[dict[str, Any]]:
        """The records of findings.json, in the order of the catalogue."""
        return [record for finding in self.findings for record in self.records_of(finding)]

    def records_of(self, finding: Finding) -> list[dict[str, Any]]:
        """The records of one finding, named; the first says where its numbers come from."""
        records = name_records(finding.as_records())
        if finding.question in self.traces:
            records[0]["trace"] = self.traces[finding.question].as_record()
        return records

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        estimated = sum(finding.status is Status.ESTIMATED for finding in self.findings)
        text = f"{len(self.findings)} findings, {estimated} estimated"
        return {FINDINGS_MIMETYPE: self.as_records(), "text/plain": text}, {STAMP: dict(self.stamp)}


def _is_list(finding: Finding) -> bool:
    """Whether the sentences after the first stand each for itself."""
    return finding.question == "recommendations"


def warm_up() -> None:
    """Read, compile and draw once what every report needs, for a process that others are forked from."""
    read_messages()
    read_pattern()
    compile_templates()
    for language in LANGUAGES:
        format_count(0, language)
        provenance.code_facts(language)
        constant_parts(language)
    provenance.environment()
    reading_digest()
    figure, _ = new_figure(100.0, left=10.0, right=10.0, top=10.0, bottom=10.0, bare=True)
    for is_bold in (False, True):
        text_width(ascii_letters + digits + punctuation, bold=is_bold)
    to_svg(figure)


class Gallery(Exhibit):
    """Shows findings, wherever they come from."""

    @property
    def findings(self) -> Findings:
        """The findings that are shown."""
        raise AttributeError(f"{type(self).__name__} has no findings")

    def summary(self) -> None:
        """Show the answer in a few sentences, four key figures and what stays open."""
        short = summarise(self.findings.findings, self.language)
        self._show_html(
            self._render(
                "summary",
                sentences=tuple(zip(short.questions, short.sentences, strict=True)),
                key_figures=short.key_figures,
                open_groups=short.open_groups,
                recommendations=short.recommendations,
                cite=self._cite,
            )
        )

    def show(self, *questions: str) -> None:
        """Show questions: answer, figure, how to read it, table, caveats.

        Raises
        ------
        ReportError
            If there is no such question, naming the nearest.
        """
        for finding in [self.findings[question] for question in questions]:
            self._show_finding(finding)

    def glossary(self) -> None:
        """Show the terms that the report uses."""
        self._show_html(self._render("terms", terms=glossary_entries(self.language)))

    def _show_finding(self, finding: Finding) -> None:
        language = self.language
        title = question_text(finding.question, language)
        answered = finding.status is Status.ESTIMATED
        known = {"question": finding.question, "title": title, "answered": answered}
        sentences = answer_sentences(finding, language)
        fragment = self._render(
            "answer",
            question=finding.question,
            title=title,
            answered=answered,
            status=finding.status.value,
            answer=self._cite(sentences[0], finding.question),
            rest=self._cite(" ".join(sentences[1:]), finding.question),
            steps=[self._cite(s, finding.question) for s in sentences[1:]] if _is_list(finding) else [],
        )
        said = [(fragment, plain_text(fragment))]
        if not answered:
            self._show_together([*said, *self._traced(finding, title)], known)
            return
        figure = draw(finding, language)
        is_undrawn = figure is None and has_figure(finding)
        if figure is not None:
            self._show_together(said, known)
            said = []
            alt = alt_text(finding, language)
            extra = known | {"alt": alt, "caption": caption(finding, language)}
            self._show({"image/svg+xml": to_svg(figure).decode(), "text/plain": alt}, extra)
        target = finding_id(finding.question) if self._is_traced(finding.question) else ""
        fragment = self._render(
            "detail",
            title=title,
            reading="" if is_undrawn else reading_sentence(finding, language),
            table=Markup(table_html(finding, language, target=target)),  # noqa: S704  (made and escaped by tables)
            caveats=[self._cite(text, finding.question) for text in caveat_sentences(finding, language)],
            sample=self._cite(sample_sentence(finding, language), finding.question),
            download=make_download(finding, language),
        )
        said.append((fragment, plain_text(fragment)))
        self._show_together([*said, *self._traced(finding, title)], known)

    def _show_together(self, parts: Sequence[tuple[Markup, str]], known: Mapping[str, Any]) -> None:
        """Show fragments with their plain texts as one piece: each piece is a message, and there are many."""
        page = "\n".join(fragment for fragment, _ in parts)
        self._show({"text/html": page, "text/plain": "\n".join(text for _, text in parts)}, known)

    def _cite(self, text: str, question: str) -> Markup:
        """A text with every number in it linked to where it comes from."""
        if not text or not self._is_traced(question):
            return escape(text)
        if question not in self._citations:
            self._citations[question] = Citation(self.findings[question], self.language)
        return self._citations[question].mark(text)

    @cached_property
    def _citations(self) -> dict[str, Citation]:
        """What the numbers of each question lead to, for all its sentences."""
        return {}

    def _is_traced(self, question: str) -> bool:
        """Whether the page tells where the numbers of a question come from."""
        return question in self.findings.traces and self.findings[question].status is not Status.NO_DATA

    def _traced(self, finding: Finding, title: str) -> list[tuple[Markup, str]]:
        """Where the numbers of a finding come from; nothing where there are none."""
        if not self._is_traced(finding.question):
            return []
        trace = describe_finding(self.findings.records_of(finding), self.language)
        drawn = [(other, self._is_traced(other)) for other in trace.draws_on]
        listed = len(trace.sources) <= _MOST_SOURCES
        fragment = self._render(
            "trace", trace=trace, drawn=drawn, title=title, listed=listed, files=FILES_ANCHOR
        )
        return [(fragment, trace.id)]
