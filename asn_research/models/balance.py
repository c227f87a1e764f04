"""Baseline balance of trained and untrained: normalised differences, WWC verdicts, a joint test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from asn_research.contract.threshold import BASELINE_ADJUSTABLE_SD, BASELINE_EQUAL_SD
from asn_research.errors import InputError, TooFewObservationsError
from asn_research.models.design import Array, Codes, Design, complete_rows, group_codes
from asn_research.models.regression import fit_design, joint_test
from asn_research.models.regressor import binary_column, varying_column
from asn_research.models.result import Estimate, Fit

_COX = 1.65


class BalanceVerdict(StrEnum):
    """What a baseline difference permits (WWC): nothing to do, adjust for it, or no comparison."""

    EQUAL = "equal"
    ADJUST = "adjust"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Normalised differences in ``fit``; the WWC effect size and verdict of each covariate, and the worst."""

    fit: Fit
    effect_sizes: dict[str, float]
    verdicts: dict[str, BalanceVerdict]
    verdict: BalanceVerdict

    def tidy(self) -> pd.DataFrame:
        """One row per covariate, the same columns as every model."""
        return self.fit.tidy()


def estimate_balance(
    data: pd.DataFrame,
    *,
    treatment: str,
    covariates: Sequence[str],
    clusters: str | None = None,
    conf_level: float = 0.95,
) -> Balance:
    """Compare trained and untrained before the training.

    Use it before any comparison design. The verdict of the What Works Clearinghouse rests on Hedges' g (Cox's
    index for 0/1 covariates): up to 0.05 the groups count as equal, up to 0.25 the analysis must adjust for
    the covariate, above it no adjustment saves the comparison. Tests are shown, not used for the verdict: a
    small sample passes every test.

    Parameters
    ----------
    data : DataFrame
        One row per person; rows with a missing covariate are dropped and counted.
    treatment : str
        Column, 0/1 or true/false.
    covariates : sequence of str
        Numeric columns measured before the training.
    clusters : str, optional
        Column of the clusters; the tests then use CR2, else HC2.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Balance
        ``fit``: (mean of treated - mean of untreated) / √((s₁² + s₀²) / 2) per covariate, with the standard
        error of the raw difference on that scale; ``statistics`` f_statistic, df_num, df_denom, p_value of
        the joint test in the regression of the treatment on all covariates (classical, or HTZ with clusters).

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError, SingularDesignError

    Notes
    -----
    Normalised difference: Imbens and Rubin (2015, doi:10.1017/CBO9781139025751), chapter 14. Cox's index:
    ln(odds ratio) / 1.65 (Sánchez-Meca et al. 2003, doi:10.1037/1082-989X.8.4.448).

    Examples
    --------
    >>> frame = pd.DataFrame({"trained": [0, 0, 0, 1, 1, 1], "age": [30, 40, 50, 31, 39, 51.0]})
    >>> estimate_balance(frame, treatment="trained", covariates=["age"]).verdict.value
    'equal'
    """
    if not covariates:
        raise InputError("Name at least one covariate to compare.")
    kept, rows = complete_rows(data, [treatment, *covariates, *([clusters] if clusters else [])])
    d = binary_column(kept, treatment)
    if min(d.sum(), (1 - d).sum()) < 2:
        raise TooFewObservationsError("Each group needs at least two people with all covariates.")
    codes = (group_codes(kept[clusters]),) if clusters else ()
    columns = {name: varying_column(kept, name) for name in covariates}
    kind = "CR2" if clusters else "HC2"
    estimates = tuple(_difference(name, x, d, rows, codes, kind, conf_level) for name, x in columns.items())
    sizes = {name: wwc_effect_size(x[d == 1.0], x[d == 0.0]) for name, x in columns.items()}
    verdicts = {name: balance_verdict(size) for name, size in sizes.items()}
    order = list(BalanceVerdict)
    return Balance(
        fit=Fit(
            estimates=estimates,
            vcov=np.diag([estimate.std_error**2 for estimate in estimates]),
            statistics={
                **_joint(d, columns, rows, codes, treatment),
                "n_dropped": float(len(data) - len(kept)),
            },
        ),
        effect_sizes=sizes,
        verdicts=verdicts,
        verdict=max(verdicts.values(), key=order.index),
    )


def balance_verdict(effect_size: float) -> BalanceVerdict:
    """WWC verdict on a baseline difference in standard deviations."""
    if abs(effect_size) <= BASELINE_EQUAL_SD:
        return BalanceVerdict.EQUAL
    return BalanceVerdict.ADJUST if abs(effect_size) <= BASELINE_ADJUSTABLE_SD else BalanceVerdict.FAIL


def wwc_effect_size(treated: Array, control: Array) -> float:
    """Hedges' g with ω = 1 - 3 / (4N - 9), or Cox's index for 0/1 values (infinite when a cell is empty)."""
    n1, n0 = len(treated), len(control)
    if set(np.unique(np.concatenate([treated, control]))) <= {0.0, 1.0}:
        odds = []
        for share in (float(treated.mean()), float(control.mean())):
            odds.append(math.inf if share == 1.0 else (math.log(share / (1 - share)) if share else -math.inf))
        return (odds[0] - odds[1]) / _COX
    pooled = ((n1 - 1) * treated.var(ddof=1) + (n0 - 1) * control.var(ddof=1)) / (n1 + n0 - 2)
    if pooled == 0.0:
        return math.copysign(math.inf, float(treated.mean() - control.mean()))
    small = 1.0 - 3.0 / (4.0 * (n1 + n0) - 9.0)
    return small * float(treated.mean() - control.mean()) / math.sqrt(pooled)


def _difference(
    name: str, x: Array, d: Array, rows: Codes, codes: tuple[Codes, ...], kind: str, conf_level: float
) -> Estimate:
    design = Design(
        y=x,
        x=np.column_stack([np.ones_like(d), d]),
        names=("Intercept", name),
        outcome=name,
        rows=rows,
        clusters=codes,
    )
    raw = fit_design(design, vcov=kind, conf_level=conf_level)[name]
    spread = math.sqrt((x[d == 1.0].var(ddof=1) + x[d == 0.0].var(ddof=1)) / 2.0)
    scale = 1.0 / spread if spread else math.nan
    return Estimate(
        term=name,
        estimate=raw.estimate * scale,
        std_error=raw.std_error * scale,
        statistic=raw.statistic,
        p_value=raw.p_value,
        conf_low=raw.conf_low * scale,
        conf_high=raw.conf_high * scale,
        conf_level=conf_level,
        df=raw.df,
        n_obs=raw.n_obs,
        n_clusters=raw.n_clusters,
        outcome=name,
        unit="sd",
        estimand="normalised_difference",
        method="balance",
        vcov_type=kind,
    )


def _joint(
    d: Array, columns: dict[str, Array], rows: Codes, codes: tuple[Codes, ...], treatment: str
) -> dict[str, float]:
    names = tuple(columns)
    x = np.column_stack([np.ones_like(d), *columns.values()])
    design = Design(y=d, x=x, names=("Intercept", *names), outcome=treatment, rows=rows, clusters=codes)
    return joint_test(design, terms=names, vcov="CR2" if codes else "iid").statistics
