"""The beginnings of a finding: answered, open, refused or withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asn_research.errors import EstimationError
from asn_research.findings.finding import Caveat, Cell, Disclosure, Finding, Sample, Status
from asn_research.models.result import NotEstimable

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_NOTABLE_SHARE = 0.05
"""From this share of rows set aside an answer says so."""


def answer(data: RegionData, question: str, **fields: Any) -> Finding:
    """An estimated finding of this region and period."""
    return Finding(
        question=question,
        region=data.region.folder,
        period=data.period,
        status=Status.ESTIMATED,
        **fields,
    )


def quarantine_caveats(data: RegionData) -> tuple[Caveat, ...]:
    """The reservation that a notable share of the list of participants was set aside when files were read."""
    files = [entry for entry in data.intake.get("files", ()) if entry.get("table") == "participants"]
    rows = sum(int(entry["rows"]) for entry in files)
    aside = sum(int(entry["quarantined"]) for entry in files)
    if not rows or aside / rows < _NOTABLE_SHARE:
        return ()
    fields: dict[str, Cell] = {"count": aside, "rows": rows, "quarantined_share": aside / rows}
    return (Caveat(code="list_quarantined", fields=fields),)


def leave_open(data: RegionData, question: str, *, table: str) -> Finding:
    """A question without data; ``table`` is what has to be collected."""
    return Finding(
        question=question,
        region=data.region.folder,
        period=data.period,
        status=Status.NO_DATA,
        details={"missing": table},
    )


def refuse(data: RegionData, question: str, refusal: NotEstimable, **fields: Any) -> Finding:
    """A question that the data at hand cannot answer, with the reason."""
    return Finding(
        question=question,
        region=data.region.folder,
        period=data.period,
        status=Status.NOT_ESTIMABLE,
        results=(refusal,),
        **fields,
    )


def refuse_error(
    data: RegionData, question: str, error: EstimationError, *, sample: Sample | None = None
) -> Finding:
    """A question whose estimator refused."""
    people = sample.people if sample else 0
    refusal = NotEstimable.from_error(error, term=question, n_obs=people)
    return refuse(data, question, refusal, sample=sample or Sample())


def withhold(data: RegionData, question: str, *, tables: tuple[str, ...]) -> Finding:
    """A question whose answer would speak about fewer people than the minimum cell; no count is kept."""
    minimum = data.region.disclosure.minimum_cell
    return Finding(
        question=question,
        region=data.region.folder,
        period=data.period,
        status=Status.SUPPRESSED,
        disclosure=Disclosure.SUPPRESSED,
        sample=Sample(tables=tables),
        caveats=(Caveat(code="minimum_cell", fields={"minimum": minimum}),),
    )
