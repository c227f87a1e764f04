"""Scores before and after as two binned distributions with their means."""

from __future__ import annotations

import math

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import new_plane, write_marks
from asn_research.figures.wording import headline_text, join
from asn_research.findings.axis import number, unit_of
from asn_research.findings.finding import Finding, Row
from asn_research.findings.label import code_label
from asn_research.language import Language, phrase
from asn_research.language.quantity import format_quantity

_PER = 10.0  # heights are shares per this many units of the score


def _series(finding: Finding) -> dict[str, list[Row]]:
    """The drawable bins of each series, in the order of the finding."""
    found: dict[str, list[Row]] = {}
    for row in finding.rows:
        low, high, share = (number(row.get(name)) for name in ("bin_low", "bin_high", "share"))
        if low < high and not math.isnan(share):
            found.setdefault(str(row.get("series")), []).append(row)
    return found


def _height(row: Row) -> float:
    """The share in a bin per ten units of the score, so that bins of different width compare."""
    return _PER * number(row.get("share")) / (number(row.get("bin_high")) - number(row.get("bin_low")))


def _step_frame(rows: list[Row]) -> tuple[pd.DataFrame, list[float]]:
    """Middles and heights of the bins, and the edges of all bins and gaps."""
    lows = [number(row.get("bin_low")) for row in rows]
    highs = [number(row.get("bin_high")) for row in rows]
    heights = [_height(row) for row in rows]
    middles = [(low + high) / 2 for low, high in zip(lows, highs, strict=True)]
    return pd.DataFrame({"x": middles, "height": heights}), sorted({*lows, *highs})


def _range(frames: list[tuple[pd.DataFrame, list[float]]]) -> tuple[float, float]:
    """From the lowest to the highest bin that holds anybody."""
    occupied = []
    for frame, edges in frames:
        for x in frame.loc[frame["height"] > 0, "x"]:
            occupied += [max(e for e in edges if e <= x), min(e for e in edges if e >= x)]
    return (min(occupied), max(occupied)) if occupied else (0.0, 100.0)


def draw_distribution(finding: Finding, language: Language) -> Figure | None:
    """Two distributions over each other, or None when there are no bins.

    Rows carry ``series`` (``wave:pre``, ``wave:post``), ``bin_low``, ``bin_high`` and ``share``; the details
    carry ``mean_<series>``. Bins may differ in width: the area shows the share.
    """
    series = _series(finding)
    if not series:
        return None
    unit = unit_of(finding)
    frames = {name: _step_frame(rows) for name, rows in series.items()}
    tallest = max(float(frame["height"].max()) for frame, _ in frames.values())
    low, high = _range(list(frames.values()))
    figure, axes = new_plane(
        language,
        x=(low - 0.02 * (high - low), high + 0.02 * (high - low)),
        y=(0.0, 1.08 * (tallest or 1.0)),
        units=("bound", "share"),
        labels=(axis_label(finding, unit, language), phrase("figure.axis_density", language)),
        labels_pt=16.0,
    )
    colors = dict(zip(series, (style.BEFORE, style.AFTER, style.FLAG), strict=False))
    for name, (frame, edges) in frames.items():
        _step(axes, frame, edges, color=colors[name])
    _means(axes, finding, list(series), language)
    return style.finish(figure)


def _step(axes: Axes, frame: pd.DataFrame, edges: list[float], *, color: str) -> None:
    y_limits, x_limits = axes.get_ylim(), axes.get_xlim()
    sns.histplot(
        frame,
        x="x",
        weights="height",
        bins=edges,
        element="step",
        fill=True,
        color=color,
        alpha=0.35,
        linewidth=1.6,
        ax=axes,
    )
    axes.set(xlim=x_limits, ylim=y_limits, xlabel="", ylabel="")


def _means(axes: Axes, finding: Finding, names: list[str], language: Language) -> None:
    inks = dict(zip(names, (style.MUTED, style.AFTER, style.FLAG), strict=False))
    marks = []
    for name in names:
        mean = number(finding.details.get(f"mean_{name}"))
        if math.isnan(mean):
            continue
        dashes = (0, (4, 2)) if name == names[0] else "-"
        axes.axvline(mean, color=inks[name], linewidth=1.6, linestyle=dashes)
        text = f"{code_label(name, language)} {format_quantity(mean, unit_of(finding), language)}"
        marks.append((mean, text, inks[name]))
    write_marks(axes, marks)


def describe_distribution(finding: Finding, language: Language) -> str:
    """The figure in words: the means and the commonest bin of each series, then the headline."""
    parts = []
    for name, rows in _series(finding).items():
        peak = max(rows, key=_height)
        ends = (format_quantity(number(peak.get(k)), "bound", language) for k in ("bin_low", "bin_high"))
        mean = format_quantity(number(finding.details.get(f"mean_{name}")), unit_of(finding), language)
        parts.append(
            phrase(
                "figure.alt_series",
                language,
                name=code_label(name, language),
                mean=mean,
                share=format_quantity(number(peak.get("share")), "share", language),
                **dict(zip(("low", "high"), ends, strict=True)),
            )
        )
    if not parts:
        return ""
    text = phrase("figure.alt_distribution", language, parts="; ".join(parts))
    return join(text, headline_text(finding, language, sign=True))
