"""Whether scores before and after can be matched, and who is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    estimate_share,
)
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_primary_people
from asn_research.measures.attrition import measure_match

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData


def answer_match_rate(data: RegionData) -> Finding:
    """Share of people measured before who were also measured after, in the primary outcome."""
    people = read_primary_people(data)
    before = people.everyone.dropna(subset=["pre"])
    if before.empty:
        return leave_open(data, "match_rate", table="assessments")
    if len(before) < people.minimum:
        return withhold(data, "match_rate", tables=GAIN_TABLES)
    sample = people.sample(before)
    before = before.assign(matched=before["post"].notna().astype(float))
    try:
        if before["matched"].nunique() < 2:
            share = estimate_share(int(before["matched"].sum()), len(before), term="match_rate")
        else:
            share = estimate_mean(
                before, "matched", clusters="cluster", term="match_rate", unit="share",
                outcome=people.outcome, estimand="share with both scores",
            )  # fmt: skip
    except EstimationError as error:
        return refuse_error(data, "match_rate", error, sample=sample)
    gated = gate_rows(_rows(people), minimum=people.minimum, people="total")
    return answer(
        data,
        "match_rate",
        results=(share,),
        sample=sample,
        caveats=(*people.lost_caveats(), *cluster_caveats(count_clusters(before, "cluster"))),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"measured_before": len(before), "pre_difference_sd": people.lost_difference_sd},
    )


def _rows(people: GainPeople) -> list[Row]:
    """One row per group that was measured before."""
    match = measure_match(people.everyone)
    rows: list[Row] = []
    for group, before, matched in match[["group", "measured_before", "matched"]].itertuples(index=False):
        if before == 0:
            continue
        share = estimate_share(int(matched), int(before), term="match_rate")
        rows.append(
            {
                "label_code": f"group:{group}",
                "share": share.estimate,
                "n": int(matched),
                "total": int(before),
                "conf_low": share.conf_low,
                "conf_high": share.conf_high,
            }
        )
    return rows
