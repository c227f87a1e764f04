"""Learning: what changed between the score before and the score after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.design_grade import grade_people
from asn_research.findings.disclosure import merge_cells
from asn_research.findings.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.estimation import cluster_caveats, count_clusters, listen
from asn_research.findings.finding import Caveat, Cell, Finding, Row
from asn_research.findings.people import GAIN_TABLES, GainPeople, read_gain_people, read_primary_people
from asn_research.models.gain import GainColumns, GainModel, estimate_mean_gain, fit_gain
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_BIN_POINTS = 5
_TREATED = GainColumns(method=None, participation=None, treatment="trained")


def headline_model(design: str) -> GainModel:
    """The model of the headline: by how people came to be trained, never by its result.

    Drawn by lot: ANCOVA, which is unbiased there and more precise. Otherwise groups formed by themselves and
    the change score is told first (van Breukelen 2006, doi:10.1016/j.jclinepi.2006.02.007).
    """
    return "ancova" if design == "lottery" else "change"


def answer_learning_gain(data: RegionData) -> Finding:
    """The gain in the outcome that the plan declares primary."""
    return answer_gain(data, "learning_gain", read_primary_people(data))


def answer_attitude_gain(data: RegionData) -> Finding:
    """The gain in self-rated professional attitude."""
    people = read_gain_people(data, competency="professional_attitude", source="self")
    return answer_gain(data, "attitude_gain", people)


def answer_gain(data: RegionData, question: str, people: GainPeople) -> Finding:
    """One gain: of the trained group, and against the comparison group where there is one."""
    trained = people.trained
    if people.everyone["pre"].isna().all() or people.everyone["post"].isna().all():
        return leave_open(data, question, table="assessments")
    if len(trained) < people.minimum:
        return withhold(data, question, tables=GAIN_TABLES)
    shown = people.matched if people.compared else trained
    sample = people.sample(shown)
    try:
        own = trained_gain(trained, outcome=people.outcome)
        differences = estimate_differences(data, people) if people.compared else ()
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    grade = grade_people(data, people)
    caveats = (*people.caveats(shown), *cluster_caveats(count_clusters(shown, "cluster")))
    rest = (
        ()
        if not people.compared
        else (trained_gain(people.comparison, outcome=people.outcome, term="comparison_gain"),)
    )
    return answer(
        data,
        question,
        results=(*differences, own, *rest),
        design_grade=grade.grade,
        sample=sample,
        caveats=(*caveats, *(Caveat(code=code) for code in grade.reasons)),
        rows=tuple(distribution_rows(trained, minimum=people.minimum)),
        details=_gain_details(people, compared=people.compared),
    )


def trained_gain(frame: pd.DataFrame, *, outcome: str, term: str = "mean_gain") -> Estimate:
    """The mean gain of a group, clustered where there are at least two clusters."""
    clustered = count_clusters(frame, "cluster") >= 2
    fit: Fit = listen(
        lambda: estimate_mean_gain(
            frame["gain"], clusters=frame["cluster"] if clustered else None, outcome=outcome
        )
    ).value
    return replace(fit["mean_gain"], term=term)


def estimate_differences(data: RegionData, people: GainPeople) -> tuple[Estimate, Estimate]:
    """The difference in gains between trained and compared people: headline model first."""
    first = headline_model(data.design)
    models: tuple[GainModel, GainModel] = ("change", "ancova") if first == "change" else ("ancova", "change")
    found = []
    for model in models:
        call = partial(fit_gain, people.matched, columns=_TREATED, model=model, clusters="cluster")
        fit: Fit = listen(call).value
        term = "difference" if model == first else f"{model}:difference"
        found.append(replace(fit["trained"], term=term, outcome=people.outcome))
    return found[0], found[1]


def distribution_rows(frame: pd.DataFrame, *, minimum: int) -> list[Row]:
    """Scores before and after in bins of five points; thin bins are joined with their neighbours."""
    edges = np.arange(0, 101, _BIN_POINTS)
    rows: list[Row] = []
    for wave in ("pre", "post"):
        position = np.clip(frame[wave].to_numpy(dtype=float) // _BIN_POINTS, 0, len(edges) - 2).astype(int)
        counts = np.bincount(position, minlength=len(edges) - 1).tolist()
        for first, last in merge_cells(counts, minimum=minimum):
            count = sum(counts[first : last + 1])
            rows.append(
                {
                    "series": f"wave:{wave}",
                    "bin_low": float(edges[first]),
                    "bin_high": float(edges[last + 1]),
                    "count": count,
                    "share": count / len(frame),
                }
            )
    return rows


def _gain_details(people: GainPeople, *, compared: bool) -> dict[str, Cell]:
    trained = people.trained
    details: dict[str, Cell] = {
        "competency": people.competency,
        "source": people.source,
        "compared": compared,
        "trained": len(trained),
        "mean_pre": float(trained["pre"].mean()),
        "mean_post": float(trained["post"].mean()),
        "sd_pre": float(trained["pre"].std()),
        "sd_post": float(trained["post"].std()),
        "mean_wave:pre": float(trained["pre"].mean()),
        "mean_wave:post": float(trained["post"].mean()),
        "r_pre_post": float(trained["pre"].corr(trained["post"])),
        "unit": "points",
    }
    if compared:
        other = people.comparison
        details |= {
            "comparison": len(other),
            "comparison_mean_pre": float(other["pre"].mean()),
            "comparison_mean_post": float(other["post"].mean()),
        }
    return details
