"""Professionalism index (IP-ASN) by the dated rule, and why it is never an outcome of attendance."""

from __future__ import annotations

import pandas as pd

from asn_research.contract.rule import Rule
from asn_research.errors import CircularOutcomeError, InputError

COMPONENTS = ("qualification", "competence", "performance", "discipline")
_COLUMNS = ("qualification", "post", "performance", "discipline")
_TRAININGS = ("leadership_or_functional", "technical_20_jp", "seminar")


def measure_ip_asn(data: pd.DataFrame, *, rule: Rule) -> pd.DataFrame:
    """Points of the four components, their sum and its category, for each person.

    Parameters
    ----------
    data : DataFrame
        One row per person: ``qualification``, ``performance`` and ``discipline`` as codes of the rule;
        ``post`` (``structural_or_functional`` or ``general``, the pelaksana); true or false in
        ``leadership_or_functional``, ``technical_20_jp`` (at least 20 JP in the year) and ``seminar``.
    rule : Rule
        ``read_rule("ip_asn", on=...)``.

    Returns
    -------
    DataFrame
        One column per component, ``total`` (0 to 100) and ``category`` (the lower bound of its category:
        the total is compared as it is, so that 90.5 is not yet "very high").

    Raises
    ------
    InputError
        Missing columns, missing values, or codes the rule does not know.

    References
    ----------
    PermenPAN-RB 38/2018; Peraturan BKN 8/2019, article 8.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> one = pd.DataFrame({"qualification": ["s1"], "post": ["general"], "performance": ["good"],
    ...                     "discipline": ["never"], "leadership_or_functional": [False],
    ...                     "technical_20_jp": [True], "seminar": [False]})
    >>> measure_ip_asn(one, rule=read_rule("ip_asn", on=datetime.date(2025, 1, 1)))["total"].tolist()
    [67.5]
    """
    absent = [name for name in (*_COLUMNS, *_TRAININGS) if name not in data.columns]
    if absent:
        raise InputError(f"the data have no column {absent}; they have {list(data.columns)}.")
    incomplete = [name for name in (*_COLUMNS, *_TRAININGS) if data[name].isna().any()]
    if incomplete:
        raise InputError(f"the index needs every component of every person; missing values in {incomplete}.")
    points = pd.DataFrame(index=data.index)
    points["qualification"] = _look_up(data["qualification"], rule["qualification"])
    points["competence"] = _competence(data, rule)
    points["performance"] = _look_up(data["performance"], rule["performance"])
    points["discipline"] = _look_up(data["discipline"], rule["discipline"])
    points["total"] = points[list(COMPONENTS)].sum(axis=1)
    bounds = sorted((float(category["minimum"]) for category in rule["categories"]), reverse=True)
    points["category"] = [next(bound for bound in bounds if total >= bound) for total in points["total"]]
    return points


def _look_up(codes: pd.Series, table: dict[str, float]) -> pd.Series:
    strange = sorted(set(map(str, codes)) - set(table))
    if strange:
        raise InputError(f"{codes.name!r} must hold {', '.join(table)}; found {strange[:5]}.")
    return codes.map(table).astype(float)


def _competence(data: pd.DataFrame, rule: Rule) -> list[float]:
    known = rule["competence"]
    strange = sorted(set(map(str, data["post"])) - set(known))
    if strange:
        raise InputError(f"'post' must hold {', '.join(known)}; found {strange[:5]}.")
    return [
        float(sum(known[row["post"]].get(name, 0) for name in _TRAININGS if bool(row[name])))
        for row in data[["post", *_TRAININGS]].to_dict("records")
    ]


def check_outcome(outcome: str, *, rule: Rule) -> None:
    """Refuse IP-ASN, or a component of it, as an outcome of training or attendance.

    Call it before an outcome meets a treatment: whoever attends 20 JP gains points by rule, so that the
    index rises with attendance even where nobody learned anything.

    Parameters
    ----------
    outcome : str
        Name of the outcome; every name that holds ``ip_asn`` or ``ip-asn`` is refused.
    rule : Rule
        ``read_rule("ip_asn", on=...)``.

    Raises
    ------
    CircularOutcomeError
        The outcome is IP-ASN or a component, and the rule counts training hours.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> check_outcome("technical_skill", rule=read_rule("ip_asn", on=datetime.date(2025, 1, 1)))
    """
    name = outcome.lower().replace("-", "_").replace(" ", "_")
    if "ip_asn" not in name and "ipasn" not in name and "indeks_profesionalitas" not in name:
        return
    if rule["contains_training_hours"]:
        gains = [float(table["technical_20_jp"]) for table in rule["competence"].values()]
        raise CircularOutcomeError(
            f"{outcome!r} counts training: 20 JP give {min(gains):g} or {max(gains):g} points by rule "
            f"({rule.source}). Use test scores, observed behaviour or the appraisal itself."
        )
