"""Ratings by people: who rated whom before and later, and the change with the raters' share taken apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import EstimationError
from asn_research.findings.finding import Caveat, Cell
from asn_research.findings.grounds.basis import read_outcomes
from asn_research.findings.grounds.estimation import CLUSTERED_VCOV, count_clusters, listen
from asn_research.findings.grounds.people import GainPeople, read_gain_people
from asn_research.measures.distribution import t_ppf
from asn_research.models.multilevel import MultilevelFit, fit_multilevel
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

RATER_SOURCES = ("supervisor", "observer", "peer")
"""Sources that are people who judge: they may know who was trained."""

KNOWING_GRADE = 2
"""The highest grade of ratings by people who may know who was trained: an outcome that is not blind."""

_FEWEST_RATERS_SHOWN = 3
_EFFECTS = ("rater", "cluster", "person")


def name_raters(caveats: Sequence[Caveat]) -> tuple[Caveat, ...]:
    """Reservations about few clusters, where these are raters."""
    return tuple(replace(caveat, code=caveat.code.replace("clusters", "raters")) for caveat in caveats)


@dataclass(frozen=True)
class RatedPeople:
    """People rated before and later, of one or several competencies.

    ``ratings`` has one row per person, competency and rater: ``gain``, ``trained``, ``cluster``, ``rater``
    (missing where unknown), ``person``; in an order that neither files nor pseudonyms decide.
    """

    people: tuple[GainPeople, ...]
    ratings: pd.DataFrame

    @property
    def compared(self) -> bool:
        """Whether every competency has a comparison group."""
        return all(people.compared for people in self.people)

    @property
    def raters(self) -> int:
        """Number of raters that are known."""
        return int(self.ratings["rater"].nunique())

    @property
    def together(self) -> pd.DataFrame:
        """The ratings with the competencies that one rater judged in one person averaged."""
        if len(self.people) == 1:
            return self.ratings
        keys = ["person", "rater", "cluster", "trained"]
        return self.ratings.groupby(keys, sort=False, dropna=False)["gain"].mean().reset_index()

    def side(self, trained: float) -> pd.DataFrame:
        """The ratings of one side."""
        return self.ratings[self.ratings["trained"] == trained]

    def count(self, trained: float = 1.0) -> int:
        """People of one side."""
        return int(self.side(trained)["person"].nunique())


def find_later_wave(data: RegionData, *, source: str) -> str:
    """The wave in which most people were rated again: after the training or at follow-up."""
    waves = ("post", "followup")
    counts = {wave: _people_rated(data, source=source, wave=wave) for wave in waves}
    return max(waves, key=lambda wave: counts[wave])


def _people_rated(data: RegionData, *, source: str, wave: str) -> int:
    outcomes = read_outcomes(data, wave_to=wave)
    return int(outcomes.loc[outcomes["source"] == source, "people"].sum())


def read_rated(data: RegionData, *, source: str, competencies: Sequence[str] = ()) -> list[GainPeople]:
    """People rated by a source, one entry per competency with enough trained people."""
    wave = find_later_wave(data, source=source)
    outcomes = read_outcomes(data, wave_to=wave)
    measured = [str(c) for c in outcomes.loc[outcomes["source"] == source, "competency"]]
    wanted = [c for c in measured if not competencies or c in competencies]
    found = [read_gain_people(data, competency=c, source=source, wave_to=wave) for c in wanted]
    return [people for people in found if len(people.trained) >= people.minimum]


def pair_ratings(data: RegionData, people: Sequence[GainPeople]) -> RatedPeople:
    """The ratings behind the gains, by rater.

    A rater who judged somebody at both times gives one row, in which the rater's severity cancels. People
    whose rater changed give one row with the mean gain; those with the same change of raters share a level.
    """
    frame = pd.concat([_pairs(data, one) for one in people], ignore_index=True)
    shown = ["gain", "pre", "trained", "unit", "competency", "batch", "method", "service_years"]
    order = frame.sort_values([name for name in shown if name in frame], kind="stable", na_position="last")
    ordered = order.reset_index(drop=True)
    for name in _EFFECTS:
        codes = pd.factorize(ordered[name])[0]
        ordered[name] = pd.Series([f"{name}{code}" if code >= 0 else None for code in codes], dtype="string")
    kept = ordered[["gain", "trained", "competency", *_EFFECTS]]
    if not all(one.compared for one in people):
        kept = kept[kept["trained"] == 1.0].reset_index(drop=True)
    return RatedPeople(tuple(people), kept)


def _pairs(data: RegionData, people: GainPeople) -> pd.DataFrame:
    matched = people.matched.drop(columns=["competency"], errors="ignore")
    known = matched.assign(person=matched["person_id"], competency=people.competency).set_index("person_id")
    scores = _scores(data, people)
    table = scores.pivot_table(
        index=["person_id", "rater_id"], columns="wave", values="score", aggfunc="mean"
    )
    table = table.reindex(columns=["pre", people.wave_to]).dropna()
    same = table.reset_index()
    same = same[same["person_id"].isin(known.index)]
    rows = known.loc[same["person_id"]].reset_index(drop=True)
    rows["gain"] = (same[people.wave_to] - same["pre"]).to_numpy(dtype=float)
    rows["rater"] = same["rater_id"].to_numpy()
    others = known[~known.index.isin(same["person_id"])]
    raters = _changes_of_raters(scores)
    rest = others.assign(rater=pd.Series([raters.get(str(p)) for p in others.index], index=others.index))
    return pd.concat([rows, rest.reset_index(drop=True)], ignore_index=True)


def _scores(data: RegionData, people: GainPeople) -> pd.DataFrame:
    scores = data.tables["assessments"]
    if "rater_id" not in scores:
        scores = scores.assign(rater_id=pd.Series(pd.NA, index=scores.index, dtype="string"))
    wanted = (scores["competency"] == people.competency) & (scores["source"] == people.source)
    wanted &= scores["wave"].isin(["pre", people.wave_to])
    kept = scores.loc[wanted.fillna(False), ["person_id", "rater_id", "wave", "score"]]
    text = {"person_id": "string", "rater_id": "string", "wave": "string"}
    return kept.astype(text).assign(score=kept["score"].astype("Float64").astype(float))


def _changes_of_raters(scores: pd.DataFrame) -> dict[str, str]:
    """Who rated each person before and who later, as one level; people with an unknown side are left out."""
    named = scores.dropna(subset=["rater_id"])
    before: dict[str, set[str]] = {}
    later: dict[str, set[str]] = {}
    columns = (named[name].tolist() for name in ("person_id", "rater_id", "wave"))
    for person, rater, wave in zip(*columns, strict=True):
        (before if wave == "pre" else later).setdefault(person, set()).add(rater)
    return {
        person: f"{' '.join(sorted(raters))} > {' '.join(sorted(later[person]))}"
        for person, raters in before.items()
        if person in later
    }


@dataclass(frozen=True)
class RatedChange:
    """A change in ratings: the estimate, the same by clusters alone, and what raters add to its spread.

    ``sides`` are the changes of the trained and of the compared that the estimate is the difference of; empty
    where there is no comparison.
    """

    estimate: Estimate
    other: Estimate | None
    sides: tuple[Estimate, ...]
    details: dict[str, Cell]
    caveats: tuple[Caveat, ...]


def fit_change(ratings: pd.DataFrame, *, compared: bool, term: str, outcome: str) -> RatedChange:
    """The mean change, or the difference in changes, with random effects of raters, batches and people.

    There is no interval where raters or batches are fewer than six. ``other`` is the same number of ordinary
    least squares with CR2 errors by rater (by batch where raters are unknown).
    """
    formula = "gain ~ trained" if compared else "gain ~ 1"
    own = "trained" if compared else "Intercept"
    effects = [name for name in _EFFECTS if _varies(ratings, name)]
    groups = [name for name in effects if name != "person"]
    smallest = min((count_clusters(ratings, name) for name in groups), default=0)
    estimand = "difference in change" if compared else "mean change"
    labels: dict[str, Any] = {"term": term, "outcome": outcome, "unit": "points", "estimand": estimand}
    by = groups[0] if groups else None
    robust: Fit = listen(lambda: fit_ols(formula, ratings, clusters=by, vcov=by and CLUSTERED_VCOV)).value
    plain = replace(robust[own], **{**labels, "term": f"CR2:{term}", "method": "OLS, CR2"})
    fit, caveats = _multilevel(ratings, formula, effects) if effects else (None, ())
    found: Fit = fit if fit is not None else robust
    sides = _sides(found, labels) if compared else ()

    def guard(estimate: Estimate) -> Estimate:
        return _guard(estimate, smallest) if by else estimate

    return RatedChange(
        estimate=guard(replace(found[own], **labels)),
        other=guard(plain) if fit is not None else None,
        sides=tuple(guard(side) for side in sides),
        details=_spread(fit) if fit is not None and _shows_raters(ratings) else {},
        caveats=caveats,
    )


def _sides(fit: Fit, labels: dict[str, Any]) -> tuple[Estimate, Estimate]:
    """The change of the trained and of the compared, from one fit: their difference is its coefficient."""
    start, step = fit["Intercept"], fit["trained"]
    names = [found.term for found in fit.estimates]
    at = [names.index(term) for term in ("Intercept", "trained")]
    variance = float(fit.vcov[at][:, at].sum())
    df = min(start.df, step.df)
    half = math.sqrt(variance) * float(t_ppf((1 + step.conf_level) / 2, df))
    mean = start.estimate + step.estimate
    trained = replace(
        step, estimate=mean, std_error=math.sqrt(variance), statistic=math.nan, p_value=math.nan, df=df,
        conf_low=mean - half, conf_high=mean + half,
    )  # fmt: skip
    named = {**labels, "estimand": "mean change"}
    return (
        replace(trained, **{**named, "term": "trained_change"}),
        replace(start, **{**named, "term": "comparison_change"}),
    )


def _varies(ratings: pd.DataFrame, name: str) -> bool:
    known = ratings[name].notna().all()
    return bool(known and 2 <= ratings[name].nunique() < len(ratings))


def _shows_raters(ratings: pd.DataFrame) -> bool:
    return _varies(ratings, "rater") and count_clusters(ratings, "rater") >= _FEWEST_RATERS_SHOWN


def _guard(estimate: Estimate, clusters: int) -> Estimate:
    """The estimate with its number of clusters; without inference below six."""
    found = replace(estimate, n_clusters=clusters)
    if clusters >= MINIMUM_CLUSTERS:
        return found
    nothing: dict[str, Any] = dict.fromkeys(("statistic", "p_value", "conf_low", "conf_high", "df"), math.nan)
    return replace(found, **nothing)


def _multilevel(
    ratings: pd.DataFrame, formula: str, effects: Sequence[str]
) -> tuple[MultilevelFit | None, tuple[Caveat, ...]]:
    """The multilevel fit and its reservations; none where it does not settle."""
    random = " + ".join(f"(1 | {name})" for name in effects)
    try:
        heard = listen(lambda: fit_multilevel(ratings, formula=f"{formula} + {random}", unit="points"))
    except EstimationError:
        return None, ()
    return heard.value, tuple(c for c in heard.caveats if c.code == "boundary")


def _spread(fit: MultilevelFit) -> dict[str, Cell]:
    """How much of the spread of changes belongs to raters."""
    table = fit.variances
    total = float(table["variance"].sum())
    own = float(table.loc[table["group"] == "rater", "variance"].sum())
    return {"rater_sd": math.sqrt(max(own, 0.0)), "rater_share": own / total if total else 0.0}
