"""Scores that stand side by side: which columns hold them, of which wave, and their dates beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from asn_research.contract.column import TABLES
from asn_research.contract.heading import Lexicon, ScoreHeading
from asn_research.contract.likeness import find_like
from asn_research.contract.meaning import AGAINST
from asn_research.contract.word import spell_out, word_bag
from asn_research.ingest.layouts.evidence import FITTING, fits
from asn_research.ingest.layouts.layout import Heading, Layout, WideColumn
from asn_research.ingest.values.value import Cells, ReadColumn

ATTRIBUTES: Final = ("wave", "competency", "source")
_DATE_WORDS: Final = frozenset({"tanggal", "date", "waktu", "hari"})
_AFTER: Final = frozenset({"pasca", "pascapelatihan", "pascadiklat"})
_SHORT: Final = 2
_DERIVED: Final = frozenset(
    {
        "gain", "kenaikan", "peningkatan", "naik", "selisih", "beda", "peringkat", "rank", "ranking", "benar",
        "salah", "jumlah", "total", "kategori", "kehadiran", "hadir", "tanggal", "difference", "increase",
    }
)  # fmt: skip
_LATER: Final = frozenset(
    {"evaluasi", "bulan", "months", "follow", "followup", "tindak", "lanjut", "retensi"}
)

Sample = Callable[[int], Sequence[Any]]


def match_scores(
    layout: Layout, headings: Sequence[Heading], *, lexicon: Lexicon, sample: Sample
) -> list[Heading]:
    """Score columns of a wide sheet: their headings name a wave, a competency or a source.

    Where a column of its own says when each row was scored, "Nilai Akhir" is what it came to in the end.
    """
    if layout.wide:
        return list(headings)
    found: list[tuple[Heading, ScoreHeading]] = []
    for heading in headings:
        said = lexicon.find_score(heading.full)
        if said is None and heading.parents and not lexicon.find_context(heading.parents):
            said = lexicon.find_score(heading.own)
            layout.elsewhere = layout.elsewhere or bool(said and _names_else(heading.parents, lexicon))
        if said:
            found.append((heading, said))
    with_wave = [(heading, said) for heading, said in found if said.wave]
    if with_wave and _says_waves(layout, sample):
        if len(with_wave) == 1 and not layout.has("score"):
            layout.columns["score"] = with_wave[0][0].column
        return [heading for heading in headings if heading.column != layout.columns.get("score")]
    if with_wave:
        found = _pair_waves(_leave_finals(layout, with_wave))
    elif "score" in layout.columns:
        found = []
    wide = [
        WideColumn(heading.column, {a: v for a in ATTRIBUTES if (v := getattr(said, a)) is not None})
        for heading, said in found
    ]
    keys = [tuple(sorted(column.values.items())) for column in wide]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        layout.ambiguous += tuple(
            f"score: {heading.full}" for (heading, _), key in zip(found, keys, strict=True) if key in twice
        )
        wide = [column for column, key in zip(wide, keys, strict=True) if key not in twice]
    if wide:
        layout.wide, layout.value = tuple(wide), "score"
        layout.columns.pop("score", None)
    drop_shared_date(layout)
    taken = {column.column for column in wide}
    return [heading for heading in headings if heading.column not in taken]


def _leave_finals(
    layout: Layout, found: list[tuple[Heading, ScoreHeading]]
) -> list[tuple[Heading, ScoreHeading]]:
    """Scores without what sounds like one of a wave: beside pre- and post-test "Nilai Akhir" is a sum."""
    tested = {said.wave for _, said in found if said.source}
    plain = [
        heading
        for heading, said in found
        if said.wave in tested and not said.source and not said.competency and len(tested) > 1
    ]
    layout.unsure |= {heading.column: ("score",) for heading in plain}
    return [(heading, said) for heading, said in found if heading not in plain]


def ask_about_scores(layout: Layout, *, lexicon: Lexicon, sample: Sample, declared: bool) -> None:
    """Ask about headings that speak of a wave but were not understood: no score is passed over in silence."""
    if layout.value != "score" or declared:
        return
    known = {word for phrase in lexicon.waves for word in phrase if len(word) > _SHORT}
    for heading in layout.rest:
        words = spell_out(heading.full).split()
        about = any(word in known or find_like(word, {w: w for w in known}).code for word in words)
        if not about or set(words) & AGAINST or set(words) & _DERIVED or lexicon.is_ignored(heading.full):
            continue
        if fits(sample(heading.column), TABLES["assessments"]["score"]) >= FITTING:
            layout.unsure.setdefault(heading.column, ("score",))


def _names_else(parents: str, lexicon: Lexicon) -> bool:
    """Whether the words over scores may name what was tested: they are known as nothing else."""
    words = spell_out(parents).split()
    return not any(word_bag(word) == ("pelatihan",) for word in words) and any(
        word not in lexicon.words and not lexicon.is_noise(word) for word in words if word.isalpha()
    )


def _says_waves(layout: Layout, sample: Sample) -> bool:
    position = layout.columns.get("wave")
    return position is not None and fits(sample(position), TABLES["assessments"]["wave"]) >= FITTING


def pair_after(cells: Cells, read: ReadColumn) -> ReadColumn:
    """Waves of the rows of a sheet: beside "Pra Pelatihan" a cell "Pasca Pelatihan" is the second of two."""
    later = [is_plain_after(str(value)) for value in cells.uniques]
    values = read.values.copy()
    after = values == "followup"
    if set(values[read.filled]) != {"pre", "followup"} or not np.array(later)[cells.codes][after].all():
        return read
    values[after] = "post"
    return replace(read, values=values)


def _pair_waves(found: list[tuple[Heading, ScoreHeading]]) -> list[tuple[Heading, ScoreHeading]]:
    """Beside "pra", "pasca pelatihan" is the second of two scores; by itself it is the later evaluation."""
    waves = {said.wave for _, said in found}
    if waves != {"pre", "followup"} or not all(
        is_plain_after(heading.full) for heading, said in found if said.wave == "followup"
    ):
        return found
    return [
        (heading, replace(said, wave="post" if said.wave == "followup" else said.wave))
        for heading, said in found
    ]


def is_plain_after(text: str) -> bool:
    """Whether a text says "pasca" and nothing of months or of a later evaluation.

    >>> is_plain_after("Nilai Pasca-Pelatihan"), is_plain_after("Pasca 3 Bulan")
    (True, False)
    """
    words = set(spell_out(text).split())
    return bool(words & _AFTER) and not words & _LATER


def drop_shared_date(layout: Layout) -> None:
    """One date beside scores of several waves is the date of none of them for certain."""
    if len({column.values.get("wave") for column in layout.wide}) > 1:
        layout.columns.pop("date", None)


def match_dates(layout: Layout, *, lexicon: Lexicon, sample: Sample) -> None:
    """The dates of scores that stand side by side, as "Tanggal Pre-Test" or "Tanggal" under "Pre-Test"."""
    if layout.value != "score" or layout.has("date"):
        return
    dates: dict[str, list[Heading]] = {}
    for heading in layout.rest:
        words = spell_out(heading.full).split()
        rest = " ".join(word for word in words if word not in _DATE_WORDS)
        if len(rest.split()) == len(words) or not (said := lexicon.find_score(rest, mistyped=False)):
            continue
        if said.wave and fits(sample(heading.column), TABLES["assessments"]["date"]) >= FITTING:
            dates.setdefault(_unpair(said.wave, layout), []).append(heading)
    taken = set()
    wide = []
    for column in layout.wide:
        found = dates.get(column.values.get("wave", ""), [])
        if len(found) == 1:
            taken.add(found[0].column)
            column = replace(column, date=found[0].column)
        wide.append(column)
    layout.wide = tuple(wide)
    layout.rest = [heading for heading in layout.rest if heading.column not in taken]


def _unpair(wave: str, layout: Layout) -> str:
    """The wave of a date: "pasca" is read as it was for the scores."""
    waves = {column.values.get("wave") for column in layout.wide}
    return "post" if wave == "followup" and "followup" not in waves else wave
