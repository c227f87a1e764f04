"""Results: waiting times of a service around the date on which its handling changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from asn_research.contract.region import ServiceTime
from asn_research.errors import ConvergenceError, EstimationError, InputError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.draft import answer, leave_open, refuse, refuse_error, withhold
from asn_research.findings.grounds.estimation import detectable, finite
from asn_research.measures.waiting import measure_waiting
from asn_research.models.result import Estimate, Fit, NotEstimable, Reason
from asn_research.models.series import fit_series
from asn_research.models.survival import estimate_median_time

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "service_time"
_TABLES = ("service_requests",)
_GRADE = 2
_SEASON = ("season_sin", "season_cos")
_SEASON_MONTHS = 24


@dataclass(frozen=True)
class _Series:
    """Monthly medians, the requests behind them, and what was fitted to them."""

    requests: pd.DataFrame
    months: pd.DataFrame
    fit: Fit
    model: str

    @property
    def seasonal(self) -> bool:
        return _SEASON[0] in {e.term for e in self.fit.estimates}


def answer_service_time(data: RegionData) -> Finding:
    """How the median waiting time changed in level and slope at the declared date."""
    declared = data.region.service_time
    if declared is None:
        refusal = NotEstimable(
            term=_QUESTION, reason=Reason.NO_DATA, detail="region.toml declares no [service_time]."
        )
        return refuse(data, _QUESTION, refusal)
    table = data.tables["service_requests"]
    try:
        requests = measure_waiting(table, changed_on=declared.changed_on, service=declared.service)
    except InputError as error:
        return refuse_error(data, _QUESTION, error)
    minimum = data.region.disclosure.minimum_cell
    if requests.empty:
        return leave_open(data, _QUESTION, table="service_requests")
    after = int((requests["month"] >= 0).sum())
    if any(0 < side < minimum for side in (len(requests) - after, after)):
        return withhold(data, _QUESTION, tables=_TABLES)
    sample = Sample(rows=len(requests), tables=_TABLES)
    try:
        series = _fit(requests)
        sides = [_median(requests[(requests["month"] >= 0) == after]) for after in (False, True)]
    except EstimationError as error:
        return refuse_error(data, _QUESTION, error, sample=sample)
    terms = [
        replace(side, term=f"median_{name}") for side, name in zip(sides, ("before", "after"), strict=True)
    ]
    level, slope = (_in_days(series.fit[name]) for name in ("level_change", "slope_change"))
    gated = gate_rows(_rows(series), minimum=minimum, within="role")
    return answer(
        data,
        _QUESTION,
        results=(level, slope, *terms),
        design_grade=_GRADE,
        sample=sample,
        caveats=_caveats(series, minimum=minimum),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details=_details(series, declared, mde=detectable(level)) | _levels(gated.rows),
    )


def _details(series: _Series, declared: ServiceTime, *, mde: float | None) -> dict[str, Cell]:
    return {
        "unit": "days",
        "reference": None,
        "requests": len(series.requests),
        "service": declared.service,
        "changed_on": declared.changed_on.isoformat(),
        "months_before": int(series.fit.statistics["n_before"]),
        "months_after": int(series.fit.statistics["n_after"]),
        "mde": mde,
    }


def _levels(rows: Sequence[Row]) -> dict[str, Cell]:
    """The mean of the monthly medians on each side, of the months that are shown."""
    levels: dict[str, Cell] = {}
    for role in ("before", "after"):
        shown = [float(str(r["estimate"])) for r in rows if r["role"] == role and r["estimate"] is not None]
        if shown:
            levels[f"mean_{role}"] = fmean(shown)
    return levels


def _in_days(estimate: Estimate) -> Estimate:
    return replace(estimate, outcome="median waiting time", unit="days")


def _median(requests: pd.DataFrame) -> Estimate:
    return estimate_median_time(requests, duration="days", finished="finished")


def _fit(requests: pd.DataFrame) -> _Series:
    months = _monthly(requests)
    covariates: tuple[str, ...] = ()
    if len(months) >= _SEASON_MONTHS:
        angle = 2 * np.pi * (months["starts"].dt.month - 1) / 12
        months = months.assign(season_sin=np.sin(angle), season_cos=np.cos(angle))
        covariates = _SEASON
    arguments: dict[str, Any] = {
        "outcome": "median_days", "time": "month", "changed_at": 0.0, "covariates": covariates,
    }  # fmt: skip
    try:
        return _Series(requests, months, fit_series(months, model="ar1", **arguments), "ar1")
    except ConvergenceError:
        return _Series(requests, months, fit_series(months, model="ols", **arguments), "ols")


def _monthly(requests: pd.DataFrame) -> pd.DataFrame:
    """Median waiting time of the requests of each month; a month that does not reach it is left out."""
    rows = []
    for month, part in requests.groupby("month", sort=True):
        try:
            median = _median(part)
        except EstimationError:
            continue
        rows.append(
            {
                "month": float(str(month)),
                "starts": part["starts"].iloc[0],
                "median_days": median.estimate,
                "conf_low": median.conf_low,
                "conf_high": median.conf_high,
                "n": len(part),
            }
        )
    columns = ["month", "starts", "median_days", "conf_low", "conf_high", "n"]
    return pd.DataFrame(rows, columns=columns)


def _rows(series: _Series) -> list[Row]:
    """One row per month: its median, and the fitted level with and without the change, seasons averaged."""
    value = {e.term: e.estimate for e in series.fit.estimates}
    first = float(series.months["month"].iloc[0])
    rows: list[Row] = []
    for month in series.months.to_dict("records"):
        time = float(month["month"])
        before = value["Intercept"] + value["trend"] * (time - first)
        after = time >= 0
        jump = value["level_change"] + value["slope_change"] * time if after else 0.0
        rows.append(
            {
                "label": month["starts"].strftime("%Y-%m"),
                "role": "after" if after else "before",
                "x": time,
                "estimate": month["median_days"],
                "conf_low": finite(month["conf_low"]),
                "conf_high": finite(month["conf_high"]),
                "fitted": before + jump,
                "expected": before,
                "n": int(month["n"]),
            }
        )
    return rows


def _caveats(series: _Series, *, minimum: int) -> tuple[Caveat, ...]:
    still_open = int((series.requests["finished"] == 0).sum())
    found = [Caveat(code="series_other_events")]
    if still_open:
        fields: dict[str, Cell] = {"count": still_open} if still_open >= minimum else {}
        found.append(Caveat(code="open_requests" if fields else "open_requests_few", fields=fields))
    found.append(Caveat(code="series_season" if series.seasonal else "series_no_season"))
    phi = series.fit.statistics.get("phi", math.nan)
    if series.model == "ar1" and math.isfinite(phi):
        found.append(Caveat(code="series_autocorrelation", fields={"phi_r": phi}))
    lost = series.requests["month"].nunique() - len(series.months)
    if lost:
        found.append(Caveat(code="series_months_lost", fields={"count": int(lost)}))
    return tuple(found)
