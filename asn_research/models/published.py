"""Our numbers beside published ones, judged at the precision that was printed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pandas as pd

from asn_research.errors import InputError

_PRINTED = re.compile(r"[-+]?(?:\d[\d,]*)?(?:\.(\d+))?")


def compare_published(pairs: Mapping[str, tuple[str, float]]) -> pd.DataFrame:
    """Set numbers beside the published ones and say whether they agree.

    Use it to show that an estimate reproduces a study. A published number is only known to half a unit of its
    last printed digit, so that is the whole of the difference that is allowed.

    Parameters
    ----------
    pairs : mapping of str to (str, float)
        By name of the quantity: the published number **as it was printed** (``"0.150"``, ``"1,794"``,
        ``".71"``), and ours, unrounded.

    Returns
    -------
    DataFrame
        One row per quantity, in the order given: ``published`` (text), ``ours``, ``difference`` (ours -
        published), ``agrees`` (true when the difference is at most half a unit of the last printed digit).

    Raises
    ------
    InputError
        No pairs, a published number that cannot be read, or ours that is not finite.

    Examples
    --------
    >>> compare_published({"effect": ("1,794", 1794.342), "error": ("633", 634.1)})["agrees"].tolist()
    [True, False]
    """
    if not pairs:
        raise InputError("There is nothing to compare; give at least one published number and ours.")
    rows = {name: _row(name, published, ours) for name, (published, ours) in pairs.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _row(name: str, published: str, ours: float) -> dict[str, object]:
    printed = _PRINTED.fullmatch(published)
    if printed is None or not any(character.isdigit() for character in published):
        raise InputError(
            f"The published {name} must be a number as printed, such as '0.150'; it is {published!r}."
        )
    if not math.isfinite(ours):
        raise InputError(f"Our {name} must be a finite number; it is {ours}.")
    value = float(published.replace(",", ""))
    rounding = 0.5 * 10.0 ** -len(printed[1] or "")
    slack = 1e-12 * max(1.0, abs(value))  # binary fractions: 0.125 printed as 0.13 is half a unit away
    difference = float(ours) - value
    return {
        "published": published,
        "ours": float(ours),
        "difference": difference,
        "agrees": abs(difference) <= rounding + slack,
    }
