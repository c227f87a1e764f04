"""Whether gains are alike in all groups of staff."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Finding, Row
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    CONF_LEVEL,
    adjust_holm,
    cluster_caveats,
    count_clusters,
    detectable,
    finite,
    interval_cells,
    listen,
    without_inference,
)
from asn_research.findings.grounds.people import GAIN_TABLES, read_primary_people
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_VARIABLES = ("position_type", "sex", "employment", "education")


def answer_heterogeneity(data: RegionData) -> Finding:
    """Each group of staff against all others; intervals are widened for the number of groups examined."""
    people = read_primary_people(data)
    trained, minimum = people.trained, people.minimum
    if people.everyone["pre"].isna().all() or people.everyone["post"].isna().all():
        return leave_open(data, "heterogeneity", table="assessments")
    if len(trained) < 2 * minimum:
        return withhold(data, "heterogeneity", tables=GAIN_TABLES)
    sample = people.sample(trained)
    gated = gate_rows(_rows(trained), minimum=minimum, within="group")
    levels = _levels(gated.rows)
    if not levels:
        return withhold(data, "heterogeneity", tables=GAIN_TABLES)
    try:
        contrasts = [_contrast(trained, *level, family=len(levels)) for level in levels]
    except EstimationError as error:
        return refuse_error(data, "heterogeneity", error, sample=sample)
    ordered = sorted(contrasts, key=_clearness)
    adjusted = adjust_holm([c.p_value for c in ordered])
    return answer(
        data,
        "heterogeneity",
        results=tuple(ordered),
        design_grade=ASSOCIATION_GRADE,
        sample=sample,
        caveats=(
            Caveat(code="exploratory"),
            *people.caveats(trained),
            *cluster_caveats(count_clusters(trained, "cluster")),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "reference": float(trained["gain"].mean()),
            "family": len(levels),
            "p_holm_smallest": finite(adjusted[0]),
            "mde": detectable(ordered[0]),
            "unit": "points",
        },
    )


def _clearness(contrast: Estimate) -> tuple[float, str]:
    p = contrast.p_value
    return (2.0 if math.isnan(p) else p, contrast.term)


def _levels(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Groups whose rows may be shown; of two complementary groups only the first.

    A contrast to all others would give away a suppressed group, so it is estimated for shown groups only.
    """
    shown: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        name, _, level = str(row["label_code"]).partition(":")
        sizes[name] = sizes.get(name, 0) + 1
        if not row.get("suppressed"):
            shown.setdefault(name, []).append(level)
    return [
        (name, level)
        for name, levels in shown.items()
        for level in (levels[:1] if sizes[name] == 2 else levels)
    ]


def _contrast(frame: pd.DataFrame, name: str, level: str, *, family: int) -> Estimate:
    known = frame[[name, "gain", "cluster"]].dropna(subset=[name])
    rows = pd.DataFrame(
        {"gain": known["gain"], "inside": (known[name] == level).astype(float), "cluster": known["cluster"]}
    )
    clustered = count_clusters(rows, "cluster") >= 2
    fit: Fit = listen(
        lambda: fit_ols(
            "gain ~ inside",
            rows,
            clusters="cluster" if clustered else None,
            vcov=CLUSTERED_VCOV if clustered else None,
            conf_level=1 - (1 - CONF_LEVEL) / family,
        )
    ).value
    return replace(
        fit["inside"] if clustered else without_inference(fit["inside"]),
        term=f"{name}:{level}",
        unit="points",
        estimand="difference in gain to all others",
        method="gain_change",
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    for name in _VARIABLES:
        known = frame[[name, "gain", "cluster"]].dropna(subset=[name])
        counts = known[name].value_counts()
        if len(counts) < 2:
            continue
        for level in sorted(counts.index, key=lambda k: (-int(counts[k]), str(k))):
            part = known[known[name] == level]
            row: Row = {"label_code": f"{name}:{level}", "group": f"finding.group_{name}", "n": len(part)}
            row |= {"estimate": float(part["gain"].mean())}
            rows.append(row | interval_cells(part, "gain", clusters="cluster"))
    return rows
