"""Gains by training method, by participation and by group of staff, among the trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError, NoVariationError
from asn_research.findings.disclosures.disclosure import merge_cells
from asn_research.findings.disclosures.rounding import to_step
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    Heard,
    adjust_holm,
    bootstrap_cells,
    count_clusters,
    detectable,
    finite,
    interval_cells,
    is_clear,
    join_cluster_caveats,
    listen,
)
from asn_research.findings.grounds.gain import both_models
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_primary_people
from asn_research.models.design import Design
from asn_research.models.gain import (
    GainColumns,
    GainModel,
    estimate_contrasts,
    fit_gain,
    gain_design,
)
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

KNOWN_SHARE = 0.5
"""A characteristic that is known for a smaller share of people is not adjusted for."""
_SHARE_STEP = 0.1
"""Attendance is told in steps of 10 percentage points."""
_BINS = 10
_END_SHARE = 0.25
"""The outer bins of attendance reach to the next multiple of this."""
_CORRELATED = 0.1
"""From this correlation of attendance with the score before on, ANCOVA may show a spurious slope."""
_ROUNDING = 1e-9
"""Keeps 0.3, which is 2.9999… steps of 0.1 in binary, in the bin that begins there."""


@dataclass(frozen=True)
class MethodPeople:
    """The trained people of the regression on method and participation, and what it can hold."""

    frame: pd.DataFrame
    reference: str
    covariates: tuple[str, ...]
    columns: GainColumns
    excluded: dict[str, int]
    caveats: tuple[Caveat, ...]
    people: GainPeople

    @property
    def methods(self) -> list[str]:
        """The methods compared with the reference: the one with most people first."""
        counts = self.frame["method"].value_counts()
        others = [str(name) for name in counts.index if name != self.reference]
        return sorted(others, key=lambda name: (-int(counts[name]), name))

    @property
    def sample(self) -> Sample:
        return Sample(
            people=len(self.frame),
            rows=2 * len(self.frame),
            tables=GAIN_TABLES,
            excluded={**self.people.excluded(self.people.trained), **self.excluded},
        )

    def fit(self, model: GainModel) -> Fit:
        """The regression of the gain on method, participation and the plan's covariates."""
        return fit_gain(
            self.frame,
            columns=self.columns,
            model=model,
            reference=self.reference,
            covariates=self.covariates,
            clusters="cluster",
            vcov=CLUSTERED_VCOV,
        )


def read_method_people(data: RegionData) -> MethodPeople:
    """Trained people with both scores, a method of at least the minimum cell, and complete covariates."""
    people = read_primary_people(data)
    frame = people.trained.dropna(subset=["method", "participation_share"])
    covariates, caveats = usable_covariates(frame, data.plan.covariates)
    complete = frame.dropna(subset=list(covariates))
    sizes = complete["method"].value_counts()
    large = [str(name) for name in sizes.index if int(sizes[name]) >= people.minimum]
    kept = complete[complete["method"].isin(large)].reset_index(drop=True)
    reference = data.plan.reference_method
    if reference not in large and large:
        reference = sorted(large, key=lambda name: (-int(sizes[name]), name))[0]
        caveats.append(Caveat(code="reference_absent", fields={"reference": f"method:{reference}"}))
    varies = len(kept["participation_share"].unique()) > 1
    still, lost = usable_covariates(kept, covariates)
    return MethodPeople(
        frame=kept,
        reference=reference,
        covariates=still,
        columns=GainColumns(participation="participation_share" if varies else None),
        excluded=_counts(
            incomplete=len(people.trained) - len(complete), small_method=len(complete) - len(kept)
        ),
        caveats=(*caveats, *lost),
        people=people,
    )


def _counts(**counts: int) -> dict[str, int]:
    return {reason: count for reason, count in counts.items() if count}


def usable_covariates(frame: pd.DataFrame, names: Sequence[str]) -> tuple[tuple[str, ...], list[Caveat]]:
    """The covariates that vary and are known for at least half of the people."""
    kept, caveats = [], []
    for name in names:
        known = frame[name].notna().mean() if len(frame) else 0.0
        if known >= KNOWN_SHARE and len(frame[name].dropna().unique()) > 1:
            kept.append(name)
        else:
            caveats.append(Caveat(code="covariate_dropped", fields={"name": f"finding.covariate_{name}"}))
    return tuple(kept), caveats


def answer_method_effect(data: RegionData) -> Finding:
    """Differences in gain between methods: to the reference in both models, and all pairs with Holm."""
    setting = read_method_people(data)
    refusal = _refuse(data, "method_effect", setting)
    if refusal:
        return refusal
    first, second = both_models(data.design)
    try:
        if not setting.methods:
            raise NoVariationError("only one method has enough people")
        heard = listen(lambda: {model: setting.fit(model) for model in (first, second)})
        pairs = _pairs(setting, first)
    except EstimationError as error:
        return refuse_error(data, "method_effect", error, sample=setting.sample)
    fits: dict[GainModel, Fit] = heard.value
    contrasts = {m: [fit[f"method[{name}]"] for name in setting.methods] for m, fit in fits.items()}
    main, other = contrasts[first], contrasts[second]
    pair_rows = _pair_rows(setting, pairs)
    clear = [row for row in pair_rows if is_clear(row["p_holm"])]
    boot = _bootstrap(
        setting, first, main[0], label=f"method:{setting.methods[0]} - method:{setting.reference}"
    )
    return answer(
        data,
        "method_effect",
        results=(*main, *(replace(e, term=f"{second}:{e.term}") for e in other), *pairs),
        design_grade=ASSOCIATION_GRADE,
        sample=setting.sample,
        caveats=(
            Caveat(code="method_not_assigned"),
            *_reservations(setting, heard.caveats),
            *_models_differ(main, other),
            *boot.caveats,
        ),
        rows=(*_contrast_rows(setting, contrasts), *pair_rows),
        details={
            "reference_method": setting.reference,
            "model": first,
            "pairs": len(pairs),
            "clear_pairs": "; ".join(str(row["label_code"]) for row in clear),
            "unit": "points",
            "mde": max((m for m in map(detectable, main) if m is not None), default=None),
            **boot.value,
        },
    )


def _models_differ(main: Sequence[Estimate], other: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """The reservation that both models point in different directions (Lord's paradox)."""
    opposite = sum(a.estimate * b.estimate < 0 for a, b in zip(main, other, strict=True))
    return (Caveat(code="models_differ", fields={"count": opposite}),) if opposite else ()


def _bootstrap(setting: MethodPeople, model: GainModel, estimate: Estimate, *, label: str = "") -> Heard:
    """The bootstrap interval beside an estimate of the headline's model."""
    build = partial(_method_design, setting, model)
    return bootstrap_cells(build, estimate=estimate, minimum=setting.people.minimum, label=label)


def _method_design(setting: MethodPeople, model: GainModel) -> Design:
    return gain_design(
        setting.frame,
        setting.columns,
        model=model,
        reference=setting.reference,
        covariates=setting.covariates,
        clusters="cluster",
    )


def _refuse(data: RegionData, question: str, setting: MethodPeople) -> Finding | None:
    """The answer of regressions without enough people."""
    everyone = setting.people.everyone
    if everyone["pre"].isna().all() or everyone["post"].isna().all():
        return leave_open(data, question, table="assessments")
    if len(setting.frame) < setting.people.minimum:
        return withhold(data, question, tables=GAIN_TABLES)
    return None


def _reservations(setting: MethodPeople, heard: tuple[Caveat, ...]) -> tuple[Caveat, ...]:
    """Those about the people, then those about clusters, also what the estimator warned of."""
    clusters = count_clusters(setting.frame, "cluster")
    return (*setting.caveats, *join_cluster_caveats(clusters, heard))


def _pairs(setting: MethodPeople, model: GainModel) -> tuple[Estimate, ...]:
    """All pairs of methods in the headline model; terms read ``practice - lecture``."""
    call = partial(
        estimate_contrasts,
        setting.frame,
        columns=setting.columns,
        model=model,
        covariates=setting.covariates,
        clusters="cluster",
        vcov=CLUSTERED_VCOV,
    )
    fit: Fit = listen(call).value
    return fit.estimates


def _contrast_rows(setting: MethodPeople, contrasts: dict[GainModel, list[Estimate]]) -> list[Row]:
    sizes = setting.frame["method"].value_counts()
    return [
        {
            "label_code": f"method:{name} - method:{setting.reference}",
            "group": f"finding.group_model_{model}",
            "role": "contrast",
            "n": int(sizes[name]) + int(sizes[setting.reference]),
            **_cells(estimate),
        }
        for model, found in contrasts.items()
        for name, estimate in zip(setting.methods, found, strict=True)
    ]


def _pair_rows(setting: MethodPeople, pairs: Sequence[Estimate]) -> list[Row]:
    sizes = setting.frame["method"].value_counts()
    adjusted = adjust_holm([pair.p_value for pair in pairs])
    rows: list[Row] = []
    for pair, p_holm in zip(pairs, adjusted, strict=True):
        a, b = pair.term.split(" - ")
        rows.append(
            {
                "label_code": f"method:{a} - method:{b}",
                "group": "finding.group_all_pairs",
                "role": "pair",
                "n": int(sizes[a]) + int(sizes[b]),
                **_cells(pair),
                "p_holm": finite(p_holm),
            }
        )
    return rows


def _cells(estimate: Estimate) -> Row:
    return {
        "estimate": estimate.estimate,
        "conf_low": finite(estimate.conf_low),
        "conf_high": finite(estimate.conf_high),
        "p_value": finite(estimate.p_value),
    }


def answer_participation_slope(data: RegionData) -> Finding:
    """The gain per 10 percentage points of sessions attended, in both models."""
    setting = read_method_people(data)
    refusal = _refuse(data, "participation_slope", setting)
    if refusal:
        return refusal
    first, second = both_models(data.design)
    try:
        if setting.columns.participation is None:
            raise NoVariationError("participation is the same for everyone")
        if not setting.methods:
            setting = replace(setting, columns=replace(setting.columns, method=None))
        heard = listen(lambda: [setting.fit(model)["participation_share"] for model in (first, second)])
    except EstimationError as error:
        return refuse_error(data, "participation_slope", error, sample=setting.sample)
    main, other = heard.value
    frame = setting.frame
    r = float(frame["participation_share"].corr(frame["pre"]))
    with_baseline = Caveat(code="regressor_with_baseline", fields={"correlation_r": r})
    boot = _bootstrap(setting, first, main)
    slope = main.estimate / _SHARE_STEP
    middle = float(frame["gain"].mean()) - slope * float(frame["participation_share"].mean())
    return answer(
        data,
        "participation_slope",
        results=(main, replace(other, term=f"{second}:{other.term}")),
        design_grade=ASSOCIATION_GRADE,
        sample=setting.sample,
        caveats=(
            Caveat(code="attendance_chosen"),
            *_reservations(setting, heard.caveats),
            *((with_baseline,) if abs(r) >= _CORRELATED else ()),
            *_models_differ([main], [other]),
            *boot.caveats,
        ),
        rows=tuple(_participation_rows(frame, minimum=setting.people.minimum)),
        details={
            "slope": slope, "intercept": middle, "x_unit": "share", "unit": "points",
            "correlation_with_baseline": r, "model": first,
            "mde": detectable(main), **boot.value,
        },
    )  # fmt: skip


def _participation_rows(frame: pd.DataFrame, *, minimum: int) -> list[Row]:
    """Mean gain in bins of 10 percentage points of participation; thin bins are joined.

    The outer bins reach to the next quarter, so that they do not tell the lowest and highest participation.
    """
    position = (frame["participation_share"] / _SHARE_STEP + _ROUNDING).astype(int).clip(0, _BINS - 1)
    counts = [int((position == k).sum()) for k in range(_BINS)]
    rows: list[Row] = []
    cells = merge_cells(counts, minimum=minimum)
    for cell in cells:
        low, high = cell
        part = frame[(position >= low) & (position <= high)]
        rows.append(
            {
                "x_low": to_step(low * _SHARE_STEP, _END_SHARE if cell == cells[0] else 0.0, math.floor),
                "x_high": to_step(
                    (high + 1) * _SHARE_STEP, _END_SHARE if cell == cells[-1] else 0.0, math.ceil
                ),
                "x_mean": float(part["participation_share"].mean()),
                "estimate": float(part["gain"].mean()),
                **interval_cells(part, "gain", clusters="cluster"),
                "n": len(part),
            }
        )
    return rows
