"""All reports side by side on one scale: the mark of each in its row, and all of them in order above."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from asn_research.figures.chart import axis_digits, nice_ticks
from asn_research.findings.finding import Finding, Status
from asn_research.language import Language, format_count, format_number, phrase
from asn_research.models.result import Estimate
from asn_research.reports.publications.manifest import Manifest

_MAIN: Final = "learning_gain"
_UNIT: Final = "points"
_FEW: Final = 12
_NAMED: Final = 5  # so many marks of a panel are told one by one where there is no room below them
_SEVERAL: Final = 100


@dataclass(frozen=True)
class Mark:
    """The main number of a report in points, its interval, and whether it rests on a comparison group."""

    estimate: float
    low: float
    high: float
    compared: bool

    @property
    def has_interval(self) -> bool:
        """Whether an interval could be computed."""
        return math.isfinite(self.low) and math.isfinite(self.high)


def headline_result(findings: Iterable[Finding]) -> dict[str, Any]:
    """The main number of a report for its manifest; empty where there is none in points."""
    found = next((f for f in findings if f.question == _MAIN and f.status is Status.ESTIMATED), None)
    headline = found.headline if found else None
    if found is None or not isinstance(headline, Estimate) or headline.unit != _UNIT:
        return {}
    values = {name: getattr(headline, name) for name in ("estimate", "conf_low", "conf_high")}
    shown = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return {**shown, "unit": _UNIT, "compared": bool(found.details.get("compared"))}


def read_mark(manifest: Manifest) -> Mark | None:
    """The main number that a manifest holds; None where the report has none."""
    told = manifest.result
    if manifest.state == "failed" or told.get("unit") != _UNIT or told.get("estimate") is None:
        return None
    ends = [math.nan if told.get(name) is None else float(told[name]) for name in ("conf_low", "conf_high")]
    return Mark(float(told["estimate"]), ends[0], ends[1], bool(told.get("compared")))


@dataclass(frozen=True)
class Scale:
    """The axis that all marks share; it always holds zero."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies, in hundredths of the axis."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)


def common_scale(marks: Sequence[Mark]) -> Scale:
    """The narrowest scale that holds every interval and zero."""
    ends = [end for mark in marks for end in (mark.estimate, mark.low, mark.high) if math.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    pad = 0.04 * (high - low) or 1.0
    return Scale(low - pad, high + pad)


def row_drawing(mark: Mark, scale: Scale) -> Markup:
    """One mark as a line across: its interval, its dot, and the line at zero."""
    zero, dot = scale.place(0.0), scale.place(mark.estimate)
    line = f'<path class="line" d="M{scale.place(mark.low):g} 7H{scale.place(mark.high):g}"/>'
    return Markup(  # noqa: S704  (numbers only)
        f'<svg class="mark" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="zero" d="M{zero:g} 0V14"/>{line if mark.has_interval else ""}'
        f"{_dots([(dot, 7.0)], 9.0, compared=mark.compared)}</svg>"
    )


def _dots(places: Sequence[tuple[float, float]], size: float, *, compared: bool) -> str:
    """Round dots that stay round however the drawing is stretched; hollow without a comparison group."""
    path = "".join(f"M{x:g} {y:g}h0" for x, y in places)
    hole = f'<path class="hole" d="{path}" stroke-width="{size - 4:g}"/>' if size > 5 else ""
    return f'<path class="dot" d="{path}" stroke-width="{size:g}"/>{"" if compared else hole}'


def value_texts(mark: Mark, language: Language) -> tuple[str, str]:
    """The number of a mark with its sign, and its interval in words."""
    if not mark.has_interval:
        return format_number(mark.estimate, language, sign=True), ""
    low, high = (format_number(end, language) for end in (mark.low, mark.high))
    return format_number(mark.estimate, language, sign=True), phrase(
        "report.index_interval", language, low=low, high=high
    )


def compare_reports(manifests: Sequence[Manifest], language: Language) -> dict[str, Any] | None:
    """What the overview above the table shows: panels of sorted marks; None for fewer than two reports."""
    known = [(mark, manifest) for manifest in manifests if (mark := read_mark(manifest)) is not None]
    if len(known) < 2:
        return None
    scale = common_scale([mark for mark, _ in known])
    ticks = nice_ticks(scale.low, scale.high)
    digits = axis_digits(ticks, _UNIT)
    panels = []
    for compared in (True, False):
        held = [(mark, manifest) for mark, manifest in known if mark.compared is compared]
        if held:
            panels.append(_panel(held, scale, language, compared=compared, total=len(known)))
    return {
        "panels": panels,
        "ticks": [(100 - scale.place(tick), format_number(tick, language, digits=digits)) for tick in ticks],
        "zero": 100 - scale.place(0.0),
        "count": format_count(len(known), language),
    }


def _panel(
    held: Sequence[tuple[Mark, Manifest]], scale: Scale, language: Language, *, compared: bool, total: int
) -> dict[str, Any]:
    """Marks of one kind side by side, the highest first."""
    ordered = sorted(held, key=lambda pair: (-pair[0].estimate, pair[1].region, pair[1].period))
    step = 100 / len(ordered)
    places = [
        (round((i + 0.5) * step, 2), 100 - scale.place(mark.estimate)) for i, (mark, _) in enumerate(ordered)
    ]
    lines = "".join(
        f"M{x:g} {100 - scale.place(mark.low):g}V{100 - scale.place(mark.high):g}"
        for (x, _), (mark, _) in zip(places, ordered, strict=True)
        if mark.has_interval
    )
    size = 9.0 if total <= _FEW else 6.0 if total <= _SEVERAL else 3.0
    names = [f"{manifest.name} {manifest.period}" for _, manifest in ordered]
    ends = [
        phrase("report.index_end", language, name=names[i], value=value_texts(ordered[i][0], language)[0])
        for i in (range(len(ordered)) if len(ordered) <= _NAMED else (0, -1))
    ]
    kind = "compared" if compared else "alone"
    title = phrase(f"report.index_{kind}", language, count=format_count(len(ordered), language))
    return {
        "title": title,
        "weight": len(ordered),
        "names": names if total <= _FEW else [],
        "ends": ends,
        "alt": phrase("report.index_alt", language, title=title, ends="; ".join(ends)),
        "drawing": Markup(  # noqa: S704  (numbers only)
            f'<path class="line{" thin" if total > _SEVERAL else ""}" d="{lines}"/>'
            f"{_dots(places, size, compared=compared)}"
        ),
    }
