"""Learning: what changed between the score before and the score after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import GatedRows, gate_rows, merge_cells
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample, Status
from asn_research.findings.grounds.basis import read_reactions
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, quarantine_caveats, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    bootstrap_cells,
    cluster_caveats,
    count_clusters,
    detectable,
    estimate_mean,
    interval_cells,
    listen,
)
from asn_research.findings.grounds.gain import TREATED, estimate_differences, headline_model, trained_gain
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_gain_people
from asn_research.measures.effect_size import measure_paired_effect
from asn_research.measures.normalised_gain import measure_normalised_gain
from asn_research.models.design import Design, build_design
from asn_research.models.gain import gain_design
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_BIN_POINTS = 5
_END_POINTS = 25.0
_MAXIMUM_POINTS = 100.0


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
    caveats = [
        *people.caveats(shown),
        *people.lost_caveats(),
        *(quarantine_caveats(data) if question == "learning_gain" else ()),
        *cluster_caveats(count_clusters(shown, "cluster")),
    ]
    boot = bootstrap_cells(
        partial(_headline_design, data, people), estimate=(*differences, own)[0], minimum=people.minimum
    )
    sizes = _sizes(trained)
    if sizes:
        caveats.append(Caveat(code="size", fields=_size_fields(trained, sizes)))
    if "ngain" in sizes:
        caveats.append(Caveat(code="normalised_gain", fields={"ngain_sd": sizes["ngain"]}))
    return answer(
        data,
        question,
        results=(*differences, own, *_comparison_gain(people)),
        design_grade=grade.grade,
        sample=sample,
        caveats=(*caveats, *boot.caveats, *(Caveat(code=code) for code in grade.reasons)),
        rows=tuple(distribution_rows(trained, minimum=people.minimum)),
        details={
            **_gain_details(people, compared=people.compared),
            **sizes,
            **boot.value,
            "mde": detectable((*differences, own)[0]),
        },
    )


def _comparison_gain(people: GainPeople) -> tuple[Estimate, ...]:
    if not people.compared:
        return ()
    return (trained_gain(people.comparison, outcome=people.outcome, term="comparison_gain"),)


def _headline_design(data: RegionData, people: GainPeople) -> Design:
    """The regression behind the headline, for the bootstrap."""
    if people.compared:
        return gain_design(
            people.matched,
            TREATED,
            model=headline_model(data.design),
            reference="",
            clusters="cluster",
        )
    design = build_design("gain ~ 1", people.trained, clusters="cluster")
    return replace(design, names=("mean_gain",))


def _size_fields(frame: pd.DataFrame, sizes: dict[str, Cell]) -> dict[str, Cell]:
    r = float(frame["pre"].corr(frame["post"]))
    return {"dav_sd": sizes["d_av"], "dz_sd": sizes["d_z"], "pre_post_r": r}


def _sizes(frame: pd.DataFrame) -> dict[str, Cell]:
    """The gain in standard deviations and as a share of what could be gained; empty where undefined."""
    try:
        effect: Fit = listen(lambda: measure_paired_effect(frame, pre="pre", post="post")).value
    except EstimationError:
        return {}
    sizes: dict[str, Cell] = {term: effect[term].estimate for term in ("d_av", "d_z", "g_av")}
    try:
        share: Fit = listen(
            lambda: measure_normalised_gain(frame, pre="pre", post="post", maximum=_MAXIMUM_POINTS)
        ).value
    except EstimationError:
        return sizes
    return sizes | {"ngain": share["class_average"].estimate}


def distribution_rows(frame: pd.DataFrame, *, minimum: int) -> list[Row]:
    """Scores before and after in bins of five points; thin bins are joined with their neighbours.

    The outer bins reach to the next multiple of 25, so that they do not tell the lowest and highest score.
    """
    edges = np.arange(0, 101, _BIN_POINTS)
    rows: list[Row] = []
    for wave in ("pre", "post"):
        position = np.clip(frame[wave].to_numpy(dtype=float) // _BIN_POINTS, 0, len(edges) - 2).astype(int)
        counts = np.bincount(position, minlength=len(edges) - 1).tolist()
        cells = merge_cells(counts, minimum=minimum)
        for cell in cells:
            first, last = cell
            count = sum(counts[first : last + 1])
            low, high = float(edges[first]), float(edges[last + 1])
            rows.append(
                {
                    "series": f"wave:{wave}",
                    "bin_low": low // _END_POINTS * _END_POINTS if cell == cells[0] else low,
                    "bin_high": -(-high // _END_POINTS) * _END_POINTS if cell == cells[-1] else high,
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


def answer_confidence_gain(data: RegionData) -> Finding:
    """The gain in self-rated ability; where it was asked only once, how many feel confident afterwards."""
    people = read_gain_people(data, competency=data.plan.primary.competency, source="self")
    if len(people.trained) >= people.minimum:
        finding = answer_gain(data, "confidence_gain", people)
        if finding.status is not Status.ESTIMATED:
            return finding
        gated = _method_rows(people)
        return replace(finding, rows=gated.rows, disclosure=gated.disclosure)
    if "reactions" in data.tables:
        return _confidence_level(data)
    return leave_open(data, "confidence_gain", table="assessments")


def _method_rows(people: GainPeople) -> GatedRows:
    frame = people.trained.dropna(subset=["method"])
    rows: list[Row] = []
    for method in sorted(frame["method"].unique()):
        part = frame[frame["method"] == method]
        row: Row = {"label_code": f"method:{method}", "n": len(part), "estimate": float(part["gain"].mean())}
        rows.append(row | interval_cells(part, "gain", clusters="cluster"))
    return gate_rows(rows, minimum=people.minimum)


def _confidence_level(data: RegionData) -> Finding:
    """Share of answers 4 or 5 about confidence after the training."""
    answers = read_reactions(data)
    answers = answers[answers["item"] == "confidence"].dropna(subset=["response"])
    minimum = data.region.disclosure.minimum_cell
    if answers.empty:
        return leave_open(data, "confidence_gain", table="assessments")
    people = int(answers["respondent_id"].nunique())
    if people < minimum:
        return withhold(data, "confidence_gain", tables=("reactions", "courses"))
    answers = answers.assign(agree=answers["favourable"].astype(float))
    share = estimate_mean(
        answers, "agree", clusters="batch", term="confident_after", unit="share", outcome="confidence",
        estimand="share of answers 4 or 5",
    )  # fmt: skip
    known = answers.dropna(subset=["method"])
    rows: list[Row] = []
    for method in sorted(known["method"].unique()):
        part = known[known["method"] == method]
        row: Row = {"label_code": f"method:{method}", "n": len(part), "estimate": float(part["agree"].mean())}
        rows.append(row | interval_cells(part, "agree", clusters="batch", unit="share"))
    gated = gate_rows(rows, minimum=minimum)
    return answer(
        data,
        "confidence_gain",
        results=(share,),
        sample=Sample(people=people, rows=len(answers), tables=("reactions", "courses")),
        caveats=(Caveat(code="one_wave"), *cluster_caveats(count_clusters(answers, "batch"))),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"one_wave": True, "unit": "share", "reference": None},
    )
