"""A finding: the answer to one question in one region and period, as data.

Sentences, figures, tables and JSON are functions of findings alone, so they cannot disagree.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from asn_research.language import LANGUAGES, phrase
from asn_research.models.result import (
    TIDY_COLUMNS,
    Estimate,
    NotEstimable,
    Reason,
    estimates_html,
    tidy_frame,
)

Cell = str | int | float | bool | None
Row = dict[str, Cell]


class Status(StrEnum):
    """What became of a question."""

    ESTIMATED = "estimated"
    NOT_ESTIMABLE = "not_estimable"
    NO_DATA = "no_data"
    SUPPRESSED = "suppressed"


class Disclosure(StrEnum):
    """What the disclosure gate did to a finding."""

    OPEN = "open"
    PARTLY_SUPPRESSED = "partly_suppressed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Who an answer speaks about.

    ``people`` used in the answer, ``excluded`` people or rows by reason code, ``rows`` of the clean tables it
    was computed from, and the names of those ``tables``.
    """

    people: int = 0
    rows: int = 0
    tables: tuple[str, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A reservation, as a message code and the values its sentence is filled with."""

    code: str
    fields: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer to one question.

    ``results`` are estimates or the reasons why there are none, the headline first. ``rows`` is the small
    aggregated table that its figure draws and its table shows, already through the disclosure gate.
    ``details`` are further unrounded numbers and codes that its sentences need.
    """

    question: str
    region: str
    period: str
    status: Status
    results: tuple[Estimate | NotEstimable, ...] = ()
    design_grade: int = 1
    disclosure: Disclosure = Disclosure.OPEN
    sample: Sample = Sample()
    caveats: tuple[Caveat, ...] = ()
    rows: tuple[Row, ...] = ()
    details: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def headline(self) -> Estimate | NotEstimable | None:
        """The first result, which the answer sentence speaks about."""
        return self.results[0] if self.results else None

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The results that are numbers."""
        return tuple(result for result in self.results if isinstance(result, Estimate))

    def __getitem__(self, term: str) -> Estimate | NotEstimable:
        for result in self.results:
            if result.term == term:
                return result
        raise KeyError(f"finding {self.question} has no term {term!r}")

    def tidy(self) -> pd.DataFrame:
        """One row per number, the same columns as every model's."""
        return tidy_frame(self.estimates)

    def _repr_html_(self) -> str:
        """Rich display in a notebook: the answer in both languages, its numbers, its reservations."""
        from asn_research.findings.wordings.sentence import answer_sentence, caveat_sentences, question_text

        told = []
        for language in LANGUAGES:
            sample = {"people": self.sample.people, "rows": self.sample.rows, "grade": self.design_grade}
            question = html.escape(question_text(self.question, language))
            answer = html.escape(answer_sentence(self, language))
            rest = [phrase("notebook.finding_sample", language, **sample), *caveat_sentences(self, language)]
            beside = html.escape(" ".join(rest))
            told.append(
                f'<p lang="{language}"><strong>{question}</strong> {answer}<br><small>{beside}</small></p>'
            )
        return "".join([*told, estimates_html(self.results) if self.results else ""])

    def as_records(self) -> list[dict[str, Any]]:
        """The records of findings.json: one per result; the first also carries sample, caveats and rows."""
        records = [self._record(result) for result in self.results] or [self._record(None)]
        records[0] |= {
            "sample": {
                **asdict(self.sample),
                "tables": list(self.sample.tables),
                "excluded": dict(self.sample.excluded),
            },
            "caveats": [{"code": c.code, "fields": _plain(c.fields)} for c in self.caveats],
            "rows": [_plain(row) for row in self.rows],
            "details": _plain(self.details),
            "finding_status": self.status.value,
        }
        return records

    def _record(self, result: Estimate | NotEstimable | None) -> dict[str, Any]:
        record: dict[str, Any] = {"question": self.question, "region": self.region, "period": self.period}
        empty = dict.fromkeys(TIDY_COLUMNS)
        if isinstance(result, Estimate):
            record |= _plain(result.as_dict())
            record |= {"status": Status.ESTIMATED.value, "reason": None, "detail": None}
        elif isinstance(result, NotEstimable):
            known = {
                name: getattr(result, name)
                for name in ("term", "n_obs", "outcome", "unit", "estimand", "method")
            }
            record |= empty | known
            status = Status.NOT_ESTIMABLE if self.status is Status.ESTIMATED else self.status
            record |= {"status": status.value, "reason": result.reason.value, "detail": result.detail}
        else:
            record |= empty | {"status": self.status.value, "reason": self.status.value, "detail": None}
        return record | {"design_grade": self.design_grade, "disclosure": self.disclosure.value}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON knows them: NaN becomes null."""
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in values.items()}


def _result_from(record: Mapping[str, Any]) -> Estimate | NotEstimable | None:
    if record["status"] == Status.ESTIMATED.value:
        numbers = {"std_error", "statistic", "p_value", "conf_low", "conf_high", "df", "estimate"}
        values: dict[str, Any] = {name: record[name] for name in TIDY_COLUMNS}
        known: dict[str, Any] = {k: math.nan if v is None and k in numbers else v for k, v in values.items()}
        return Estimate(**known)
    if record["term"] is None:
        return None
    names = ("term", "n_obs", "outcome", "unit", "estimand", "method")
    return NotEstimable(
        reason=Reason(record["reason"]), detail=record["detail"], **{n: record[n] for n in names}
    )


def read_findings(records: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Findings from the records of findings.json; the inverse of :meth:`Finding.as_records`."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault((record["question"], record["region"], record["period"]), []).append(record)
    return tuple(_finding_from(group) for group in groups.values())


def _finding_from(group: list[Mapping[str, Any]]) -> Finding:
    first = group[0]
    sample = dict(first["sample"])
    return Finding(
        question=first["question"],
        region=first["region"],
        period=first["period"],
        status=Status(first["finding_status"]),
        results=tuple(result for result in map(_result_from, group) if result is not None),
        design_grade=first["design_grade"],
        disclosure=Disclosure(first["disclosure"]),
        sample=Sample(**{**sample, "tables": tuple(sample["tables"])}),
        caveats=tuple(Caveat(code=c["code"], fields=c["fields"]) for c in first["caveats"]),
        rows=tuple(dict(row) for row in first["rows"]),
        details=first["details"],
    )
