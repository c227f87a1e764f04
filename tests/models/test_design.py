"""Designs: least squares by QR, the within transformation, what is dropped and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, SingularDesignError, TooFewObservationsError
from asn_research.models.design import build_design, complete_rows, solve_design


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=30), rng.normal(size=30) * 1e6
    kind = np.array(["a", "b", "c"])[np.arange(30) % 3]
    return pd.DataFrame(
        {"y": 1 + 2 * x + 3e-6 * z + rng.normal(size=30), "x": x, "z": z, "kind": kind, "w": rng.random(30)}
    )


def test_the_solution_satisfies_the_normal_equations_with_columns_of_unlike_size() -> None:
    solved = solve_design(build_design("y ~ x + z", frame(), weights="w"))
    x, w = solved.design.x, solved.design.weights
    assert w is not None
    np.testing.assert_allclose(x.T @ (w * solved.residuals) / np.abs(x).sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(solved.basis.T @ (solved.basis * w[:, None]), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(
        solved.transform @ solved.transform.T, np.linalg.inv(x.T @ (x * w[:, None])), rtol=1e-8
    )


@pytest.mark.parametrize("formula", ["y ~ x + kind", "y ~ 0 + x + kind"])
def test_an_absorbed_effect_leaves_the_slopes_of_its_dummies(formula: str) -> None:
    data = frame().assign(u=lambda f: f.index // 5)
    absorbed = solve_design(build_design(formula, data, absorb="u", weights="w"))
    dummies = solve_design(build_design("y ~ x + kind + C(u)", data, weights="w"))
    assert absorbed.design.names == ("x", "kind[T.b]", "kind[T.c]")
    assert absorbed.df_residual == dummies.df_residual
    expected = [dummies.coef[dummies.design.names.index(name)] for name in absorbed.design.names]
    np.testing.assert_allclose(absorbed.coef, expected, rtol=1e-9)


def test_complete_rows_keep_their_positions() -> None:
    data = frame()
    data.loc[[4, 7], "x"] = np.nan
    kept, rows = complete_rows(data, ["y", "x"])
    assert len(kept) == 28
    assert set(range(30)) - set(rows.tolist()) == {4, 7}


def test_refusals() -> None:
    data = frame()
    with pytest.raises(InputError, match="data frame"):
        complete_rows([1, 2], ["y"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'q'"):
        complete_rows(data, ["y", "q"])
    with pytest.raises(InputError, match="not finite in 1 rows"):
        build_design("y ~ x", data.assign(x=data.x.where(data.index > 0, np.inf)))
    with pytest.raises(InputError, match="one numeric outcome"):
        build_design("kind ~ x", data)
    with pytest.raises(InputError, match=r"numeric outcome; y is of type .*to_numeric"):
        build_design("y ~ x", data.assign(y=data.y.astype(str)))
    with pytest.raises(InputError, match="one numeric outcome; y is of type"):
        build_design("y ~ x", data.assign(y="text"))
    with pytest.raises(InputError, match="more than one column 'x'"):
        build_design("y ~ x", pd.concat([data, data[["x"]]], axis=1))
    with pytest.raises(InputError, match=r"comes first and is text .*DataFrame"):
        build_design(data, "y ~ x")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"cannot be read: .*incorrectly used\. y ~~ x$"):
        build_design("y ~~ x", data)
    with pytest.raises(InputError, match="Nothing is left"):
        build_design("y ~ 1", data, absorb="kind")
    with pytest.raises(SingularDesignError, match="zero in all rows"):
        solve_design(build_design("y ~ x + I(0 * z)", data))
    with pytest.raises(TooFewObservationsError):
        solve_design(build_design("y ~ x", data.head(2)))


@pytest.mark.parametrize("formula", ["y ~ 1", "y ~ x", "y ~ x + z"])
def test_a_sum_of_columns_is_read_as_formulaic_reads_it(formula):
    frame = pd.DataFrame(
        {"y": [1.0, 2.0, np.nan, 4.0], "x": [1, 0, 1, 0], "z": [0.5, 2.5, 1.0, np.nan], "g": list("abab")}
    )
    short = build_design(formula, frame, clusters="g")
    parsed = build_design(formula.replace(" ", ""), frame, clusters="g")  # without blanks formulaic reads it
    assert (short.names, short.outcome, short.n_dropped) == (parsed.names, parsed.outcome, parsed.n_dropped)
    for name in ("y", "x", "rows"):
        np.testing.assert_array_equal(getattr(short, name), getattr(parsed, name))
    np.testing.assert_array_equal(short.clusters[0], parsed.clusters[0])
