"""Cases that are regressions: their formulas, the models a quantity names, and the terms it means."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula
from scipy import stats

from asn_research.errors import EstimationError
from asn_research.models.regression import estimate_joint_test, fit_ols
from asn_research.models.result import Estimate, Fit

Value = float | int | bool | str

STATS = {
    "coef": "estimate", "est": "estimate", "estimate": "estimate", "b": "estimate", "beta": "estimate",
    "se": "std_error", "t": "statistic", "tstat": "statistic", "p": "p_value", "pvalue": "p_value",
    "df": "df",
    "cilow": "conf_low", "cihigh": "conf_high", "lower": "conf_low", "upper": "conf_high",
}  # fmt: skip
KINDS = {"ols": "iid", "iid": "iid", "classical": "iid", "HC": "HC1", "white": "HC1", "satt": "CR2"}
KINDS |= {kind: kind for kind in ("HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR1S", "CR2", "CR3")}
ABSORBED = ("absorb", "fixed_effects", "fixed_effect", "fe")
NOISE = {"naive", "estimatr", "clubSandwich", "sandwich", "stata", "cluster", "clustered", "by"}
MODEL_NUMBERS = {
    "r2": "r_squared", "rsq": "r_squared", "r_squared": "r_squared", "adj_r2": "adj_r_squared",
    "adj_r_squared": "adj_r_squared", "r2_adj": "adj_r_squared", "r2_within": "r_squared_within",
    "within_r2": "r_squared_within", "p_F": "f_p_value", "F_model": "f_statistic", "p_model": "f_p_value",
    "sigma": "sigma", "rmse": "sigma", "root_mse": "sigma",
    "df_resid": "df_residual", "df_residual": "df_residual", "ss_resid": "ss_residual", "rss": "ss_residual",
    "F": "f_statistic", "F_overall": "f_statistic", "F_stat": "f_statistic", "F_p": "f_p_value",
    "aic": "aic", "bic": "bic", "loglik": "log_likelihood", "log_likelihood": "log_likelihood",
}  # fmt: skip


def translated(formula: str) -> str:
    """R's spelling in the one the library reads: factor(), powers inside I(), and the outcome's spaces."""
    formula = re.sub(r"\b(?:as\.)?factor\(", "C(", formula)
    return re.sub(r"I\(([^()]*)\)", lambda m: "I(" + re.sub(r"\^", "**", m[1]) + ")", formula)


def filtered(data: pd.DataFrame, condition: Any) -> pd.DataFrame:
    """The rows that a case asks for: equal values by column, one of a list, or an expression."""
    if not condition:
        return data
    if isinstance(condition, str):
        return data.query(condition)
    for column, value in condition.items():
        if isinstance(value, str) and re.match(r"\s*[<>=!]=?", value):
            data = data.query(f"`{column}` {value}")
            continue
        allowed = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in allowed) or not data[column].isin(allowed).any():
            data = data[
                data[column].isin(allowed) | data[column].astype(str).isin([str(one) for one in allowed])
            ]
        else:
            data = data[data[column].isin(allowed)]
    return data


def right_terms(formula: str) -> list[str]:
    """The additive terms of a right side, brackets respected."""
    terms, depth, start = [], 0, 0
    right = formula.split("~", 1)[1]
    for i, sign in enumerate(right):
        depth += (sign in "([") - (sign in ")]")
        if sign == "+" and depth == 0:
            terms.append(right[start:i].strip())
            start = i + 1
    return [*terms, right[start:].strip()]


def term_aliases(term: str) -> set[str]:
    """Names that a quantity may use for a coefficient: R's, the level alone, the last word of the level."""
    if term == "Intercept":
        return {"Intercept", "(Intercept)", "const", "constant", "cons", "_cons"}
    parts = []
    for part in term.split(":"):
        names = {part, part.replace("**", "^").replace(" ", "")}
        match = re.fullmatch(
            r"(?:C\((?P<wrapped>[\w.]+).*\)|(?P<bare>[\w.]+))\[(?:T\.)?(?P<level>.+)\]", part
        )
        if match:
            variable, level = match["wrapped"] or match["bare"], match["level"]
            names |= {f"{variable}{level}", level, re.split(r"[^\w]+", level)[-1], f"{variable}_{level}"}
            names |= {f"C({variable})[T.{level}]", f"factor({variable}){level}", f"C({variable}){level}"}
        parts.append(names)
    found = parts[0]
    for names in parts[1:]:
        found = {f"{a}{sign}{b}" for a in found for b in names for sign in (":", "_x_", "*", "_")}
        found |= {f"{b}:{a}" for a in parts[0] for b in names}
    return found


def find_term(fit: Fit, name: str) -> Estimate | None:
    """The coefficient a quantity means, None when there is none or more than one."""
    names = [estimate.term for estimate in fit.estimates]
    if name in ("did", "DiD", "DID", "interaction"):
        return next((fit[term] for term in reversed(names) if ":" in term), None)
    for fold in (str, str.lower):
        hits = [term for term in names if fold(name) in {fold(alias) for alias in term_aliases(term)}]
        if len(hits) == 1:
            return fit[hits[0]]
    return None


@dataclass
class RegressionCase:
    """The filtered data of a case, its named models, and fits by model, covariance and clusters."""

    spec: dict[str, Any]
    data: pd.DataFrame
    models: dict[str, tuple[str, pd.DataFrame]] = field(default_factory=dict)
    default_vcov: str = "iid"

    @classmethod
    def of(cls, case: dict[str, Any], data: pd.DataFrame) -> RegressionCase:
        spec = case["spec"]
        frame = filtered(data, spec.get("filter") or spec.get("subset"))
        made = cls(spec, frame, default_vcov=str(spec.get("robust") or spec.get("vcov") or "iid"))
        formula = spec.get("formula")
        if formula:
            made.add_formula(formula)
        for key, value in spec.items():
            name = re.sub(r"^formulas?_|_formula$", "", key)
            if name != key and isinstance(value, str):
                made.models[name] = (translated(value), frame)
        listed = spec.get("formulas") or spec.get("models") or {}
        named = (
            listed.items() if isinstance(listed, dict) else ((f"m{i}", v) for i, v in enumerate(listed, 1))
        )
        for name, value in named:
            made.models[name] = (translated(value), frame)
        made.add_subsets(case, data)
        return made

    def add_formula(self, formula: str) -> None:
        """The formula as main model; ``[+ ...]`` gives m1, m2, ... cumulated, else its first i terms do."""
        optional = re.findall(r"\[\s*(\+[^\]]*)\]", formula)
        main = translated(re.sub(r"\[\s*\+[^\]]*\]", "", formula).strip())
        self.models[""] = (main, self.data)
        if optional:
            for i in range(len(optional) + 1):
                self.models[f"m{i + 1}"] = (" ".join([main, *map(translated, optional[:i])]), self.data)
            return
        left, terms = main.split("~", 1)[0], right_terms(main)
        for i in range(1, len(terms) + 1):
            self.models.setdefault(f"m{i}", (f"{left}~ {' + '.join(terms[:i])}", self.data))

    def add_subsets(self, case: dict[str, Any], data: pd.DataFrame) -> None:
        """A prefix such as ``mi`` that is a 0/1 column stands for the main model on those rows."""
        if "" not in self.models:
            return
        for check in case["checks"]:
            prefix = check["quantity"].split("_")[0]
            if prefix in data.columns and prefix not in self.models and set(data[prefix].dropna()) <= {0, 1}:
                self.models[prefix] = (self.models[""][0], data[data[prefix] == 1])

    def clusters(self) -> list[str]:
        given = self.spec.get("cluster") or self.spec.get("clusters") or []
        return [given] if isinstance(given, str) else list(given)

    def coarsest(self) -> str | None:
        """The column with the fewest clusters: the one meant where a quantity names none."""
        return min(self.clusters(), key=lambda name: self.data[name].nunique(), default=None)

    def fit(self, model: str, vcov: str, clusters: str | list[str] | None = None) -> Fit:
        formula, frame = self.models[model]
        named = clusters if vcov.startswith("CR") else None
        return fit_ols(
            formula, frame, vcov=vcov, clusters=named, weights=self.weights(), absorb=self.absorbed()
        )

    def absorbed(self) -> str | None:
        """A fixed effect that the case names beside its formula."""
        given = next(
            (self.spec[k] for k in ("absorb", "fixed_effects", "fixed_effect", "fe") if self.spec.get(k)),
            None,
        )
        given = given[0] if isinstance(given, list) and len(given) == 1 else given
        return given if isinstance(given, str) and given in self.data.columns else None

    def weights(self) -> str | None:
        given = self.spec.get("weights") or self.spec.get("weight")
        return given if isinstance(given, str) and given in self.data.columns else None

    def joint(self, model: str, terms: list[str], vcov: str = "iid", clusters: str | None = None) -> Fit:
        formula, frame = self.models[model]
        return estimate_joint_test(
            formula, frame, terms=terms, vcov=vcov, clusters=clusters, weights=self.weights()
        )

    def factor_terms(self, model: str, name: str) -> list[str]:
        """All coefficients of a variable, named loosely (``treat`` for ``Treat``), without interactions."""
        fit = self.fit(model, "iid")
        pattern = re.compile(rf"(?:C\()?{re.escape(name)}\b.*", re.IGNORECASE)
        return [e.term for e in fit.estimates if ":" not in e.term and pattern.fullmatch(e.term)]

    def solve(self, quantity: str) -> Value | None:
        """The value of a quantity that names a model, a statistic and a term; None when it does not."""
        for model, body in self.readings(quantity):
            value = self.model_number(model, body)
            if value is None:
                value = self.coefficient(model, body)
            if value is not None:
                return value
        return None

    def product_term(self, model: str, fit: Fit) -> Estimate | None:
        """The interaction of a design that writes it as a column of its own."""
        frame = self.models[model][1]
        names = [e.term for e in fit.estimates if e.term in frame.columns]
        for c in names:
            for a in names:
                for b in names:
                    if len({a, b, c}) == 3 and bool((frame[a] * frame[b] == frame[c]).all()):
                        return fit[c]
        return None

    def readings(self, quantity: str) -> list[tuple[str, str]]:
        """Ways to split a quantity into the name of a model and the rest, the most specific first."""
        found = []
        for model in sorted(self.models, key=len, reverse=True):
            if model and quantity.startswith(f"{model}_"):
                found.append((model, quantity[len(model) + 1 :]))
            if model and quantity.endswith(f"_{model}"):
                found.append((model, quantity[: -len(model) - 1]))
            inside = f"_{model}_"
            if model and inside in quantity:
                found.append((model, quantity.replace(inside, "_", 1)))
        return [*found, ("", quantity)] if "" in self.models else found

    def model_number(self, model: str, body: str) -> Value | None:
        if body in ("n", "nobs", "n_obs", "N"):
            return self.fit(model, "iid").estimates[0].n_obs
        for column in self.clusters():
            if body in (f"G_{column}", f"n_{column}", f"n_clusters_{column}"):
                return self.fit(model, "CR0", column).estimates[0].n_clusters
        if body in ("G", "n_clusters", "clusters", "n_groups") and self.clusters():
            return self.fit(model, "CR0", self.clusters()).estimates[0].n_clusters
        name = MODEL_NUMBERS.get(body)
        return None if name is None else self.fit(model, "iid").statistics.get(name)

    def coefficient(self, model: str, body: str) -> Value | None:
        request = read_request(body, self.clusters())
        if request is None:
            return None
        stat, kind, clusters, term = request
        kind = kind or ("CR1S" if clusters or "cluster" in body else self.default_vcov)
        named: str | list[str] | None = clusters or self.coarsest()
        if kind.startswith("CR") and named is None:
            return None
        if clusters and len(clusters) == 1:
            named = clusters[0]
        if clusters and len(clusters) > 1 and kind == "CR2":
            kind = "CR1S"
        try:
            fit = self.fit(model, kind, named)
            estimate = find_term(fit, term) or (self.product_term(model, fit) if term == "did" else None)
        except EstimationError:
            return None
        if estimate is None:
            return None
        if stat == "p_value" and math.isnan(estimate.p_value):
            # The library withholds it where one cluster identifies the term; a case may still ask.
            return float(2.0 * stats.t.sf(abs(estimate.statistic), estimate.df))
        return float(getattr(estimate, stat))


def read_request(body: str, cluster_names: list[str]) -> tuple[str, str | None, list[str], str] | None:
    """Statistic, covariance, clusters and term of a name such as ``se_year_CR1S_x``; None without a term."""
    body = re.sub(r"(?:ci_(?:lower|low|lo)|conf_low)(?=_)", "cilow", body)
    body = re.sub(r"(?:ci_(?:upper|high|hi)|conf_high)(?=_)", "cihigh", body)
    tokens = body.split("_")
    stat, kind, clusters = None, None, []

    def consume(word: str) -> bool:
        nonlocal stat, kind, clusters
        if word in KINDS or word.upper() in KINDS:
            kind = kind or KINDS.get(word) or KINDS[word.upper()]
        elif word in cluster_names:
            clusters.append(word)
        elif word in ("twoway", "both") and len(cluster_names) > 1:
            clusters = list(cluster_names)
        elif word in STATS and stat is None:
            stat = STATS[word]
        elif word in NOISE or (word == "t" and stat is not None):
            pass
        else:
            return False
        return True

    while len(tokens) > 1 and consume(tokens[0]):
        tokens.pop(0)
    while len(tokens) > 1 and (tokens[-1] in KINDS or tokens[-1] in cluster_names) and consume(tokens[-1]):
        tokens.pop()
    if len(tokens) == 1 and tokens[0] in STATS and stat is None:  # a bare statistic means the effect
        return STATS[tokens[0]], kind, clusters, "did"
    if len(tokens) == 1 and tokens[0] in KINDS and stat is not None:
        return stat, KINDS[tokens[0]], clusters, "did"
    return stat or "estimate", kind, clusters, "_".join(tokens)


def fitted_values(fit: Fit, formula: str, data: pd.DataFrame) -> pd.Series:
    """X b from the tidy coefficients."""
    matrix = Formula(formula.split("~", 1)[1]).get_model_matrix(data, na_action="ignore")
    coefficients = np.array([fit[str(name)].estimate for name in matrix.columns])
    return pd.Series(np.asarray(matrix, dtype=float) @ coefficients, index=data.index)
