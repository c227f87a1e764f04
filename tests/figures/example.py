"""Findings made by hand, for the drawings and tables; the numbers are invented."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import product

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

ALL_SUPPRESSED: tuple[Row, ...] = tuple(
    {"label": f"Unit {i}", "estimate": None, "share": None, "n": None, "suppressed": True} for i in range(3)
)

LONG = "Unit Pelaksana Teknis Laboratorium Kesehatan Masyarakat dan Pengendalian Penyakit Menular Wilayah III"
STRANGE = 'Dinas $\\frac{1}{0}$ & <script>alert("x")</script>\n\u202e中☃\u0007'


def _answers(item: str, shares: tuple[float, ...], first: int = 1) -> list[Row]:
    """Rows of one item; with ``first`` above 1 the answers below are joined with it."""
    mean = sum((first + i) * share for i, share in enumerate(shares))
    shared: Row = {
        "label_code": item,
        "mean": mean,
        "total": 124,
        "conf_low": mean - 0.2,
        "conf_high": mean + 0.2,
    }
    return [
        {
            **shared,
            "response": first + i,
            "response_low": 1 if i == 0 else first + i,
            "response_high": first + i,
            "share": share,
            "count": round(124 * share),
        }
        for i, share in enumerate(shares)
    ]


LIKERT: tuple[Row, ...] = (
    *_answers("item:material", (0.03, 0.12, 0.5, 0.35), 2),
    *_answers("item:speaker", (0.40, 0.40, 0.20), 3),
    *_answers("item:facilities", (0.2, 0.3, 0.25, 0.15, 0.1)),
)
_PRE = ((0, 40, 0.12), (40, 50, 0.2), (50, 55, 0.18), (55, 65, 0.3), (65, 100, 0.2))
_POST = ((0, 50, 0.1), (50, 60, 0.2), (60, 70, 0.34), (70, 80, 0.26), (80, 100, 0.1))
DISTRIBUTION: tuple[Row, ...] = tuple(
    {
        "series": f"wave:{wave}",
        "bin_low": float(low),
        "bin_high": float(high),
        "share": s,
        "count": round(150 * s),
    }
    for wave, bins in (("pre", _PRE), ("post", _POST))
    for low, high, s in bins
)
LINE: tuple[Row, ...] = tuple(
    {
        "x_low": x, "x_high": x + 0.2, "x_mean": x + 0.11, "estimate": 2 + 9 * x,
        "conf_low": 2 + 9 * x - 2, "conf_high": 2 + 9 * x + 2, "n": 30,
    }
    for x in (0.2, 0.4, 0.6, 0.8)
)  # fmt: skip
POWER: tuple[Row, ...] = tuple(
    {"n": n, "mde": 30 / n**0.5, "current": n == 151} for n in (50, 100, 151, 200, 300, 400)
)


def sides(trained: tuple[float, float], compared: tuple[float, float], half: float = 1.8) -> tuple[Row, ...]:
    """Rows of two groups before and after, the change of each and the difference of the changes."""

    def side(component: str, scores: tuple[float, float], n: int) -> Row:
        waves = dict(zip(("before", "after"), scores, strict=True))
        ends = {
            f"{w}_{end}": v + by for w, v in waves.items() for end, by in (("low", -half), ("high", half))
        }
        return {"component": component, "estimate": scores[1] - scores[0], "n": n, **waves, **ends}

    gap = trained[1] - trained[0] - compared[1] + compared[0]
    remaining: Row = {"component": "remaining", "estimate": gap, "conf_low": gap - 2, "conf_high": gap + 2}
    return (side("observed", trained, 137), side("comparison", compared, 67), remaining)


BACKGROUND: tuple[Row, ...] = (
    {"component": "observed", "estimate": 8.4, "conf_low": 6.9, "conf_high": 9.9},
    {"component": "regression", "estimate": 1.9, "conf_low": 1.1, "conf_high": 2.9},
    {"component": "practice", "estimate": 1.5, "conf_low": None, "conf_high": None},
)

AMOUNTS: tuple[Row, ...] = tuple(
    {"label_code": code, "amount": cost, "per_completer": 1.2 * cost, "per_hour": cost / 24, "n": 40}
    for code, cost in (("method:practice", 2_743_590.0), ("method:lecture", 2_054_878.0))
)
SERIES: tuple[Row, ...] = tuple(
    {
        "label": f"{2024 + month // 12}-{month % 12 + 1:02d}",
        "role": "before" if month < 15 else "after",
        "x": float(month - 15),
        "estimate": 12.0 + month % 3 - (3.0 if month >= 15 else 0.0),
        "conf_low": None if month == 4 else 10.5 - (3.0 if month >= 15 else 0.0),
        "conf_high": 15.0 - (3.0 if month >= 15 else 0.0),
        "fitted": 13.0 - 0.05 * month - (3.0 if month >= 15 else 0.0),
        "expected": 13.0 - 0.05 * month,
        "n": 40 + month,
    }
    for month in range(27)
)
SATISFACTION: tuple[Row, ...] = tuple(
    {
        **interval_row(name, 2.1, 1.9, 120, group="IKM"),
        "before": 77.4, "after": 79.5, "class_before": "B", "class_after": "B", "class_share": 0.88,
    }
    for name in ("Kelurahan A", "Kelurahan B")
)  # fmt: skip

WAYS: tuple[Row, ...] = tuple(
    {
        "label_code": " - ".join(f"figure.way_{o}" for o in (model, covariates, missing, level)),
        "model": model, "covariates": covariates, "missing": missing, "clusters": level,
        "headline": place == 5, "estimate": 3.1 + 0.4 * place, "n": 151, "n_clusters": 14,
        "conf_low": None if place == 9 else 1.2 + 0.4 * place - (40.0 if place == 12 else 0.0),
        "conf_high": None if place == 9 else 5.0 + 0.4 * place,
    }
    for place, (model, covariates, missing, level) in enumerate(
        product(("change", "ancova"), ("none", "plan"), ("complete", "weighted"), ("batch", "unit"))
    )
)  # fmt: skip
FEWER_WAYS: tuple[Row, ...] = tuple(
    {**row, "model": None, "covariates": None, "estimate": -1.0, "headline": row["clusters"] == "unit"}
    for row in WAYS[:2]
)

EXAMPLES: dict[str, Finding] = {
    "interval": make_finding(METHODS, question="method_effect"),
    "share": make_finding(UNITS, question="coverage", unit="share"),
    "likert": make_finding(LIKERT, question="satisfaction", unit="scale"),
    "distribution": make_finding(DISTRIBUTION, **{"mean_wave:pre": 54.3, "mean_wave:post": 63.1}),
    "line": make_finding(LINE, question="participation_slope", slope=9.4, intercept=0.9),
    "background": make_finding(BACKGROUND, question="background_change"),
    "power": make_finding(POWER, question="minimum_detectable_effect"),
    "amount": make_finding(AMOUNTS, question="cost_per_participant", unit="idr"),
    "series": make_finding(SERIES, question="service_time", unit="days", mean_before=12.1, mean_after=8.6),
    "specification": make_finding(WAYS, question="specification_curve"),
}

TOPICS: tuple[Row, ...] = (
    {
        "label": "Kualitas pendampingan",
        "n": 13,
        "total": 24,
        "share": 13 / 24,
        "question": None,
        "estimate": None,
        "conf_low": None,
        "conf_high": None,
        "unit": None,
        "verdict": "silent",
        "verdict_code": "numbers_silent",
    },
    {
        "label": "Waktu dan beban kerja",
        "n": 12,
        "total": 24,
        "share": 0.5,
        "question": "attendance",
        "estimate": 0.86,
        "conf_low": 0.82,
        "conf_high": 0.9,
        "unit": "share",
        "verdict": "beside",
        "verdict_code": "level_raised",
    },
    {
        "label_code": "finding.topic_learning",
        "question": "learning_gain",
        "estimate": 9.1,
        "conf_low": 6.7,
        "conf_high": 11.6,
        "unit": "points",
        "verdict": "silent",
        "verdict_code": "voices_silent",
    },
)

ADVICE: tuple[Row, ...] = (
    {
        "label_code": "finding.advice_title_curriculum_review",
        "rule": "curriculum_review",
        "strength": "moderate",
        "grade": 1,
        "evidence": "course_flags; curriculum_age",
        "title": STRANGE,
    },
    {
        "label_code": "finding.advice_title_comparison",
        "rule": "comparison",
        "strength": "tentative",
        "grade": 1,
        "evidence": "learning_gain",
        "title": None,
    },
)

CHANGE_ROWS: tuple[Row, ...] = (
    {
        "label_code": "finding.key_learning_gain", "unit": "points", "before": 4.3, "now": 6.3,
        "estimate": 2.0, "conf_low": -0.5, "conf_high": 4.5, "p_holm": 0.9,
    },
    {
        "label_code": "finding.key_coverage", "unit": "share", "before": 0.14, "now": 0.16, "estimate": 0.02,
        "conf_low": None, "conf_high": None, "p_holm": None,
    },
)  # fmt: skip

REGION_ROWS: tuple[Row, ...] = (
    {
        "label": "Kalianda", "group": "finding.group_region_services", "estimate": 1.9, "conf_low": -0.1,
        "conf_high": 4.0, "n": 414, "before": 77.5, "after": 79.5, "wait": -1.8, "wait_low": -2.9,
        "wait_high": -0.7, "observed": 2.4,
    },
    {
        "label": "Bukittinggi", "group": "finding.group_region_services", "estimate": None, "n": None,
        "conf_low": None, "conf_high": None, "wait": 0.4, "wait_low": -1.0, "wait_high": 1.8,
    },
)  # fmt: skip

DEVIATIONS: tuple[Row, ...] = (
    {"label_code": "finding.deviation_few_clusters", "code": "few_clusters", "clusters": "batch", "count": 4,
     "needed": 6},
    {"label_code": "finding.deviation_plan_after_data", "code": "plan_after_data", "written": "2025-07-01",
     "starts": "2025-02-01", "first": "2025-06-03"},
)  # fmt: skip

TABLE_EXAMPLES: dict[str, Finding] = {
    **EXAMPLES,
    "cost": make_finding(AMOUNTS, question="cost_per_participant", unit="idr"),
    "satisfaction": make_finding(SATISFACTION, question="service_satisfaction", unit="index"),
    "display": make_finding(TOPICS, question="joint_display", unit="share"),
    "advice": make_finding(ADVICE, question="recommendations", unit="count"),
    "services": make_finding(REGION_ROWS, question="service_comparison", unit="index"),
    "change": make_finding(CHANGE_ROWS, question="change_since_last_period"),
    "deviation": make_finding(DEVIATIONS, question="plan_deviations", unit="count"),
    "prediction": make_finding(REGION_ROWS, question="transferability", unit="points"),
}


def _compared(rows: tuple[Row, ...]) -> Finding:
    return make_finding(rows, question="background_change", compared=True)


HOSTILE: dict[str, tuple[str, Finding]] = {
    "one row": ("interval", make_finding([interval_row(LONG, 1.0, 0.5)])),
    "one row at the reference": ("interval", make_finding([interval_row("A", 0.0, NAN)])),
    "forty long rows": (
        "interval",
        make_finding([interval_row(f"{i} {LONG}", (-1.0) ** i * i, 3.0, n=10 + i) for i in range(40)]),
    ),
    "sixty rows in groups": (
        "interval",
        make_finding(
            [interval_row(f"Unit {i}", float(i), 3.0, group=f"{i // 10} {LONG}") for i in range(60)]
        ),
    ),
    "negative values": (
        "interval",
        make_finding([interval_row("A", -1234.5, 3.0), interval_row("B", -2.0, 1.0)]),
    ),
    "one huge interval": ("interval", make_finding([*METHODS, interval_row("B", 2.0, 900.0)])),
    "no intervals": ("interval", make_finding([interval_row(c, 1.0, NAN) for c in "ABC"])),
    "an interval without an upper end": (
        "interval",
        make_finding([*METHODS, interval_row("B", 2.0, NAN, conf_low=1.0, unbounded=True)], unit="idr"),
    ),
    "only intervals without an upper end": (
        "interval",
        make_finding([interval_row("B", 2e6, NAN, conf_low=1e6, unbounded=True)], unit="idr"),
    ),
    "no amount above zero": ("amount", make_finding([{"label": LONG, "amount": 0.0}], unit="people")),
    "six months": ("series", make_finding(SERIES[12:18], question="service_time", unit="days")),
    "two ways below zero": ("specification", make_finding(FEWER_WAYS, question="specification_curve")),
    "two groups": ("background", _compared(sides((57.8, 68.2), (58.6, 62.1)))),
    "two groups at one place": ("background", _compared(sides((60.0, 62.0), (60.0, 62.0)))),
    "two groups that fall": ("background", _compared(sides((70.0, 51.0), (69.5, 69.0)))),
    "two groups without intervals": ("background", _compared(sides((57.8, 68.2), (58.6, 62.1), NAN))),
    "one month": ("series", make_finding(SERIES[:1], question="service_time", unit="days")),
    "infinite interval": ("interval", make_finding([*METHODS, interval_row("B", 2.0, float("inf"))])),
    "strange text": ("interval", make_finding([interval_row(STRANGE, 1.0, 1.0), interval_row("", 2.0, 1.0)])),
    "strange text in bars": (
        "share",
        make_finding([{"label": STRANGE, "share": 0.4, "n": 4000, "total": 10000}]),
    ),
    "forty bars": (
        "share",
        make_finding([{"label": f"{i} {LONG}", "share": i / 40, "n": i, "total": 1040} for i in range(41)]),
    ),
    "only the best answer": (
        "likert",
        make_finding([{"label": LONG, "response": 5, "share": 1.0, "mean": 5.0, "total": 10}], unit="scale"),
    ),
    "equal means": (
        "distribution",
        make_finding(DISTRIBUTION, **{"mean_wave:pre": 60.0, "mean_wave:post": 60.0}),
    ),
    "means at the edge": (
        "distribution",
        make_finding(DISTRIBUTION, **{"mean_wave:pre": 99.5, "mean_wave:post": 99.9}),
    ),
    "one bin": ("line", make_finding(LINE[:1])),
    "one point": ("power", make_finding([{"n": 12, "mde": 0.4, "current": True}], unit="sd")),
}
