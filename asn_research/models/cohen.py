"""Power of Cohen's other tests: proportions, correlations, several groups, regressions and tables."""

from __future__ import annotations

import math

from asn_research.errors import InputError
from asn_research.measures.distribution import normal_cdf, normal_isf, normal_sf, t_isf
from asn_research.models.argument import check_choice
from asn_research.models.power import ALTERNATIVES, _check_alpha


def power_of_z(noncentrality: float, *, alpha: float = 0.05, alternative: str = "two_sided") -> float:
    """Power of a normal test whose statistic has this mean.

    Examples
    --------
    >>> round(power_of_z(1.959964), 2)
    0.5
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    _check_alpha(alpha)
    if alternative == "less":
        noncentrality = -noncentrality
    if alternative != "two_sided":
        return float(normal_sf(normal_isf(alpha) - noncentrality))
    critical = float(normal_isf(alpha / 2))
    return float(normal_sf(critical - noncentrality) + normal_sf(critical + noncentrality))


def arcsine_difference(p1: float, p2: float) -> float:
    r"""Cohen's effect size h of two proportions, :math:`2 \arcsin\sqrt{p_1} - 2 \arcsin\sqrt{p_2}`.

    Examples
    --------
    >>> round(arcsine_difference(0.5, 0.25), 4)
    0.5236
    """
    _check_share(p1, p2)
    return 2 * math.asin(math.sqrt(p1)) - 2 * math.asin(math.sqrt(p2))


def power_of_h(
    h: float, *, n1: float, n2: float | None = None, alpha: float = 0.05, alternative: str = "two_sided"
) -> float:
    """Power for two proportions that differ by h; one proportion against a fixed one where ``n2`` is None.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, chapter 6.

    Examples
    --------
    >>> round(power_of_h(0.3, n1=80, n2=80, alternative="greater"), 7)
    0.5996777
    """
    size = n1 if n2 is None else n1 * n2 / (n1 + n2)
    return power_of_z(h * math.sqrt(size), alpha=alpha, alternative=alternative)


def power_of_shares(p1: float, p2: float, *, n: float, alpha: float = 0.05, one_sided: bool = False) -> float:
    """Power to tell two proportions apart with ``n`` people in each group, by the unpooled normal formula.

    Rejections in the wrong direction are not counted (R's power.prop.test).

    Examples
    --------
    >>> round(power_of_shares(0.50, 0.75, n=50), 7)
    0.7401659
    """
    _check_share(p1, p2)
    _check_alpha(alpha)
    critical = float(normal_isf(alpha if one_sided else alpha / 2))
    pooled = math.sqrt((p1 + p2) * (1 - (p1 + p2) / 2))
    spread = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    if spread == 0:
        raise InputError(f"proportions of {p1!r} and {p2!r} have no variance.")
    return float(normal_cdf((math.sqrt(n) * abs(p1 - p2) - critical * pooled) / spread))


def power_of_anova(f: float, *, groups: int, n: float, alpha: float = 0.05) -> float:
    """Power of a one-way analysis of variance with ``n`` people in each group and Cohen's effect size f.

    Examples
    --------
    >>> round(power_of_anova(0.28, groups=4, n=20), 7)
    0.5149793
    """
    return _power_of_f(f**2 * groups * n, df1=groups - 1, df2=(n - 1) * groups, alpha=alpha)


def power_of_regression(f2: float, *, df1: float, df2: float, alpha: float = 0.05) -> float:
    """Power of the F test of ``df1`` regressors with ``df2`` residual degrees of freedom, effect size f².

    Examples
    --------
    >>> round(power_of_regression(0.1 / 0.9, df1=5, df2=89), 7)
    0.6735858
    """
    return _power_of_f(f2 * (df1 + df2 + 1), df1=df1, df2=df2, alpha=alpha)


def _power_of_f(noncentrality: float, *, df1: float, df2: float, alpha: float) -> float:
    from scipy import stats

    _check_alpha(alpha)
    if not (df1 > 0 and df2 > 0 and noncentrality >= 0):
        raise InputError(f"an F test needs df1 and df2 above 0 and an effect of 0 or more: {df1!r}, {df2!r}.")
    if noncentrality == 0:  # scipy's noncentral F is wrong there
        return alpha
    return float(stats.ncf.sf(stats.f.isf(alpha, df1, df2), df1, df2, noncentrality))


def power_of_correlation(r: float, *, n: float, alpha: float = 0.05, alternative: str = "two_sided") -> float:
    """Power of the test that a correlation is zero, by Fisher's z with its bias correction.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, page 546.

    Examples
    --------
    >>> round(power_of_correlation(0.3, n=50), 7)
    0.5715558
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    _check_alpha(alpha)
    if not -1 < r < 1 or not n > 3:
        raise InputError(f"a correlation strictly between -1 and 1 and n above 3 are needed: {r!r}, {n!r}.")
    r = {"less": -r, "greater": r, "two_sided": abs(r)}[alternative]
    t = float(t_isf(alpha / 2 if alternative == "two_sided" else alpha, n - 2))
    critical = math.atanh(math.sqrt(t**2 / (t**2 + n - 2)))
    z = math.atanh(r) + r / (2 * (n - 1))
    power = float(normal_cdf((z - critical) * math.sqrt(n - 3)))
    if alternative == "two_sided":
        power += float(normal_cdf((-z - critical) * math.sqrt(n - 3)))
    return power


def power_of_table(w: float, *, n: float, df: float, alpha: float = 0.05) -> float:
    """Power of the chi-square test with ``n`` observations in all and Cohen's effect size w.

    Examples
    --------
    >>> round(power_of_table(0.1, n=140, df=4), 7)
    0.1308323
    """
    from scipy import stats

    _check_alpha(alpha)
    if not (df > 0 and w > 0):
        raise InputError(f"a chi-square test needs df and w above 0, found {df!r} and {w!r}.")
    return float(stats.ncx2.sf(stats.chi2.isf(alpha, df), df, n * w**2))


def _check_share(*values: float) -> None:
    for value in values:
        if not 0 <= value <= 1:
            raise InputError(f"a proportion must lie between 0 and 1, found {value!r}.")
