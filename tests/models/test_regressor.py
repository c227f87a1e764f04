"""Columns as regressors: references, levels in a fixed order, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError
from asn_research.models.regressor import binary_column, covariate_columns, dummy_columns, number_column


def test_dummies_follow_the_names_of_the_levels_and_leave_out_the_reference() -> None:
    values = pd.Series(["c", "a", "b", "a"], name="kind")
    found = dict(dummy_columns(values, "method", "b"))
    assert list(found) == ["method[a]", "method[c]"]
    np.testing.assert_array_equal(found["method[a]"], [0, 1, 0, 1])
    assert list(dict(dummy_columns(values, "kind"))) == ["kind[b]", "kind[c]"]


def test_true_and_false_are_a_treatment_and_a_covariate() -> None:
    frame = pd.DataFrame({"won": [True, False, True], "age": [1, 2, 3]})
    np.testing.assert_array_equal(binary_column(frame, "won"), [1.0, 0.0, 1.0])
    assert list(dict(covariate_columns(frame, ["age", "won"]))) == ["age", "won[True]"]


def test_refusals() -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "same": [1.0, 1.0], "three": [0, 3], "one": ["a", "a"]})
    with pytest.raises(InputError, match="numbers"):
        number_column(frame, "text")
    with pytest.raises(InputError, match="0/1"):
        binary_column(frame, "three")
    with pytest.raises(NoVariationError):
        binary_column(frame, "same")
    with pytest.raises(NoVariationError):
        list(covariate_columns(frame, ["same"]))
    with pytest.raises(NoVariationError):
        list(dummy_columns(frame["one"], "one"))
    with pytest.raises(InputError, match="reference"):
        list(dummy_columns(frame["text"], "text", "z"))
