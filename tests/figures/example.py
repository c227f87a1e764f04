"""Findings made by hand, for the drawings and tables; the numbers are invented."""

from __future__ import annotations

import math
from collections.abc import Iterable

from asn_research.findings.finding import Finding, Row, Sample, Status
from asn_research.models.result import Estimate

NAN = math.nan


def make_finding(
    rows: Iterable[Row],
    *,
    question: str = "learning_gain",
    unit: str = "points",
    people: int = 151,
    **details: float,
) -> Finding:
    headline = Estimate(term="gain", estimate=8.43, conf_low=6.91, conf_high=9.95, n_obs=people, unit=unit)
    return Finding(
        question=question,
        region="bukittinggi",
        period="2025",
        status=Status.ESTIMATED,
        results=(headline,),
        sample=Sample(people=people, rows=2 * people, tables=("results",)),
        rows=tuple(rows),
        details=details,
    )


def interval_row(
    code: str, estimate: float, half: float, n: int = 40, **more: str | float | bool | None
) -> Row:
    name = "label_code" if ":" in code else "label"
    return {
        name: code,
        "estimate": estimate,
        "conf_low": estimate - half,
        "conf_high": estimate + half,
        "n": n,
        **more,
    }


METHODS = (
    interval_row("method:lecture", 5.2, 2.1, 44),
    interval_row("method:discussion", 7.4, 2.4, 38),
    interval_row("method:simulation", 9.8, 2.6, 36),
    interval_row("method:practice", 12.6, 2.2, 33),
)

UNITS: tuple[Row, ...] = (
    {"label": "Dinas Penanaman Modal, Pelayanan Terpadu Satu Pintu dan Tenaga Kerja Kota Bukittinggi",
     "share": 0.83, "n": 25, "total": 30, "conf_low": 0.66, "conf_high": 0.93},
    {"label": "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "share": 0.5, "n": 12, "total": 24},
    {"label": "Sekretariat Daerah", "share": 0.0, "n": 0, "total": 18},
    {"label": "RSUD", "share": None, "n": None, "total": None, "suppressed": True},
    {"label": "Kecamatan Guguk Panjang", "share": 1.0, "n": 14, "total": 14},
)  # fmt: skip
