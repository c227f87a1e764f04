"""Whether raters agree with each other, and people with their superiors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    finite,
    interval_cells,
    listen,
)
from asn_research.findings.grounds.rating import RATER_SOURCES, name_raters
from asn_research.measures.intraclass import measure_icc
from asn_research.measures.krippendorff import measure_krippendorff_alpha
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TABLES = ("assessments",)
_WAVES = ("pre", "post", "followup")
_GROUPS = ("finding.group_icc_single", "finding.group_icc_mean", "finding.group_krippendorff")
_GOOD = 0.75
_MODERATE = 0.5
"""From where agreement is good and moderate, judged on the interval: Koo and Li (2016),
doi:10.1016/j.jcm.2016.02.012."""
_DRAWS = 1000
_SEED = 20250301


@dataclass(frozen=True)
class RaterTable:
    """People rated by several raters of one kind at one time: one row per person, one column per seat."""

    competency: str
    source: str
    wave: str
    seats: pd.DataFrame
    same: bool

    @property
    def people(self) -> int:
        return len(self.seats)


def answer_rater_agreement(data: RegionData) -> Finding:
    """How far several raters give the same person the same score: intraclass correlation and alpha."""
    question = "rater_agreement"
    minimum = data.region.disclosure.minimum_cell
    tables = _rater_tables(data)
    enough = [table for table in tables if table.people >= minimum]
    if not tables:
        return leave_open(data, question, table="assessments")
    if not enough:
        return withhold(data, question, tables=_TABLES)
    main = max(enough, key=lambda table: (_WAVES.index(table.wave), table.people))
    sample = Sample(people=main.people, rows=int(main.seats.notna().sum().sum()), tables=_TABLES)
    try:
        found = _agreement(main)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    rows = [
        row
        for table in enough
        for row in _agreement_rows(table, found if table is main else None, several=_several(enough))
    ]
    rows.sort(key=lambda row: _GROUPS.index(str(row["group"])))
    gated = gate_rows(rows, minimum=minimum, within="group")
    return answer(
        data,
        question,
        results=found,
        sample=sample,
        caveats=(Caveat(code="icc_same_raters" if main.same else "icc_own_raters"),),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "competency": main.competency,
            "source": main.source,
            "wave": main.wave,
            "raters": main.seats.shape[1],
            "good": _GOOD,
            "moderate": _MODERATE,
            "reference": _GOOD,
            "unit": "alpha",
        },
    )


def _several(tables: list[RaterTable]) -> bool:
    return len({(table.competency, table.source) for table in tables}) > 1


def _rater_tables(data: RegionData) -> list[RaterTable]:
    """Every competency, source and wave in which people have several raters."""
    scores = data.tables["assessments"]
    if "rater_id" not in scores:
        return []
    named = scores.dropna(subset=["rater_id", "person_id", "score"])
    named = named[named["source"].isin(RATER_SOURCES)]
    found = []
    for keys, part in named.groupby(["competency", "source", "wave"], sort=True):
        table = _seat_table(part)
        if table is not None:
            competency, source, wave = map(str, keys)
            found.append(RaterTable(competency, source, wave, *table))
    return sorted(found, key=lambda table: (table.competency, table.source, _WAVES.index(table.wave)))


def _seat_table(part: pd.DataFrame) -> tuple[pd.DataFrame, bool] | None:
    """One row per person with as many ratings as most people have; None where nobody has two.

    Where the same raters judged everybody each has a column of their own; else the seats of a person are
    interchangeable and ordered by score, which the one-way correlation does not see.
    """
    means = part.assign(score=part["score"].astype(float)).groupby(["person_id", "rater_id"])["score"].mean()
    counts = means.groupby(level="person_id").size()
    several = counts[counts >= 2]
    if several.empty:
        return None
    seats = int(several.mode().max())
    kept = means[means.index.get_level_values("person_id").isin(several[several == seats].index)]
    raters = kept.index.get_level_values("rater_id").nunique()
    if raters == seats:
        wide = (
            kept.rename("score")
            .reset_index()
            .pivot_table(index="person_id", columns="rater_id", values="score")
        )
        return wide.reset_index(drop=True), True
    rows = np.sort(kept.to_numpy(dtype=float).reshape(-1, seats), axis=1)  # sorted by person, all of a size
    frame = pd.DataFrame(rows, columns=[f"seat{i + 1}" for i in range(seats)])
    return frame.sort_values(list(frame.columns)).reset_index(drop=True), False


def _agreement(table: RaterTable) -> tuple[Estimate, Estimate, Estimate]:
    """The correlation of a single rating, of the mean of all, and Krippendorff's alpha."""
    form = "ICC2" if table.same else "ICC1"
    fit: Fit = listen(lambda: measure_icc(table.seats)).value
    alpha: Estimate = listen(
        lambda: measure_krippendorff_alpha(table.seats, scale="interval", draws=_DRAWS, seed=_SEED)
    ).value
    outcome = f"{table.competency}:{table.source}"
    return (
        replace(fit[form], term="icc_single", outcome=outcome, unit="alpha", method=f"{form}, {table.wave}"),
        replace(
            fit[f"{form}k"], term="icc_mean", outcome=outcome, unit="alpha", method=f"{form}k, {table.wave}"
        ),
        replace(alpha, term="krippendorff", outcome=outcome, unit="alpha"),
    )


def _agreement_rows(table: RaterTable, found: tuple[Estimate, ...] | None, *, several: bool) -> list[Row]:
    """Single rating, mean of the raters and alpha; none where the table does not allow them."""
    try:
        found = found or _agreement(table)
    except EstimationError:
        return []
    return [
        {
            "label_code": _label(table, several=several),
            "group": f"finding.group_{estimate.term}",
            "n": table.people,
            "estimate": estimate.estimate,
            "conf_low": finite(estimate.conf_low),
            "conf_high": finite(estimate.conf_high),
        }
        for estimate in found
    ]


def _label(table: RaterTable, *, several: bool) -> str:
    return f"competency:{table.competency} - wave:{table.wave}" if several else f"wave:{table.wave}"


def answer_self_supervisor_gap(data: RegionData) -> Finding:
    """How much higher people rate themselves than their superiors rate them."""
    question = "self_supervisor_gap"
    minimum = data.region.disclosure.minimum_cell
    pairs = _self_and_supervisor(data)
    if not pairs:
        return leave_open(data, question, table="assessments")
    enough = {key: frame for key, frame in pairs.items() if len(frame) >= minimum}
    if not enough:
        return withhold(data, question, tables=_TABLES)
    key = max(enough, key=lambda one: (len(enough[one]), -_WAVES.index(one[1]), one))
    frame = enough[key]
    by = "rater" if frame["rater"].notna().all() else None
    sample = Sample(people=len(frame), rows=2 * len(frame), tables=_TABLES)
    try:
        gap = estimate_mean(
            frame, "gap", clusters=by, term="self_minus_supervisor", unit="points", outcome=key[0],
            estimand="mean of self-rating minus superior's rating",
        )  # fmt: skip
        icc: Fit = listen(lambda: measure_icc(frame, raters=["own", "superior"])).value
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    gated = gate_rows(_gap_rows(enough, clusters=by), minimum=minimum, within="group")
    return answer(
        data,
        question,
        results=(gap, replace(icc["ICC2"], term="icc", unit="alpha", outcome=key[0])),
        sample=sample,
        caveats=(Caveat(code="gap_no_truth"), *_rater_caveats(frame, clusters=by)),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "competency": key[0],
            "wave": key[1],
            "mean_self": float(frame["own"].mean()),
            "mean_supervisor": float(frame["superior"].mean()),
            "correlation": float(frame["own"].corr(frame["superior"])),
            "unit": "points",
        },
    )


def _gap_rows(pairs: Mapping[tuple[str, str], pd.DataFrame], *, clusters: str | None) -> list[Row]:
    """The gap in each competency at each time."""
    return [
        {
            "label_code": f"wave:{wave}",
            "group": f"competency:{competency}",
            "role": "contrast",
            "n": len(part),
            "estimate": float(part["gap"].mean()),
            **interval_cells(part, "gap", clusters=clusters),
        }
        for (competency, wave), part in pairs.items()
    ]


def _rater_caveats(frame: pd.DataFrame, *, clusters: str | None) -> tuple[Caveat, ...]:
    """That raters are unknown, or that they are few."""
    if clusters is None:
        return (Caveat(code="raters_unknown"),)
    return name_raters(cluster_caveats(count_clusters(frame, clusters)))


def _names_of_raters(scores: pd.DataFrame) -> pd.Series[str]:
    """By person: everybody who rated them, as one text; people whose raters are unknown are left out."""
    named = scores.dropna(subset=["rater_id"])
    raters: dict[str, set[str]] = {}
    for person, rater in zip(named["person_id"].tolist(), named["rater_id"].tolist(), strict=True):
        raters.setdefault(person, set()).add(rater)
    names = {person: " ".join(sorted(known)) for person, known in raters.items()}
    return pd.Series(names, dtype="string")


def _self_and_supervisor(data: RegionData) -> dict[tuple[str, str], pd.DataFrame]:
    """People with a self-rating and a superior's rating of one competency at one time."""
    scores = data.tables["assessments"]
    if "rater_id" not in scores:
        scores = scores.assign(rater_id=pd.Series(pd.NA, index=scores.index, dtype="string"))
    scores = scores.dropna(subset=["person_id", "score"])
    scores = scores.assign(score=scores["score"].astype(float))
    found: dict[tuple[str, str], pd.DataFrame] = {}
    for keys, part in scores.groupby(["competency", "wave"], sort=True):
        own = part[part["source"] == "self"].groupby("person_id")["score"].mean()
        judged = part[part["source"] == "supervisor"].groupby("person_id")
        superior = judged["score"].mean()
        frame = pd.DataFrame({"own": own, "superior": superior}).dropna()
        if len(frame):
            frame["rater"] = _names_of_raters(part[part["source"] == "supervisor"]).reindex(frame.index)
            frame["gap"] = frame["own"] - frame["superior"]
            found[str(keys[0]), str(keys[1])] = frame.reset_index(drop=True)
    return {key: found[key] for key in sorted(found, key=lambda key: (key[0], _WAVES.index(key[1])))}
