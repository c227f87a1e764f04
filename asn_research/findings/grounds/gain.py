"""The gain of a group and the difference between two, as every question about gains estimates them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    count_clusters,
    listen,
    without_inference,
)
from asn_research.findings.grounds.people import GainPeople
from asn_research.models.gain import GainColumns, GainModel, estimate_mean_gain, fit_gain
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

TREATED: Final = GainColumns(method=None, participation=None, treatment="trained")
"""The columns of a regression of gains on having been trained, and on nothing else."""


def headline_model(design: str) -> GainModel:
    """The model of the headline: by how people came to be trained, never by its result.

    Drawn by lot: ANCOVA, which is unbiased there and more precise. Otherwise groups formed by themselves and
    the change score is told first (van Breukelen 2006, doi:10.1016/j.jclinepi.2006.02.007).
    """
    return "ancova" if design == "lottery" else "change"


def both_models(design: str) -> tuple[GainModel, GainModel]:
    """Both models of a gain, that of the headline first."""
    return ("ancova", "change") if headline_model(design) == "ancova" else ("change", "ancova")


def trained_gain(frame: pd.DataFrame, *, outcome: str, term: str = "mean_gain") -> Estimate:
    """The mean gain of a group with the error that its clusters allow; none with a single cluster."""
    clustered = count_clusters(frame, "cluster") >= 2
    fit: Fit = listen(
        lambda: estimate_mean_gain(
            frame["gain"],
            clusters=frame["cluster"] if clustered else None,
            vcov=CLUSTERED_VCOV if clustered else None,
            outcome=outcome,
        )
    ).value
    found = fit["mean_gain"] if clustered else without_inference(fit["mean_gain"])
    return replace(found, term=term)


def estimate_differences(data: RegionData, people: GainPeople) -> tuple[Estimate, Estimate]:
    """The difference in gains between trained and compared people: headline model first."""
    first, second = both_models(data.design)
    return (
        replace(_difference(people, first), term="trained"),
        replace(_difference(people, second), term=f"{second}:trained"),
    )


def _difference(people: GainPeople, model: GainModel) -> Estimate:
    call = partial(
        fit_gain, people.matched, columns=TREATED, model=model, clusters="cluster", vcov=CLUSTERED_VCOV
    )
    fit: Fit = listen(call).value
    return replace(fit["trained"], outcome=people.outcome)


def headline_gain(data: RegionData, people: GainPeople) -> Estimate:
    """What an answer about a gain tells first: the difference to those compared, else the mean gain."""
    if people.compared:
        return estimate_differences(data, people)[0]
    return trained_gain(people.trained, outcome=people.outcome)
