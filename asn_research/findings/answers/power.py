"""How small a change the data at hand could show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import EstimationError, TooFewClustersError
from asn_research.findings.finding import Caveat, Finding, Row
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import POWER, count_clusters, detectable
from asn_research.findings.grounds.gain import headline_gain
from asn_research.findings.grounds.people import GAIN_TABLES, read_primary_people
from asn_research.models.power import power_of_t, solve_power
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "minimum_detectable_effect"
_FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""How many times the people of today the curve shows."""
YARDSTICK_SD = 0.6
"""Mean size of training results in the meta-analysis of Arthur, Bennett, Edens and Bell (2003,
doi:10.1037/0021-9010.88.2.234), in standard deviations."""


def answer_minimum_detectable_effect(data: RegionData) -> Finding:
    """The smallest change in the primary outcome that the design at hand finds with 80 per cent power."""
    people = read_primary_people(data)
    if people.everyone["pre"].isna().all() or people.everyone["post"].isna().all():
        return leave_open(data, _QUESTION, table="assessments")
    shown = people.matched if people.compared else people.trained
    if len(people.trained) < people.minimum:
        return withhold(data, _QUESTION, tables=GAIN_TABLES)
    sample = people.sample(shown)
    clusters = count_clusters(shown, "cluster")
    try:
        headline, spread = headline_gain(data, people), people.spread_before
        if detectable(headline) is None:
            raise TooFewClustersError(f"{clusters} clusters were found; this needs {MINIMUM_CLUSTERS}.")
    except EstimationError as error:
        return refuse_error(data, _QUESTION, error, sample=sample)
    points = detectable(headline) or math.nan
    mde = Estimate(
        term="mde", estimate=points, df=headline.df, n_obs=len(shown), n_clusters=headline.n_clusters,
        outcome=people.outcome, unit="points", estimand="smallest change found with a power of 0.8",
        method="noncentral t from the observed standard error", vcov_type=headline.vcov_type,
    )  # fmt: skip
    rows = [row for factor in _FACTORS if (row := _row(headline, len(shown), factor))]
    return answer(
        data,
        _QUESTION,
        results=(mde,),
        sample=sample,
        caveats=(Caveat(code="power_assumptions"),),
        rows=tuple(row for row in rows if int(str(row["n"])) >= people.minimum),
        details={
            "mde_sd": points / spread, "power_share": POWER, "clusters": clusters,
            "yardstick_sd": YARDSTICK_SD, "unit": "points", "reference": None,
            "competency": people.competency, "source": people.source, "compared": people.compared,
        },
    )  # fmt: skip


def _row(headline: Estimate, people: int, factor: float) -> Row | None:
    """The smallest change with ``factor`` times as many people in as many times more clusters."""
    df = headline.df * factor
    if df < 1:
        return None
    error = headline.std_error / math.sqrt(factor)
    mde = error * solve_power(lambda x: power_of_t(x, df=df), power=POWER, low=0.0, high=10.0)
    return {"n": round(people * factor), "mde": mde, "current": factor == 1.0}
