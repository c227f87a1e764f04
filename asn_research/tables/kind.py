"""The kinds of table: which columns the rows of a finding are shown in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import is_change, level_of, number, unit_of
from asn_research.findings.wordings.advice import change_text, evidence_text, strength_text
from asn_research.findings.wordings.deviation import done_text, planned_text, point_text, why_text
from asn_research.findings.wordings.label import code_label, count_head, month_label, own_phrase, row_label
from asn_research.language import Language, format_count, format_level, phrase
from asn_research.language.number import MISSING
from asn_research.language.quantity import format_quantity
from asn_research.tables.format import format_interval, format_p, format_people, format_value

_JOINER = "\N{WORD JOINER}"  # no line break inside a range
Write = Callable[[Row], str]


@dataclass(frozen=True)
class TableColumn:
    """One column: its head, and how a row's cell is written."""

    head: str
    cell: Write
    is_number: bool = True


@dataclass(frozen=True)
class TableLayout:
    """A table before it is rendered: its rows, the name of each (head first), and its other columns."""

    head: str
    name: Write
    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]


def _named(finding: Finding, language: Language, *columns: TableColumn) -> TableLayout:
    head = phrase("figure.head_row", language)
    return TableLayout(head, lambda row: row_label(row, language), columns, finding.rows)


def _has(finding: Finding, column: str) -> bool:
    return any(row.get(column) is not None for row in finding.rows)


def _value(head: str, column: str, unit: str, language: Language, *, sign: bool = False) -> TableColumn:
    return TableColumn(
        phrase(f"figure.head_{head}", language),
        lambda row: format_value(row, column, unit, language, sign=sign),
    )


def _interval(finding: Finding, unit: str, language: Language, *, sign: bool = False) -> TableColumn:
    level = format_level(level_of(finding), language)
    return TableColumn(
        phrase("figure.head_interval", language, level=level),
        lambda row: format_interval(row, unit, language, sign=sign),
    )


def _counts(finding: Finding, column: str, language: Language, *, head: str = "count") -> TableColumn:
    words = count_head(finding, language) if head == "count" else phrase(f"figure.head_{head}", language)
    return TableColumn(words, lambda row: format_people(row, column, language))


def _texts(cells: Sequence[tuple[str, Callable[..., str]]], language: Language) -> tuple[TableColumn, ...]:
    """Columns of words."""
    return tuple(
        TableColumn(
            phrase(f"figure.head_{head}", language), partial(cell, language=language), is_number=False
        )
        for head, cell in cells
    )


def lay_interval(finding: Finding, language: Language) -> TableLayout:
    """Estimate, interval, people."""
    unit, sign = unit_of(finding), is_change(finding)
    roles = {row.get("role") for row in finding.rows}
    head = "difference" if roles & {"contrast", "pair"} else "change" if sign else "estimate"
    columns = [
        _value(head, "estimate", unit, language, sign=sign),
        _interval(finding, unit, language, sign=sign),
    ]
    if _has(finding, "p_value") or _has(finding, "p_holm"):
        columns.append(TableColumn(phrase("figure.head_p", language), lambda row: format_p(row, language)))
    if _has(finding, "n"):
        columns.append(_counts(finding, "n", language))
    return _named(finding, language, *columns)


def lay_share(finding: Finding, language: Language) -> TableLayout:
    """Share, interval where there is one, people, of how many."""
    columns = [_value("share", "share", "share", language)]
    if _has(finding, "conf_low"):
        columns.append(_interval(finding, "share", language))
    heads = (("n", "count"), ("total", "of_total"))
    counts = [
        _counts(finding, column, language, head=head) for column, head in heads if _has(finding, column)
    ]
    return _named(finding, language, *columns, *counts)


def lay_likert(finding: Finding, language: Language) -> TableLayout:
    """One row per item: mean, interval, people, and how the answers are spread."""
    spread: dict[tuple[str, str], list[str]] = {}
    firsts: dict[tuple[str, str], Row] = {}
    for row in sorted(finding.rows, key=lambda row: number(row.get("response"))):
        firsts.setdefault(_item(row), row)
        share = format_value(row, "share", "share", language)
        spread.setdefault(_item(row), []).append(f"{answer_name(row)}:\N{NO-BREAK SPACE}{share}")
    order = dict.fromkeys(_item(row) for row in finding.rows)
    columns = (
        _value("mean", "mean", "scale", language),
        _interval(finding, "scale", language),
        _counts(finding, "total", language),
        TableColumn(
            phrase("figure.head_answers", language),
            lambda row: ", ".join(spread[_item(row)]),
            is_number=False,
        ),
    )
    head = phrase("figure.head_item", language)
    rows = tuple(firsts[item] for item in order)
    return TableLayout(head, lambda row: row_label(row, language), columns, rows)


def _item(row: Row) -> tuple[str, str]:
    return str(row.get("group")), str(row.get("label") or row.get("label_code"))


def answer_name(row: Row) -> str:
    """The answers that a row counts: ``4``, or ``1–3`` where rare answers were joined."""
    response = number(row.get("response"))
    if response != response:
        return "–"
    low, high = (row.get(name) or int(response) for name in ("response_low", "response_high"))
    return str(low) if low == high else f"{low}{_JOINER}–{_JOINER}{high}"


def lay_distribution(finding: Finding, language: Language) -> TableLayout:
    """One row per bin under its series: share and people."""
    rows = tuple({**row, "group": row.get("series")} for row in finding.rows)
    columns = [_value("share", "share", "share", language)]
    if _has(finding, "count"):
        columns.append(_counts(finding, "count", language))
    head = phrase("figure.head_bin", language)
    return TableLayout(head, _range_name("bin_low", "bin_high", "bound", language), tuple(columns), rows)


def _range_name(low: str, high: str, unit: str, language: Language) -> Write:
    def name(row: Row) -> str:
        ends = (format_quantity(number(row.get(column)), unit, language) for column in (low, high))
        return phrase("figure.interval", language, **dict(zip(("low", "high"), ends, strict=True)))

    return name


def lay_line(finding: Finding, language: Language) -> TableLayout:
    """One row per bin of the horizontal axis, or per named place on it: average, interval, people."""
    layout = lay_interval(finding, language)
    unit = str(finding.details.get("x_unit") or "share")
    if any(row.get("label") for row in finding.rows):
        head = own_phrase("head_x", finding, language) or phrase("figure.head_x", language)
        place = TableColumn(head, lambda row: format_value(row, "x_mean", unit, language))
        unit_head = phrase("figure.head_unit", language)
        return TableLayout(unit_head, layout.name, (place, *layout.columns), finding.rows)
    name = _range_name("x_low", "x_high", unit, language)
    return TableLayout(phrase("figure.head_x", language), name, layout.columns, finding.rows)


def lay_background(finding: Finding, language: Language) -> TableLayout:
    """One row per component: value, and interval where there is one."""
    unit = unit_of(finding)
    columns = [_value("change", "estimate", unit, language, sign=True)]
    if _has(finding, "conf_low"):
        columns.append(_interval(finding, unit, language, sign=True))
    if _has(finding, "before"):
        waves = [_value(wave, wave, unit, language) for wave in ("before", "after")]
        columns = [*waves, *columns]

    def name(row: Row) -> str:
        return code_label(f"figure.component_{row.get('component')}", language)

    return TableLayout(phrase("figure.head_component", language), name, tuple(columns), finding.rows)


def lay_power(finding: Finding, language: Language) -> TableLayout:
    """One row per number of people: the smallest change that could be detected."""

    def name(row: Row) -> str:
        count = format_count(number(row.get("n")), language)
        return phrase("figure.now", language, count=count) if row.get("current") else count

    columns = (_value("mde", "mde", unit_of(finding), language),)
    return TableLayout(phrase("figure.unit_people", language), name, columns, finding.rows)


def lay_satisfaction(finding: Finding, language: Language) -> TableLayout:
    """Index before and after, change with interval, class after with its probability, respondents."""
    unit = unit_of(finding)

    def quality(row: Row) -> str:
        if row.get("class_after") is None:
            return MISSING
        share = format_value(row, "class_share", "share", language)
        return f"{row['class_after']}\N{NO-BREAK SPACE}({share})"

    return _named(
        finding,
        language,
        _value("before", "before", unit, language),
        _value("after", "after", unit, language),
        _value("change", "estimate", unit, language, sign=True),
        _interval(finding, unit, language, sign=True),
        TableColumn(phrase("figure.head_class", language), quality),
        _counts(finding, "n", language),
    )


def lay_series(finding: Finding, language: Language) -> TableLayout:
    """One row per month: median, interval, requests."""
    unit = unit_of(finding)
    columns = (
        _value("median", "estimate", unit, language),
        _interval(finding, unit, language),
        _counts(finding, "n", language),
    )
    head = phrase("figure.head_month", language)
    return TableLayout(head, lambda row: month_label(str(row.get("label")), language), columns, finding.rows)


def lay_cost(finding: Finding, language: Language) -> TableLayout:
    """Cost per participant, and per completer and per participant and hour where told; participants."""
    names = (("per_participant", "amount"), ("per_completer", "per_completer"), ("per_hour", "per_hour"))
    columns = [_value(head, column, "idr", language) for head, column in names if _has(finding, column)]
    return _named(finding, language, *columns, _counts(finding, "n", language))


def lay_amount(finding: Finding, language: Language) -> TableLayout:
    """One amount per row."""
    head = own_phrase("head_amount", finding, language) or phrase("figure.head_amount", language)
    unit = unit_of(finding)
    return _named(
        finding, language, TableColumn(head, lambda row: format_value(row, "amount", unit, language))
    )


def lay_display(finding: Finding, language: Language) -> TableLayout:
    """One row per topic: what voices say, what numbers say, and what both say together."""

    def voices(row: Row) -> str:
        if row.get("n") is None:
            return phrase("figure.voices_untold" if row.get("total") else "figure.voices_none", language)
        share = format_value(row, "share", "share", language)
        count, total = (format_people(row, column, language) for column in ("n", "total"))
        return phrase("figure.voices_of", language, share=share, count=count, total=total)

    def numbers(row: Row) -> str:
        if row.get("question") is None:
            return phrase("figure.numbers_none", language)
        unit = str(row["unit"])
        value = format_value(row, "estimate", unit, language, sign=unit not in ("share", "scale"))
        ends = format_interval(row, unit, language)
        name = phrase(f"figure.caption_{row['question']}", language)
        return f"{name}: {value}" + ("" if ends == MISSING else f" ({ends})")

    def verdict(row: Row) -> str:
        return phrase(f"finding.joint_{row['verdict_code']}", language)

    columns = tuple(
        TableColumn(phrase(f"figure.head_{head}", language), cell, is_number=False)
        for head, cell in (("voices", voices), ("numbers", numbers), ("verdict", verdict))
    )
    head = phrase("figure.head_topic", language)
    return TableLayout(head, lambda row: row_label(row, language), columns, finding.rows)


def lay_advice(finding: Finding, language: Language) -> TableLayout:
    """One row per recommendation: how well it is founded, on what, and what would change it."""
    cells = (("strength", strength_text), ("evidence", evidence_text), ("would_change", change_text))
    columns = _texts(cells, language)
    head = phrase("figure.head_advice", language)
    return TableLayout(head, lambda row: row_label(row, language), columns, finding.rows)


def lay_services(finding: Finding, language: Language) -> TableLayout:
    """Index before, after and its change; change of the waiting time; respondents."""
    columns = [
        _value("index_before", "before", "index", language),
        _value("index_after", "after", "index", language),
        _value("change", "estimate", "index", language, sign=True),
        _interval(finding, "index", language, sign=True),
    ]
    if _has(finding, "wait"):
        level = format_level(level_of(finding), language)
        ends = ("wait_low", "wait_high")
        columns.append(_value("wait", "wait", "days", language, sign=True))
        columns.append(
            TableColumn(
                phrase("figure.head_interval", language, level=level),
                lambda row: format_interval(row, "days", language, columns=ends, sign=True),
            )
        )
    return _named(finding, language, *columns, _counts(finding, "n", language))


def lay_prediction(finding: Finding, language: Language) -> TableLayout:
    """What is expected with its prediction interval, and what was measured."""
    unit, level = unit_of(finding), format_level(level_of(finding), language)
    interval = TableColumn(
        phrase("figure.head_prediction", language, level=level),
        lambda row: format_interval(row, unit, language, sign=True),
    )
    return _named(
        finding,
        language,
        _value("expected", "estimate", unit, language, sign=True),
        interval,
        _value("observed", "observed", unit, language, sign=True),
    )


def lay_change(finding: Finding, language: Language) -> TableLayout:
    """Then, now, difference with its interval; each row in its own unit."""

    def value(head: str, column: str) -> TableColumn:
        return TableColumn(
            phrase(f"figure.head_{head}", language),
            lambda row: format_value(row, column, str(row.get("unit")), language),
        )

    def unit(row: Row) -> str:
        return "percentage_points" if row.get("unit") == "share" else str(row.get("unit"))

    level = format_level(level_of(finding), language)
    return _named(
        finding,
        language,
        value("then", "before"),
        value("now", "now"),
        TableColumn(
            phrase("figure.head_difference", language),
            lambda row: format_value(row, "estimate", unit(row), language, sign=True),
        ),
        TableColumn(
            phrase("figure.head_interval", language, level=level),
            lambda row: format_interval(row, unit(row), language, sign=True),
        ),
        TableColumn(phrase("figure.head_p", language), lambda row: format_p(row, language)),
    )


def lay_specification(finding: Finding, language: Language) -> TableLayout:
    """One row per way of computing: its choices, result, interval, clusters, people."""
    unit = unit_of(finding)

    def name(row: Row) -> str:
        codes = str(row.get("label_code") or "").split(" - ")
        first, *others = (code_label(code, language) for code in codes)
        words = "; ".join([first, *(w if w.isupper() else w[:1].lower() + w[1:] for w in others)])
        return phrase("figure.way_marked", language, name=words) if row.get("headline") else words

    columns = (
        _value("change", "estimate", unit, language, sign=True),
        _interval(finding, unit, language, sign=True),
        _counts(finding, "n_clusters", language, head="n_clusters"),
        _counts(finding, "n", language),
    )
    return TableLayout(phrase("figure.head_way", language), name, columns, finding.rows)


def lay_deviation(finding: Finding, language: Language) -> TableLayout:
    """One row per deviation: what was planned, what was done, why."""
    columns = _texts((("planned", planned_text), ("done", done_text), ("why", why_text)), language)
    head = phrase("figure.head_point", language)
    return TableLayout(head, lambda row: point_text(row, language), columns, finding.rows)


LAYOUTS: Final[dict[str, Callable[[Finding, Language], TableLayout]]] = {
    "interval": lay_interval,
    "share": lay_share,
    "likert": lay_likert,
    "distribution": lay_distribution,
    "line": lay_line,
    "background": lay_background,
    "power": lay_power,
    "satisfaction": lay_satisfaction,
    "series": lay_series,
    "cost": lay_cost,
    "amount": lay_amount,
    "services": lay_services,
    "prediction": lay_prediction,
    "change": lay_change,
    "display": lay_display,
    "advice": lay_advice,
    "specification": lay_specification,
    "deviation": lay_deviation,
}
"""The kinds of table a question may name."""
