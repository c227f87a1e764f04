"""Newton steps over variance ratios: closed forms, derivatives, zero at the boundary, sparse as dense."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.models import random_effect
from asn_research.models.random_effect import MixedLikelihood, read_random_terms
from asn_research.models.variance_ratio import _shape, has_ratios, search_ratios


def crossed(rows: int, columns: int, *, spread: tuple[float, float], seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    row, column = (a.ravel() for a in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    y = 5 + rng.normal(0, spread[0], rows)[row] + rng.normal(0, spread[1], columns)[column]
    return pd.DataFrame({"y": y + rng.normal(size=rows * columns), "row": row, "column": column})


def likelihood(frame: pd.DataFrame, *, restricted: bool = True) -> MixedLikelihood:
    terms = read_random_terms(frame, (("1", "row"), ("1", "column")))
    return MixedLikelihood(frame["y"].to_numpy(), np.ones((len(frame), 1)), terms, restricted=restricted)


def mean_squares(frame: pd.DataFrame) -> tuple[float, float, float]:
    """Between rows, between columns, rest, of a two-way layout with one value per cell."""
    table = frame.pivot(index="row", columns="column", values="y").to_numpy()
    r, c = table.shape
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    return (
        c * table.mean(1).var(ddof=1),
        r * table.mean(0).var(ddof=1),
        float((rest**2).sum()) / ((r - 1) * (c - 1)),
    )


@pytest.mark.parametrize("start", [0.01, 0.2, 1.0, 5.0])
def test_a_balanced_crossed_layout_has_the_ratios_of_the_analysis_of_variance(start: float) -> None:
    """REML of a balanced layout inside the parameter space is that of the mean squares (Searle 1971)."""
    frame = crossed(9, 6, spread=(1.5, 0.8))
    between_rows, between_columns, rest = mean_squares(frame)
    found, _ = search_ratios(likelihood(frame), np.full(2, start))
    expected = [(between_rows / rest - 1) / 6, (between_columns / rest - 1) / 9]
    np.testing.assert_allclose(found**2, expected, rtol=1e-9, atol=0)  # Newton steps double the digits


def test_a_ratio_below_zero_is_exactly_zero() -> None:
    frame = crossed(9, 6, spread=(1.5, 0.0))
    table = frame.groupby("column")["y"].transform("mean")
    frame["y"] += 0.5 * (frame["y"].mean() - table)  # columns more alike than chance makes them
    between_rows, between_columns, rest = mean_squares(frame)
    assert between_columns < rest
    found, _ = search_ratios(likelihood(frame), np.full(2, 1.0))
    assert found[1] == 0
    pooled = (between_columns * 5 + rest * 40) / 45  # without columns, all that is within rows
    assert found[0] ** 2 == pytest.approx((between_rows / pooled - 1) / 6, rel=1e-9, abs=0)


@pytest.mark.parametrize("restricted", [True, False])
def test_slope_and_curvature_are_those_of_the_deviance(restricted: bool) -> None:
    model, at, step = (
        likelihood(crossed(7, 5, spread=(1, 1)), restricted=restricted),
        np.array([0.4, 0.9]),
        1e-5,
    )

    def difference(function: object, i: int) -> object:
        ahead, behind = at + step * np.eye(2)[i], at - step * np.eye(2)[i]
        return (function(ahead) - function(behind)) / (2 * step)  # type: ignore[operator]

    shape = _shape(model, at)
    slopes = [difference(lambda ratios: model.deviance(np.sqrt(ratios)), i) for i in range(2)]
    curvature = [difference(lambda ratios: _shape(model, ratios).slope, i) for i in range(2)]
    np.testing.assert_allclose(shape.slope, slopes, rtol=1e-6, atol=1e-8)  # central differences
    np.testing.assert_allclose(shape.curvature, curvature, rtol=1e-6, atol=1e-8)
    assert (np.linalg.eigvalsh(shape.information) >= -1e-9).all()


def test_sparse_and_dense_cross_products_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = crossed(9, 6, spread=(1.5, 0.8))
    dense = likelihood(frame)
    monkeypatch.setattr(random_effect, "_DENSE", 0)
    sparse = likelihood(frame)
    assert dense.dense
    assert not sparse.dense
    for model in (dense, sparse):
        assert has_ratios(model)
    found = [search_ratios(model, np.full(2, 0.2))[0] for model in (dense, sparse)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=0)


def test_slopes_with_correlations_are_not_ratios() -> None:
    frame = crossed(9, 6, spread=(1, 1))
    terms = read_random_terms(frame.assign(x=np.arange(54.0)), (("x", "row"),))
    model = MixedLikelihood(frame["y"].to_numpy(), np.ones((54, 1)), terms, restricted=True)
    assert not has_ratios(model)
