"""Two groups before and after, and where the trained would be had they changed as the compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import Axis, new_plane
from asn_research.figures.wording import range_text
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number, unit_of
from asn_research.language import Language, phrase
from asn_research.language.quantity import format_quantity

_LEFT, _RIGHT, _LABELS_AT = -0.14, 2.06, 1.13
_HEIGHT_PT, _LABEL_PT, _LINE_PT = 190.0, 132.0, 13.0
_APART = 0.02


@dataclass(frozen=True)
class _Sides:
    """Means before and after of both groups, and the number the comparison leaves."""

    trained: Row
    comparison: Row
    remaining: Row

    @property
    def expected(self) -> float:
        """Where the trained would stand without the difference."""
        return number(self.trained["after"]) - number(self.remaining["estimate"])


def read_sides(finding: Finding) -> _Sides | None:
    """Both groups of a finding; None where it compares none or may not show them."""
    rows = {str(row.get("component")): row for row in finding.rows}
    wanted = [rows.get(name) for name in ("observed", "comparison", "remaining")]
    known = [row for row in wanted if row is not None and not row.get("suppressed")]
    if len(known) < len(wanted):
        return None
    sides = _Sides(*known)
    numbers = [side.get(wave) for side in (sides.trained, sides.comparison) for wave in ("before", "after")]
    return sides if not any(math.isnan(number(value)) for value in numbers) else None


def draw_comparison(finding: Finding, language: Language) -> Figure | None:
    """Lines from before to after with intervals, the dashed line of what was to be expected, the difference.

    The rows ``observed`` and ``comparison`` carry ``before`` and ``after`` with ``_low`` and ``_high``; the
    row ``remaining`` the difference. None where a number is missing.
    """
    sides = read_sides(finding)
    if sides is None:
        return None
    known = [number(value) for side in (sides.trained, sides.comparison) for name, value in side.items()
             if name.startswith(("before", "after"))]  # fmt: skip
    known = [value for value in [*known, sides.expected] if not math.isnan(value)]
    pad = 0.08 * (max(known) - min(known)) + 0.5
    unit = unit_of(finding)
    waves = [phrase(f"figure.head_{wave}", language) for wave in ("before", "after")]
    figure, axes = new_plane(
        language,
        x=Axis(_LEFT, _RIGHT, "count", "", ticks=((0.0, 1.0), waves)),
        y=Axis(min(known) - pad, max(known) + pad, unit, axis_label(finding, unit, language)),
        height_pt=_HEIGHT_PT,
    )
    _draw_group(axes, sides.comparison, color=style.QUIET, shift=_APART)
    _draw_group(axes, sides.trained, color=style.ACCENT, shift=-_APART)
    start = number(sides.trained["before"])
    axes.plot([-_APART, 1.0], [start, sides.expected], color=style.ACCENT, linewidth=1.6, linestyle="--")
    axes.plot([1.0], [sides.expected], "o", color=style.ACCENT, markerfacecolor=style.PAPER, markersize=6)
    after = number(sides.trained["after"])
    axes.plot([1.08, 1.08], [sides.expected, after], color=style.INK, linewidth=1.4)
    for end in (sides.expected, after):
        axes.plot([1.065, 1.08], [end, end], color=style.INK, linewidth=1.4)
    _write_labels(axes, finding, sides, language)
    return style.finish(figure)


def _draw_group(axes: Axes, side: Row, *, color: str, shift: float) -> None:
    """One group's line with its dots and intervals, moved aside a little so that none hides another."""
    places = [shift, 1.0 + shift]
    values = [number(side["before"]), number(side["after"])]
    axes.plot(places, values, color=color, linewidth=2.4, zorder=3)
    axes.plot(places, values, "o", color=color, markersize=7, zorder=4)
    for x, wave in zip(places, ("before", "after"), strict=True):
        low, high = number(side.get(f"{wave}_low")), number(side.get(f"{wave}_high"))
        if low <= high:
            axes.plot([x, x], [low, high], color=color, linewidth=1.6, solid_capstyle="butt", zorder=2)


def _write_labels(axes: Axes, finding: Finding, sides: _Sides, language: Language) -> None:
    """Direct labels at the right, in the order of their values and never on top of one another."""
    unit = unit_of(finding)
    gap = range_text(sides.remaining, "estimate", unit, language, sign=True)
    after = {name: number(row["after"]) for name, row in (("trained", sides.trained),
                                                          ("comparison", sides.comparison))}  # fmt: skip
    after["expected"] = sides.expected
    colors = {"trained": style.ACCENT, "comparison": style.MUTED, "expected": style.ACCENT}
    labels = [
        (value, _named(name, value, unit, language), colors[name], name == "trained")
        for name, value in after.items()
    ]
    middle = (after["trained"] + sides.expected) / 2
    labels.append((middle, phrase("figure.comparison_gap", language, value=gap), style.INK, True))
    labels.sort(key=lambda label: -label[0])
    wrapped = [style.wrap(text, _LABEL_PT, lines=3, bold=bold) for _, text, _, bold in labels]
    low, high = axes.get_ylim()
    scale = _HEIGHT_PT / (high - low)
    wishes = [(value - low) * scale for value, *_ in labels]
    tops = _spread(wishes, [_LINE_PT * len(lines) for lines in wrapped])
    for top, lines, (_, _, color, bold) in zip(tops, wrapped, labels, strict=True):
        for i, line in enumerate(lines):
            y = low + (top - _LINE_PT * (i + 0.5)) / scale
            axes.text(
                _LABELS_AT, y, line, color=color, fontsize=style.SIZE,
                fontweight="bold" if bold else "normal", ha="left", va="center_baseline",
            )  # fmt: skip


def _named(name: str, value: float, unit: str, language: Language) -> str:
    return phrase(f"figure.comparison_{name}", language, value=format_quantity(value, unit, language))


def _spread(wishes: list[float], heights: list[float]) -> list[float]:
    """Upper edges in points of labels given from top to bottom: near their wishes, apart, inside the axes."""
    tops: list[float] = []
    ceiling = _HEIGHT_PT + 10.0
    for wish, height in zip(wishes, heights, strict=True):
        tops.append(min(wish + height / 2, ceiling))
        ceiling = tops[-1] - height - 3.0
    floor = 0.0
    for i in reversed(range(len(tops))):
        tops[i] = max(tops[i], floor + heights[i])
        floor = tops[i] + 3.0
    return tops


def describe_comparison(finding: Finding, language: Language) -> str:
    """The figure in words: both groups before and after, what was to be expected, the difference."""
    sides = read_sides(finding)
    if sides is None:
        return ""
    unit = unit_of(finding)
    values = {
        f"{name}_{wave}": format_quantity(number(side[wave]), unit, language)
        for name, side in (("trained", sides.trained), ("comparison", sides.comparison))
        for wave in ("before", "after")
    }
    return phrase(
        "figure.alt_comparison",
        language,
        expected=format_quantity(sides.expected, unit, language),
        gap=range_text(sides.remaining, "estimate", unit, language, sign=True),
        **values,
    )
