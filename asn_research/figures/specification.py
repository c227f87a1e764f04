"""A specification curve: the results of every declared way in order, and below them the choices of each."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import axis_digits, left_out_note, nice_ticks
from asn_research.figures.interval import axis_label, cut_ends, interval_ends
from asn_research.figures.plane import write_marks
from asn_research.figures.wording import join, level_text, range_text
from asn_research.findings.conclusions.specification import CHOICES
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number, reference_of, unit_of
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity

_EDGE, _RIGHT_PT, _GAP = 4.0, 14.0, 8.0
_CURVE_PT, _LINE_PT, _CHOICE_GAP_PT = 130.0, 16.0, 7.0
_PAD = 0.6

Ends = Sequence[tuple[float, float]]


def _ways(finding: Finding) -> list[Row]:
    rows = [row for row in finding.rows if not math.isnan(number(row.get("estimate")))]
    return sorted(rows, key=lambda row: number(row.get("estimate")))


def _options(rows: Sequence[Row]) -> list[list[tuple[str, str]]]:
    """The choices that vary, each as its (choice, option) pairs in declared order."""
    held = [
        [(choice, option) for option in options if any(row.get(choice) == option for row in rows)]
        for choice, options in CHOICES.items()
    ]
    return [pairs for pairs in held if pairs]


def draw_specification(finding: Finding, language: Language) -> Figure | None:
    """Results with intervals in ascending order over a matrix of choices; None where nothing may be drawn.

    Rows carry ``estimate``, ``conf_low``, ``conf_high``, the option of each choice of
    :data:`asn_research.findings.conclusions.specification.CHOICES` (None where a choice makes no difference)
    and ``headline``, true for the one that the report tells as its answer.
    """
    rows = _ways(finding)
    if not rows:
        return None
    ends = interval_ends(rows)
    shown = cut_ends(rows, ends)
    hollow = phrase("figure.note_no_interval", language) if any(math.isnan(e[0]) for e in ends) else ""
    cut = any(s != e for s, e in zip(shown, ends, strict=True) if e[0] <= e[1])
    clipped = phrase("figure.note_clipped", language) if cut else ""
    note = join(left_out_note(finding, len(rows), language), hollow, clipped)
    figure, curve, matrix = _frame(finding, rows, language, note=note)
    _scale(curve, finding, rows, shown, language)
    _draw_curve(curve, rows, shown, ends)
    _draw_matrix(matrix, rows)
    main = [i for i, row in enumerate(rows) if row.get("headline")]
    for place in main:
        value = format_quantity(number(rows[place]["estimate"]), unit_of(finding), language, sign=True)
        text = phrase("figure.way_headline", language, value=value)
        for axes in (curve, matrix):
            axes.axvspan(place - 0.5, place + 0.5, color=style.TRACK, linewidth=0, zorder=0.5)
        write_marks(curve, [(float(place), text, style.ACCENT)])
    return style.finish(figure)


def _frame(
    finding: Finding, rows: Sequence[Row], language: Language, *, note: str
) -> tuple[Figure, Axes, Axes]:
    """Two axes over one another with the names of the options written at their left."""
    options = _options(rows)
    names = [[phrase(f"figure.way_{option}", language) for _, option in pairs] for pairs in options]
    left = _EDGE + max((style.text_width(n) for pairs in names for n in pairs), default=60.0) + _GAP
    wide = style.WIDTH_PT - 2 * _EDGE
    upper = style.wrap(axis_label(finding, unit_of(finding), language), wide, size=style.SMALL)
    lower = style.wrap(phrase("figure.axis_ways", language), wide, size=style.SMALL)
    notes = style.wrap(note, wide, size=style.SMALL, lines=4) if note else []
    matrix_pt = sum(_LINE_PT * len(pairs) + _CHOICE_GAP_PT for pairs in names)
    top = 10.0 + 12.0 * len(upper) + 18.0
    below = 8.0 + 12.0 * len(lower) + (4.0 + 12.0 * len(notes) if notes else 0.0)
    total = top + _CURVE_PT + matrix_pt + below
    figure, curve = style.new_figure(total, left=left, right=_RIGHT_PT, top=top, bottom=below + matrix_pt)
    box = curve.get_position()
    matrix = figure.add_axes((box.x0, below / total, box.width, matrix_pt / total), facecolor="none")
    for axes in (curve, matrix):
        axes.set_xlim(-_PAD, len(rows) - 1 + _PAD)
        axes.set_xticks([])
    for spine in matrix.spines.values():
        spine.set_visible(False)
    matrix.set_ylim(matrix_pt, 0.0)
    matrix.set_yticks([])
    texts = [(line, total - 8.0 - 12.0 * i) for i, line in enumerate(upper)]
    texts += [(line, below - 14.0 - 12.0 * i) for i, line in enumerate(lower)]
    texts += [(line, 12.0 * (len(notes) - i) - 6.0) for i, line in enumerate(notes)]
    for line, y in texts:
        _write(figure, y, line, size=style.SMALL, color=style.MUTED)
    for (y, _), name in zip(_places(options), [n for pairs in names for n in pairs], strict=True):
        _write(figure, below + matrix_pt - y, name, size=style.SIZE, color=style.INK)
    return figure, curve, matrix


def _places(options: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[float, tuple[str, str]]]:
    """How far below the curve each option's line lies, in points."""
    found, depth = [], 0.0
    for pairs in options:
        depth += _CHOICE_GAP_PT
        found += [(depth + _LINE_PT * (i + 0.5), pair) for i, pair in enumerate(pairs)]
        depth += _LINE_PT * len(pairs)
    return found


def _write(figure: Figure, y_pt: float, line: str, *, size: float, color: str) -> None:
    height = figure.get_figheight() * 72
    figure.text(
        _EDGE / style.WIDTH_PT, y_pt / height, line, ha="left", va="center_baseline", fontsize=size,
        color=color,
    )  # fmt: skip


def _scale(axes: Axes, finding: Finding, rows: Sequence[Row], shown: Ends, language: Language) -> None:
    unit, reference = unit_of(finding), reference_of(finding)
    known = [number(row.get("estimate")) for row in rows] + [end for ends in shown for end in ends]
    known = [value for value in [*known, reference] if not math.isnan(value)]
    pad = 0.06 * (max(known) - min(known)) or 1.0
    low, high = min(known) - pad, max(known) + pad
    ticks = nice_ticks(low, high)
    digits = axis_digits(ticks, unit)
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [format_quantity(t, unit, language, digits=digits) for t in ticks])
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    if not math.isnan(reference):
        axes.axhline(reference, color=style.MUTED, linewidth=1.2, zorder=1.5)


def _color(row: Row) -> str:
    return style.ACCENT if row.get("headline") else style.QUIET


def _draw_curve(axes: Axes, rows: Sequence[Row], shown: Ends, ends: Ends) -> None:
    colors = [_color(row) for row in rows]
    known = [i for i, (low, _) in enumerate(shown) if not math.isnan(low)]
    lows, highs = ([shown[i][side] for i in known] for side in (0, 1))
    widths = [2.8 if rows[i].get("headline") else 1.6 for i in known]
    axes.vlines(known, lows, highs, colors=[colors[i] for i in known], linewidths=widths, zorder=2)
    for side, marker in ((0, "v"), (1, "^")):
        cut = [i for i in known if shown[i][side] != ends[i][side]]
        if cut:
            axes.scatter(
                cut, [shown[i][side] for i in cut], c=[colors[i] for i in cut], marker=marker, s=26, zorder=2
            )
    faces = [style.PAPER if math.isnan(low) else color for color, (low, _) in zip(colors, shown, strict=True)]
    estimates = [number(row.get("estimate")) for row in rows]
    axes.scatter(range(len(rows)), estimates, s=34, facecolors=faces, edgecolors=colors, zorder=3)


def _dot_color(is_chosen: bool, is_main: bool) -> str:
    if not is_chosen:
        return style.GRID
    return style.ACCENT if is_main else style.MUTED


def _draw_matrix(axes: Axes, rows: Sequence[Row]) -> None:
    dots = [
        (x, y, row.get(choice) == option, bool(row.get("headline")))
        for y, (choice, option) in _places(_options(rows))
        for x, row in enumerate(rows)
    ]
    axes.scatter(
        [x for x, *_ in dots],
        [y for _, y, *_ in dots],
        s=[30 if is_chosen else 7 for *_, is_chosen, _ in dots],
        c=[_dot_color(is_chosen, is_main) for *_, is_chosen, is_main in dots],
        linewidths=0,
    )
    depth = 0.0
    for pairs in _options(rows):
        axes.axhline(depth + _CHOICE_GAP_PT / 2, color=style.GRID, linewidth=0.8, zorder=0.8)
        depth += _CHOICE_GAP_PT + _LINE_PT * len(pairs)


def describe_specification(finding: Finding, language: Language) -> str:
    """The figure in words: its range, where the headline stands, how many intervals leave out zero."""
    rows = _ways(finding)
    main = [i for i, row in enumerate(rows) if row.get("headline")]
    if not main:
        return ""
    unit = unit_of(finding)
    low, high = (
        format_quantity(number(r["estimate"]), unit, language, sign=True) for r in (rows[0], rows[-1])
    )
    ends = [(low_end, high_end) for low_end, high_end in interval_ends(rows) if low_end <= high_end]
    clear = sum(not low_end <= 0.0 <= high_end for low_end, high_end in ends)
    told = phrase(
        "figure.alt_specification_clear",
        language,
        level=level_text(finding, language),
        clear=format_count(clear, language),
        tested=format_count(len(ends), language),
    )
    return phrase(
        "figure.alt_specification",
        language,
        count=format_count(len(rows), language),
        low=low,
        high=high,
        headline=range_text(rows[main[0]], "estimate", unit, language, sign=True),
        rank=format_count(main[0] + 1, language),
        clear=told if ends else "",
    )
