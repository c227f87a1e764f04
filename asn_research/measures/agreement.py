"""How far coders and raters agree on categories, beyond chance."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_ppf, normal_sf
from asn_research.measures.input import Array, check_choice, check_frame, check_level, collect, read_values
from asn_research.models.result import Estimate, Fit


@dataclass(frozen=True, slots=True)
class AgreementTable:
    """Counts (m × m) of two raters over the same categories, in their order."""

    categories: tuple[Hashable, ...]
    counts: Array


def count_agreement(
    data: pd.DataFrame,
    *,
    raters: tuple[str, str],
    count: str | None = None,
    categories: Sequence[Hashable] | None = None,
) -> AgreementTable:
    """Cross-tabulate two raters.

    Parameters
    ----------
    data : DataFrame
        One row per rated unit, or per combination with a ``count``; rows with a missing rating are left out.
    raters : tuple of str
        Columns of the first and of the second rater.
    count : str, optional
        Column with the number of units of each combination, 0 or more.
    categories : sequence, optional
        Categories in their order (needed for weights on text); sorted by default.

    Raises
    ------
    InputError
        Missing columns, negative counts, or ratings that are not among ``categories``.
    TooFewObservationsError
        No complete row.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["x", "y", "x"], "b": ["x", "y", "y"]})
    >>> count_agreement(frame, raters=("a", "b")).counts.tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    missing = [name for name in raters if name not in check_frame(data).columns]
    if missing:
        raise InputError(f"the data have no column {missing}; they have {list(data.columns)}.")
    rows = data.dropna(subset=list(raters))
    if rows.empty:
        raise TooFewObservationsError("no unit was rated by both raters.")
    numbers = np.ones(len(rows)) if count is None else read_values(rows, [count])[count].to_numpy()
    if np.isnan(numbers).any() or (numbers < 0).any():
        raise InputError(f"the counts in {count!r} must be 0 or more.")
    seen = list(pd.unique(pd.concat([rows[raters[0]], rows[raters[1]]])))
    names = sorted(seen) if categories is None else list(categories)
    strange = [value for value in seen if value not in names]
    if strange:
        raise InputError(f"these ratings are not among the categories {names}: {strange[:5]}.")
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)))
    np.add.at(counts, (rows[raters[0]].map(place).to_numpy(), rows[raters[1]].map(place).to_numpy()), numbers)
    return AgreementTable(tuple(names), counts)


def measure_kappa(
    table: AgreementTable, *, weights: str | Array | None = None, conf_level: float = 0.95
) -> Estimate:
    r"""Cohen's kappa of two raters, plain or weighted.

    Parameters
    ----------
    table : AgreementTable
        From :func:`count_agreement`.
    weights : {"linear", "quadratic"} or array, optional
        None counts every disagreement alike. An array (m × m) gives disagreement weights: 0 on the
        diagonal, larger for worse disagreements.
    conf_level : float, default 0.95
        Level of the normal interval.

    Returns
    -------
    Estimate
        Kappa with the large-sample standard error; the p-value is Wald's, against chance agreement.

    Raises
    ------
    InputError
        Weights of the wrong shape, negative, or not zero on the diagonal.
    NoVariationError
        Both raters use one category only: chance agreement is complete.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104; Cohen (1968), doi:10.1037/h0026256; Fleiss, Cohen &
    Everitt (1969), doi:10.1037/h0028106, equations 8 and 13.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": list("xxyy"), "b": list("xxyx")})
    >>> measure_kappa(count_agreement(frame, raters=("a", "b"))).estimate
    0.5
    """
    check_level(conf_level)
    total = float(table.counts.sum())
    if total <= 0:
        raise TooFewObservationsError("the agreement table is empty.")
    shares = table.counts / total
    agree = 1 - _disagreement(weights, len(table.categories))
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((agree * shares).sum()), float((agree * np.outer(rows, columns)).sum())
    if math.isclose(expected, 1.0, abs_tol=1e-12):
        raise NoVariationError("both raters use one category only: kappa is undefined.")
    kappa = (observed - expected) / (1 - expected)
    # Fleiss, Cohen & Everitt (1969), equation 13 (equation 8 is its case without weights).
    mean = (agree @ columns)[:, None] + (agree.T @ rows)[None, :]
    spread = (shares * (agree * (1 - expected) - mean * (1 - observed)) ** 2).sum()
    variance = spread - (observed * expected - 2 * expected + observed) ** 2
    error = math.sqrt(max(float(variance), 0.0) / total) / (1 - expected) ** 2
    half = float(normal_ppf((1 + conf_level) / 2)) * error
    z = kappa / error if error > 0 else math.nan
    kind = weights if isinstance(weights, str) else "custom" if weights is not None else "unweighted"
    return Estimate(
        term="kappa", estimate=kappa, std_error=error, statistic=z, p_value=float(2 * normal_sf(abs(z))),
        conf_low=kappa - half, conf_high=kappa + half, conf_level=conf_level, df=math.inf,
        n_obs=round(total), unit="share", estimand="agreement_beyond_chance", method=f"Cohen kappa, {kind}",
    )  # fmt: skip


def measure_percent_agreement(table: AgreementTable) -> float:
    """Share of units on which two raters gave the same category; not corrected for chance."""
    return float(np.trace(table.counts) / table.counts.sum())


def _disagreement(weights: str | Array | None, m: int) -> Array:
    """Disagreement weights scaled to a maximum of 1."""
    distance = np.abs(np.subtract.outer(np.arange(m), np.arange(m))).astype(float)
    if weights is None:
        return (distance > 0).astype(float)
    if isinstance(weights, str):
        check_choice("weights", weights, ("linear", "quadratic"))
        chosen = distance ** (1 if weights == "linear" else 2)
    else:
        chosen = np.asarray(weights, dtype=float)
        if chosen.shape != (m, m) or (chosen < 0).any() or np.diag(chosen).any():
            raise InputError(
                f"weights must be {m} × {m}, 0 on the diagonal, never negative; found shape {chosen.shape}."
            )
    if chosen.max() == 0:
        raise NoVariationError("all disagreement weights are zero.")
    return np.asarray(chosen / chosen.max(), dtype=float)


def count_categories(data: pd.DataFrame, *, raters: Sequence[str]) -> pd.DataFrame:
    """From one column per rater to one count per category, the input of :func:`measure_fleiss_kappa`.

    Rows with a missing rating are left out: Fleiss' kappa needs the same number of ratings everywhere.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["x", "y"], "b": ["x", "x"]})
    >>> count_categories(frame, raters=["a", "b"]).to_numpy().tolist()
    [[2, 0], [1, 1]]
    """
    rows = data[list(raters)].dropna()
    names = sorted(pd.unique(rows.to_numpy().ravel()))
    return pd.DataFrame({name: (rows == name).sum(axis=1) for name in names}, index=rows.index)


def measure_fleiss_kappa(counts: pd.DataFrame, *, conf_level: float = 0.95) -> Fit:
    r"""Fleiss' kappa of several raters, over all categories and for each.

    Parameters
    ----------
    counts : DataFrame
        One row per unit, one column per category: how many raters chose it. Every row has the same sum,
        at least 2.
    conf_level : float, default 0.95
        Level of the normal interval.

    Returns
    -------
    Fit
        Term ``kappa`` and one ``kappa_<category>`` each, with standard errors under the hypothesis of no
        agreement. ``statistics``: ``p_observed``, ``p_expected``, ``n_units``, ``n_raters``.

    Raises
    ------
    InputError
        Counts that are negative, broken, or of different sums.
    TooFewObservationsError
        Fewer than two units.
    NoVariationError
        Only one category was ever used.

    References
    ----------
    Fleiss (1971), doi:10.1037/h0031619; Fleiss, Nee & Landis (1979), doi:10.1037/0033-2909.86.5.974.

    Examples
    --------
    >>> table = pd.DataFrame({"yes": [3, 0, 2], "no": [0, 3, 1]})
    >>> round(measure_fleiss_kappa(table)["kappa"].estimate, 3)
    0.55
    """
    check_level(conf_level)
    names = list(check_frame(counts).columns)
    table = read_values(counts, names).to_numpy()
    if np.isnan(table).any() or (table < 0).any() or (table != np.round(table)).any():
        raise InputError("counts per category must be whole numbers of 0 or more, none missing.")
    n = len(table)
    if n < 2:
        raise TooFewObservationsError(f"Fleiss' kappa needs 2 units, found {n}.")
    sums = np.unique(table.sum(axis=1))
    if len(sums) != 1 or sums[0] < 2:
        raise InputError(f"every unit needs the same number of ratings, at least 2; found {sums[:5]}.")
    m = float(sums[0])
    shares = table.sum(axis=0) / (n * m)
    observed = float(((table**2).sum() - n * m) / (n * m * (m - 1)))
    expected = float((shares**2).sum())
    if math.isclose(expected, 1.0, abs_tol=1e-12):
        raise NoVariationError("only one category was used: kappa is undefined.")
    odds = shares * (1 - shares)
    variance = (odds.sum() ** 2 - (odds * (1 - 2 * shares)).sum()) * 2 / (n * m * (m - 1) * odds.sum() ** 2)
    label = (conf_level, n)
    estimates = [_null_estimate("kappa", (observed - expected) / (1 - expected), float(variance), label)]
    for j, name in enumerate(names):
        if 0 < shares[j] < 1:
            apart = float((table[:, j] * (m - table[:, j])).sum() / (n * m * (m - 1) * odds[j]))
            estimates.append(_null_estimate(f"kappa_{name}", 1 - apart, 2 / (n * m * (m - 1)), label))
    statistics = {"p_observed": observed, "p_expected": expected, "n_units": float(n), "n_raters": m}
    return collect(estimates, statistics)


def _null_estimate(term: str, kappa: float, variance: float, label: tuple[float, int]) -> Estimate:
    error = math.sqrt(variance)
    half = float(normal_ppf((1 + label[0]) / 2)) * error
    return Estimate(
        term=term, estimate=kappa, std_error=error, statistic=kappa / error, df=math.inf,
        p_value=float(2 * normal_sf(abs(kappa / error))), conf_low=kappa - half,
        conf_high=kappa + half, conf_level=label[0], n_obs=label[1], unit="share",
        estimand="agreement_beyond_chance", method="Fleiss kappa",
    )  # fmt: skip
