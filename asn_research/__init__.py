"""Evaluation of civil-servant (ASN) training: what a researcher types.

>>> import asn_research as ar
>>> "open_region" in dir(ar)
True

Begin with ``ar.regions()`` and ``data = ar.open_region("kalianda")``; ``ar.measure_gains`` makes gains of its
tables, ``ar.fit_gain`` a regression of them, ``ar.open_report`` the official answers. Every model takes plain
pandas and returns a result with ``tidy()``. Names load on first use: importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from asn_research.findings.register import questions
    from asn_research.ingest.store import open_region, regions
    from asn_research.measures.reliability import measure_alpha
    from asn_research.measures.score import measure_gains
    from asn_research.models.bootstrap import wild_bootstrap
    from asn_research.models.bounds import estimate_bounds
    from asn_research.models.difference import fit_difference
    from asn_research.models.gain import estimate_contrasts, fit_gain
    from asn_research.models.multilevel import fit_multilevel
    from asn_research.models.pooling import pool
    from asn_research.models.regression import fit_ols
    from asn_research.models.series import fit_series
    from asn_research.models.weighting import estimate_effect
    from asn_research.reports.exhibits.cross_region import open_cross_region_report
    from asn_research.reports.exhibits.report import open_report

__version__ = "0.1.0"

_HOMES = {
    "regions": "ingest.store",
    "open_region": "ingest.store",
    "questions": "findings.register",
    "open_report": "reports.exhibits.report",
    "open_cross_region_report": "reports.exhibits.cross_region",
    "measure_gains": "measures.score",
    "measure_alpha": "measures.reliability",
    "fit_gain": "models.gain",
    "estimate_contrasts": "models.gain",
    "fit_ols": "models.regression",
    "fit_difference": "models.difference",
    "fit_multilevel": "models.multilevel",
    "fit_series": "models.series",
    "wild_bootstrap": "models.bootstrap",
    "estimate_effect": "models.weighting",
    "estimate_bounds": "models.bounds",
    "pool": "models.pooling",
}

__all__ = [
    "estimate_bounds",
    "estimate_contrasts",
    "estimate_effect",
    "fit_difference",
    "fit_gain",
    "fit_multilevel",
    "fit_ols",
    "fit_series",
    "measure_alpha",
    "measure_gains",
    "open_cross_region_report",
    "open_region",
    "open_report",
    "pool",
    "questions",
    "regions",
    "wild_bootstrap",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'asn_research' has no name {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f"asn_research.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
