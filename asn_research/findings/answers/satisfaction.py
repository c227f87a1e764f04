"""Results: citizens' satisfaction before and after, and beside the trained share of each unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.column import SKM_ELEMENTS
from asn_research.contract.rule import read_rule
from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import EstimationError, TooFewClustersError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_training_hours
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import CLUSTERED_VCOV, detectable, finite, listen
from asn_research.measures.skm import (
    SkmAnswers,
    SkmIndex,
    estimate_skm,
    estimate_skm_change,
    read_answers,
)
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TABLES = ("citizen_surveys",)
_EXPOSURE = ("citizen_surveys", "participants", "courses", "enrolments")
_ELEMENTS = tuple(f"u{number}" for number in range(1, len(SKM_ELEMENTS) + 1))
_STEP = 0.1
"""The slope over units is told for 10 percentage points of trained staff."""
_UNIT_COLUMNS = (
    "unit", "trained", "listed", "trained_share", "change", "conf_low", "conf_high", "n", "smallest",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Survey:
    """One survey: the unit of every respondent, None where it is unknown, and what they answered."""

    units: NDArray[np.object_]
    read: Callable[[], SkmAnswers]

    @cached_property
    def answers(self) -> SkmAnswers:
        return self.read()

    def __len__(self) -> int:
        return len(self.units)

    def of_unit(self, unit: str) -> _Survey:
        own = self.units == unit
        return _Survey(self.units[own], lambda: self.answers.of_respondents(own))

    def of_element(self, element: str) -> _Survey:
        return _Survey(self.units, lambda: self.answers.of_element(element))

    @cached_property
    def sizes(self) -> Counter[str]:
        """Respondents of each unit that is known."""
        return Counter(unit for unit in self.units if unit is not None)


@dataclass(frozen=True, eq=False)
class _Surveys:
    """The first and the second survey, and the fewest people that may be told of."""

    before: _Survey
    after: _Survey
    minimum: int
    _parts: dict[str, _Surveys] = field(default_factory=dict, init=False, repr=False)

    @property
    def smaller(self) -> int:
        return min(len(self.before), len(self.after))

    def of_unit(self, unit: str) -> _Surveys:
        if unit not in self._parts:
            before, after = self.before.of_unit(unit), self.after.of_unit(unit)
            self._parts[unit] = replace(self, before=before, after=after)
        return self._parts[unit]

    def of_element(self, element: str) -> _Surveys:
        return replace(self, before=self.before.of_element(element), after=self.after.of_element(element))

    @cached_property
    def units(self) -> list[str]:
        """Units with at least two answers in both surveys, in alphabetical order."""
        counts = [side.sizes for side in (self.before, self.after)]
        return sorted(u for u in set(counts[0]) & set(counts[1]) if min(c[u] for c in counts) > 1)

    @property
    def thin_units(self) -> dict[str, int]:
        """The other units and their answers in the smaller survey, at least one: they must stay hidden."""
        counts = [side.sizes for side in (self.before, self.after)]
        others = sorted((set(counts[0]) | set(counts[1])) - set(self.units))
        return {unit: max(1, min(c[unit] for c in counts)) for unit in others}

    @cached_property
    def change(self) -> Estimate:
        return estimate_skm_change(self.before.answers, self.after.answers)

    @cached_property
    def indices(self) -> tuple[SkmIndex, SkmIndex]:
        return estimate_skm(self.before.answers), estimate_skm(self.after.answers)


def _read_surveys(data: RegionData) -> _Surveys:
    """Both surveys, read once for all questions."""
    return data.once("citizen_surveys", partial(_read, data))


def _read(data: RegionData) -> _Surveys:
    table = data.tables["citizen_surveys"]
    asked = [name for name in _ELEMENTS if name in table]
    table = table[["wave", "unit", *asked]].astype(dict.fromkeys(asked, float))
    rule = read_rule("skm", on=data.region.periods[data.period].ends)

    def survey(wave: str) -> _Survey:
        part = table[table["wave"] == wave]
        units = part["unit"].astype(object).where(part["unit"].notna(), None).to_numpy()
        return _Survey(units, partial(read_answers, part, elements=_ELEMENTS, rule=rule))

    return _Surveys(survey("pre"), survey("post"), data.region.disclosure.minimum_cell)


def _refuse(data: RegionData, question: str, surveys: _Surveys, *, tables: tuple[str, ...]) -> Finding | None:
    """Open where there are no two surveys, withheld where one of them asked too few people."""
    if not surveys.smaller:
        return leave_open(data, question, table="citizen_surveys")
    if surveys.smaller < surveys.minimum:
        return withhold(data, question, tables=tables)
    return None


def answer_service_satisfaction(data: RegionData) -> Finding:
    """The citizens' satisfaction index (IKM) before and after, its class, its elements and units."""
    question = "service_satisfaction"
    surveys = _read_surveys(data)
    refusal = _refuse(data, question, surveys, tables=_TABLES)
    if refusal is not None:
        return refusal
    people = len(surveys.before) + len(surveys.after)
    sample = Sample(people=people, rows=people, tables=_TABLES)
    try:
        change = surveys.change
        indices = surveys.indices
        rows, found = _satisfaction_rows(surveys, indices, change)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    gated = gate_rows(rows, minimum=surveys.minimum, people="smallest", within="group")
    terms = [replace(i.estimate, term=f"ikm:{w}") for w, i in zip(("before", "after"), indices, strict=True)]
    shown = {row["label"] for row in gated.rows if "label" in row and not row.get("suppressed")}
    return answer(
        data,
        question,
        results=(change, *terms),
        sample=sample,
        caveats=(
            *_rounding_caveats(indices, {unit: pair for unit, pair in found.items() if unit in shown}),
            Caveat(code="index_interval"),
            _mix_caveat(surveys),
            Caveat(code="service_one_group"),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"unit": "index", **_class_details(indices), **_element_details(rows)},
    )


def _class_details(indices: tuple[SkmIndex, SkmIndex]) -> dict[str, Cell]:
    before, after = indices
    details: dict[str, Cell] = {
        "before": before.estimate.estimate,
        "after": after.estimate.estimate,
        "class_before": before.letter,
        "class_after": after.letter,
    }
    for wave, index in (("before", before), ("after", after)):
        details |= {f"probability_{wave}_{k}": p for k, p in index.class_probabilities.items()}
    return details


def _element_details(rows: Sequence[Row]) -> dict[str, Cell]:
    elements = [row for row in rows if row["group"] == "finding.group_element"]
    lowest = min(elements, key=lambda row: float(str(row["after"])))
    return {"lowest_element": lowest["label_code"], "lowest_element_index": lowest["after"]}


def _satisfaction_rows(
    surveys: _Surveys, whole: tuple[SkmIndex, SkmIndex], change: Estimate
) -> tuple[list[Row], dict[str, tuple[SkmIndex, SkmIndex]]]:
    """The whole index, its elements and its units: before, after, change with interval, class."""
    rows = [_row(surveys, whole, change, label_code="finding.ikm_all", group="finding.group_ikm")]
    for element in _ELEMENTS:
        own = surveys.of_element(element)
        label = {"label_code": f"finding.element_{element}", "group": "finding.group_element"}
        rows.append(_row(surveys, own.indices, own.change, **label))
    found = {}
    for unit in surveys.units:
        part = surveys.of_unit(unit)
        found[unit] = part.indices
        rows.append(_row(part, found[unit], part.change, label=unit, group="finding.group_unit"))
    for unit, smallest in surveys.thin_units.items():
        rows.append({"label": unit, "group": "finding.group_unit", "n": smallest, "smallest": smallest})
    return rows, found


def _row(surveys: _Surveys, pair: tuple[SkmIndex, SkmIndex], change: Estimate, **labels: str) -> Row:
    before, after = pair
    return {
        **labels,
        "before": before.estimate.estimate,
        "after": after.estimate.estimate,
        "estimate": change.estimate,
        "conf_low": change.conf_low,
        "conf_high": change.conf_high,
        "class_before": before.letter,
        "class_after": after.letter,
        "class_share": after.class_probabilities[after.letter],
        "n": len(surveys.before) + len(surveys.after),
        "smallest": surveys.smaller,
    }


def _rounding_caveats(
    whole: tuple[SkmIndex, SkmIndex], units: dict[str, tuple[SkmIndex, SkmIndex]]
) -> tuple[Caveat, ...]:
    """Where the office's weight of 0.11 puts somebody into another class."""
    named = [("finding.ikm_all", whole), *units.items()]
    return tuple(
        Caveat(
            code=f"rounded_weight_{wave}",
            fields={
                "label": label,
                "exact_index": index.estimate.estimate,
                "letter": index.letter,
                "rounded_index": index.rounded,
                "rounded_letter": index.rounded_letter,
            },
        )
        for label, pair in named
        for wave, index in zip(("before", "after"), pair, strict=True)
        if index.class_differs
    )


def _mix_caveat(surveys: _Surveys) -> Caveat:
    """The change if both surveys had asked the same share of people in each unit."""
    parts = [surveys.of_unit(unit) for unit in surveys.units]
    sizes = [len(part.before) + len(part.after) for part in parts]
    total = sum(
        size * (part.after.answers.means.sum() - part.before.answers.means.sum())
        for part, size in zip(parts, sizes, strict=True)
    )
    if not parts:
        return Caveat(code="different_respondents_bare")
    factor = float(surveys.before.answers.rule["index_factor"]) / len(_ELEMENTS)
    return Caveat(code="different_respondents", fields={"same_mix_index": float(total) * factor / sum(sizes)})


def answer_exposure_service(data: RegionData) -> Finding:
    """Whether satisfaction changed more in units where more people were trained."""
    question = "exposure_service"
    surveys = _read_surveys(data)
    refusal = _refuse(data, question, surveys, tables=_EXPOSURE)
    if refusal is not None:
        return refusal
    units = _exposed_units(data, surveys)
    kept = units[units["unit"].isin(_open_units(data, surveys))]
    respondents = int(kept["n"].sum())
    sample = Sample(
        people=respondents,
        rows=respondents + int(kept["listed"].sum()),
        tables=_EXPOSURE,
        excluded={"small_unit": len(units) - len(kept)},
    )
    try:
        slope, intercept = _exposure_slope(kept)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    return answer(
        data,
        question,
        results=(slope,),
        design_grade=1,
        sample=sample,
        caveats=(Caveat(code="few_units", fields={"units": len(kept)}), Caveat(code="units_not_people")),
        rows=tuple(_exposure_row(unit) for unit in kept.to_dict("records")),
        details={
            "unit": "index",
            "x_unit": "share",
            "slope": slope.estimate / _STEP,
            "intercept": intercept.estimate,
            "units": len(kept),
            "mde": detectable(slope),
        },
    )


def _open_units(data: RegionData, surveys: _Surveys) -> set[str]:
    """Units that neither the count of staff nor the satisfaction index hides, also not to hide another."""
    staff = read_training_hours(data)["unit"].dropna().value_counts()
    sizes = {unit: surveys.of_unit(unit).smaller for unit in surveys.units} | surveys.thin_units
    listed = {str(unit): int(size) for unit, size in staff.items()}
    found = []
    for counts in (listed, sizes):
        rows: list[Row] = [{"label": unit, "n": counts[unit]} for unit in sorted(counts)]
        gated = gate_rows(rows, minimum=surveys.minimum).rows
        found.append({str(row["label"]) for row in gated if not row.get("suppressed")})
    return found[0] & found[1]


def _exposed_units(data: RegionData, surveys: _Surveys) -> pd.DataFrame:
    """One row per unit that was surveyed twice: its trained share and the change of its index."""
    people = read_training_hours(data).dropna(subset=["unit"])
    grouped = people.groupby("unit")["attended"]
    trained, listed = grouped.sum().to_dict(), grouped.size().to_dict()
    rows = []
    for unit in surveys.units:
        if unit not in listed:
            continue
        part = surveys.of_unit(unit)
        change = part.change
        rows.append(
            {
                "unit": unit,
                "trained": int(trained[unit]),
                "listed": int(listed[unit]),
                "trained_share": int(trained[unit]) / int(listed[unit]),
                "change": change.estimate,
                "conf_low": change.conf_low,
                "conf_high": change.conf_high,
                "n": change.n_obs,
                "smallest": part.smaller,
            }
        )
    return pd.DataFrame(rows, columns=list(_UNIT_COLUMNS)).sort_values(
        ["trained_share", "unit"], ignore_index=True
    )


def _exposure_slope(units: pd.DataFrame) -> tuple[Estimate, Estimate]:
    """Change of the index per 10 percentage points of trained staff, over units."""
    if len(units) < MINIMUM_CLUSTERS:
        raise TooFewClustersError(f"{len(units)} units were found; this needs {MINIMUM_CLUSTERS}.")
    frame = units.assign(exposure=units["trained_share"] / _STEP)
    call = partial(fit_ols, "change ~ exposure", frame, clusters="unit", vcov=CLUSTERED_VCOV)
    fit: Fit = listen(call).value
    labels: dict[str, Any] = {
        "outcome": "ikm",
        "unit": "index per 10 percentage points",
        "estimand": "change of the index per 10 percentage points trained",
    }
    return (
        replace(fit["exposure"], term="trained_share", method="OLS over units", **labels),
        replace(fit["Intercept"], term="intercept", method="OLS over units", **labels),
    )


def _exposure_row(unit: Mapping[Hashable, Any]) -> Row:
    share = unit["trained_share"]
    return {
        "label": unit["unit"],
        "x_low": share,
        "x_high": share,
        "x_mean": share,
        "estimate": unit["change"],
        "conf_low": finite(unit["conf_low"]),
        "conf_high": finite(unit["conf_high"]),
        "n": unit["n"],
        "listed": unit["listed"],
    }
