"""Every declared way to compute an answer: does it depend on how it was computed?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.method import read_method_people, usable_covariates
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Status
from asn_research.findings.grounds.draft import answer, leave_open, refuse, withhold
from asn_research.findings.grounds.estimation import finite, has_interval
from asn_research.findings.grounds.gain import TREATED, headline_model
from asn_research.findings.grounds.people import GAIN_TABLES, label_clusters, read_primary_people
from asn_research.models.completion import weigh_completion
from asn_research.models.covariance import ADJUSTED_TYPES, lone_directions
from asn_research.models.design import Design, LeastSquares, count_codes, group_codes, solve_design
from asn_research.models.gain import GainColumns, GainModel, gain_design
from asn_research.models.regression import linear_contrast
from asn_research.models.result import Estimate, NotEstimable, Reason
from asn_research.models.wald import Label, wald_estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

Clusters = Literal["batch", "unit"]

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "model": ("change", "ancova"),
    "covariates": ("none", "plan"),
    "missing": ("complete", "weighted"),
    "clusters": ("batch", "unit"),
}
"""The declared alternatives, by what is chosen. Every combination that the data allow is computed and shown.

``model``: change in score, or score after at equal scores before. ``covariates``: without, or with those of
the plan. ``missing``: people with both scores, or these weighted so that they also stand for the lost.
``clusters``: the groups within which people resemble each other.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One way to compute an answer: one option of every choice."""

    model: GainModel
    covariates: Literal["none", "plan"]
    missing: Literal["complete", "weighted"]
    clusters: Clusters


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The specifications of one answer, which of them is its headline, and why others make no difference."""

    headline: Specification
    all: tuple[Specification, ...]
    fixed: tuple[str, ...]


def declare_ways(headline: Specification, *, fixed: Sequence[str]) -> Ways:
    """Every combination of the declared alternatives; a choice in ``fixed`` keeps the headline's option."""
    options = [
        (getattr(headline, choice),) if choice in fixed else known for choice, known in CHOICES.items()
    ]
    every = tuple(Specification(**dict(zip(CHOICES, chosen, strict=True))) for chosen in product(*options))
    return Ways(headline=headline, all=every, fixed=tuple(fixed))


def conclude_specification_curve(data: RegionData, known: Mapping[str, Finding]) -> Finding:
    """The gain in the primary outcome, or its difference to the comparison group, in every declared way.

    Parameters
    ----------
    known : mapping of Finding
        The finding of ``learning_gain``, whose headline is one of the ways.
    """
    question, told = "specification_curve", known["learning_gain"]
    main = told.headline
    if not isinstance(main, Estimate):
        return _without_headline(data, question, told)
    people = read_primary_people(data)
    shown = people.matched if people.compared else people.trained
    frame = _with_clusters(shown).assign(weight=_weights(people.answered))
    covariates = usable_covariates(frame, data.plan.covariates)[0] if people.compared else ()
    headline = Specification(
        model=headline_model(data.design) if people.compared else "change",
        covariates="none",
        missing="complete",
        clusters=data.plan.clusters,
    )
    same = _same_options(frame, covariates)
    build = partial(_regression, frame, TREATED, "", covariates) if people.compared else partial(_mean, frame)
    return _curve(
        data,
        replace(told, question=question),
        declare_ways(headline, fixed=same if people.compared else ("model", "covariates", *same)),
        _Solver(frame, build=build, term="trained" if people.compared else "mean_gain", main=main),
        details={"compared": people.compared},
    )


def conclude_method_specification_curve(data: RegionData, known: Mapping[str, Finding]) -> Finding:
    """The first difference between methods in every declared way.

    Parameters
    ----------
    known : mapping of Finding
        The finding of ``method_effect``, whose headline is one of the ways.
    """
    question, told = "method_specification_curve", known["method_effect"]
    main = told.headline
    if not isinstance(main, Estimate):
        return _without_headline(data, question, told)
    setting = read_method_people(data)
    everyone = setting.people.everyone
    weights = _weights(everyone[everyone["trained"] == 1.0])
    by_person = weights.set_axis(everyone.loc[weights.index, "person_id"])
    frame = _with_clusters(setting.frame)
    frame = frame.assign(weight=frame["person_id"].map(by_person).astype(float))
    headline = Specification(
        model=headline_model(data.design),
        covariates="plan" if setting.covariates else "none",
        missing="complete",
        clusters=data.plan.clusters,
    )
    build = partial(_regression, frame, setting.columns, setting.reference, setting.covariates)
    return _curve(
        data,
        replace(told, question=question),
        declare_ways(headline, fixed=_same_options(frame, setting.covariates)),
        _Solver(frame, build=build, term=f"method[{setting.methods[0]}]", main=main),
        details={"contrast": f"method:{setting.methods[0]} - method:{setting.reference}"},
    )


def _without_headline(data: RegionData, question: str, told: Finding) -> Finding:
    """The curve of an answer that there is none of: open, withheld or refused as the answer itself."""
    if told.status is Status.NO_DATA:
        return leave_open(data, question, table=str(told.details.get("missing", "assessments")))
    if told.status is Status.SUPPRESSED:
        return withhold(data, question, tables=GAIN_TABLES)
    refusal = told.headline
    if isinstance(refusal, NotEstimable):
        return refuse(data, question, replace(refusal, term=question), sample=told.sample)
    return leave_open(data, question, table="assessments")


def _with_clusters(frame: pd.DataFrame) -> pd.DataFrame:
    """The people with both kinds of cluster side by side."""
    return frame.assign(**{f"cluster_{by}": label_clusters(frame, by=by) for by in CHOICES["clusters"]})


def _weights(everyone: pd.DataFrame) -> pd.Series[float]:
    """Inverse probabilities of completion of everyone with a score before, each side by itself."""
    started = everyone.dropna(subset=["pre"])
    seen = started.assign(seen=started["post"].notna().astype(float))
    if seen["seen"].all():
        return pd.Series(1.0, index=seen.index)
    try:
        return weigh_completion(seen, observed="seen", covariate="pre", by="trained")
    except EstimationError:
        return pd.Series(math.nan, index=seen.index)


def _same_options(frame: pd.DataFrame, covariates: Sequence[str]) -> tuple[str, ...]:
    """Choices whose options come to the same thing in these data."""
    codes = [group_codes(frame[f"cluster_{by}"]) for by in CHOICES["clusters"]]
    weights = frame["weight"]
    same = {
        "covariates": not covariates,
        "missing": bool(weights.isna().all() or (weights == 1.0).all()),
        "clusters": bool((codes[0] == codes[1]).all()),
    }
    return tuple(choice for choice, is_same in same.items() if is_same)


def _regression(
    frame: pd.DataFrame, columns: GainColumns, reference: str, covariates: Sequence[str], way: Specification
) -> Design:
    """The regression of a way, without its weights and clusters."""
    chosen = covariates if way.covariates == "plan" else ()
    return gain_design(frame, columns, model=way.model, reference=reference, covariates=chosen)


def _mean(frame: pd.DataFrame, way: Specification) -> Design:
    """The mean gain of one group as a regression on a constant, the same in every way."""
    n = len(frame)
    return Design(
        y=frame["gain"].to_numpy(dtype=float), x=np.ones((n, 1)), names=("mean_gain",), outcome=way.model,
        rows=np.arange(n),
    )  # fmt: skip


@dataclass(frozen=True)
class _Solver:
    """Regressions of one frame that share their designs; of each only the error of one term is computed.

    Errors are of the kind of ``main``, the headline.
    """

    frame: pd.DataFrame
    build: Callable[[Specification], Design]
    term: str
    main: Estimate
    designs: dict[tuple[str, str], Design] = field(default_factory=dict)
    solved: dict[tuple[str, str, str], LeastSquares] = field(default_factory=dict)

    def estimate(self, way: Specification) -> Estimate | None:
        """The coefficient of the term, None where the data do not allow the way."""
        try:
            return self._estimate(way)
        except EstimationError:
            return None

    def _estimate(self, way: Specification) -> Estimate:
        solution = self._solve(way)
        design = solution.design
        place = design.names.index(self.term)
        codes = group_codes(self.frame[f"cluster_{way.clusters}"].iloc[design.rows])
        label = Label(
            n_obs=len(design.y), n_clusters=count_codes(codes), outcome=self.main.outcome, unit="points",
            vcov_type="CR2", estimand=self.main.estimand, method=f"gain_{way.model}",
        )  # fmt: skip
        if count_codes(codes) < 2:
            return wald_estimate(self.term, float(solution.coef[place]), math.nan, df=math.nan, label=label)
        kind = self.main.vcov_type if self.main.vcov_type in ADJUSTED_TYPES else "CR2"
        clustered = replace(solution, design=replace(design, clusters=(codes,)))
        rows = {self.term: np.eye(len(design.names))[place]}
        found = linear_contrast(clustered, kind, rows, replace(label, vcov_type=kind))[0]
        if lone_directions(clustered, codes)[place]:
            return replace(found, p_value=math.nan, conf_low=math.nan, conf_high=math.nan)
        return found

    def _solve(self, way: Specification) -> LeastSquares:
        key = (way.model, way.covariates, way.missing)
        if key not in self.solved:
            self.solved[key] = solve_design(self._design(way))
        return self.solved[key]

    def _design(self, way: Specification) -> Design:
        key = (way.model, way.covariates)
        if key not in self.designs:
            self.designs[key] = self.build(way)
        design = self.designs[key]
        if way.missing == "complete":
            return design
        # Weighted least squares on rows times the root of their weight: errors as for variances 1 / weight.
        root = np.sqrt(self.frame["weight"].to_numpy(dtype=float)[design.rows])
        return replace(design, y=design.y * root, x=design.x * root[:, None])


def _curve(
    data: RegionData, told: Finding, ways: Ways, solver: _Solver, *, details: dict[str, Cell]
) -> Finding:
    """The finding of all ways: the headline first, the rows in the order of their estimates."""
    question, main = told.question, replace(solver.main, term="headline")
    if len(ways.all) < 2:
        nothing = NotEstimable(term=question, reason=Reason.NO_VARIATION, detail="no alternative applies")
        return refuse(data, question, nothing, sample=told.sample)
    found = {way: main if way == ways.headline else solver.estimate(way) for way in ways.all}
    known = {way: estimate for way, estimate in found.items() if estimate is not None}
    ordered = sorted(known, key=lambda way: (known[way].estimate, ways.all.index(way)))
    gated = gate_rows(
        [_row(way, known[way], ways) for way in ordered], minimum=data.region.disclosure.minimum_cell
    )
    tested = [estimate for estimate in known.values() if has_interval(estimate)]
    others = [replace(known[way], term=_term(way)) for way in ordered if way != ways.headline]
    return answer(
        data,
        question,
        results=(main, *others),
        design_grade=told.design_grade,
        sample=told.sample,
        caveats=_caveats(ways, failed=len(ways.all) - len(known), compared=details.get("compared")),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            **details,
            "ways": len(known),
            "agree": sum(e.estimate * main.estimate > 0 for e in known.values()),
            "tested": len(tested),
            "clear": sum(e.conf_low > 0 or e.conf_high < 0 for e in tested),
            "lowest": known[ordered[0]].estimate,
            "highest": known[ordered[-1]].estimate,
            "unit": "points",
        },
    )


def _term(way: Specification) -> str:
    return ":".join(asdict(way).values())


def _row(way: Specification, estimate: Estimate, ways: Ways) -> Row:
    chosen: Row = {c: None if c in ways.fixed else option for c, option in asdict(way).items()}
    return {
        "label_code": " - ".join(f"figure.way_{o}" for o in chosen.values() if o is not None),
        **chosen,
        "headline": way == ways.headline,
        "estimate": estimate.estimate,
        "conf_low": finite(estimate.conf_low),
        "conf_high": finite(estimate.conf_high),
        "n": estimate.n_obs,
        "n_clusters": estimate.n_clusters,
    }


def _caveats(ways: Ways, *, failed: int, compared: Cell) -> tuple[Caveat, ...]:
    found = [Caveat(code="ways_same_people")]
    if "missing" not in ways.fixed:
        found.append(Caveat(code="ways_weighted"))
    if compared is False:
        found.append(Caveat(code="ways_one_group"))
    if failed:
        found.append(Caveat(code="ways_failed", fields={"count": failed}))
    return tuple(found)
