"""What is asked of an office about its work units: names that may be one, names that stand nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

import pandas as pd

from asn_research.contract.agency import name_key, pair_units
from asn_research.contract.declaration import LONGEST
from asn_research.contract.region import REGION_FILE, Region
from asn_research.contract.vocabulary import nearest
from asn_research.errors import Place, Problem
from asn_research.ingest.files.problem import make_problem
from asn_research.ingest.people.name import Names
from asn_research.ingest.people.text import scrub_label
from asn_research.ingest.records.record import Segment

_UNIT: Final = "unit"
_PLACES: Final = frozenset({"kota", "kabupaten", "provinsi"})
_MOST_ASKED: Final = 20


def list_written(segments: Iterable[Segment]) -> frozenset[str]:
    """The names of units as they stand in the files, also in rows that are set aside."""
    return frozenset(
        name
        for segment in segments
        if _UNIT in segment.frame
        for name in segment.frame[_UNIT].unique()
        if isinstance(name, str)
    )


def list_renamed(region: Region, written: Set[str], *, names: Names) -> list[dict[str, str]]:
    """The names in the files that ``[units]`` replaces, each with the one used; ``names`` are of people."""
    decided = region.unit_names
    used = {name: decided.get(name_key(name), name) for name in sorted(written)}
    return [
        {"written": name, "used": other}
        for name, other in used.items()
        if name_key(name) != name_key(other) and _may_be_told(name, names)
    ]


def ask_about_units(
    region: Region,
    period: str,
    tables: Mapping[str, pd.DataFrame],
    written: Set[str],
    *,
    names: Names,
) -> list[Problem]:
    """The questions about the units of a period; they are asked, and nothing is changed by them.

    Parameters
    ----------
    region, period
        What region.toml says, ``[units]`` among it, and the period that was taken in.
    tables
        The tables as they are stored.
    written
        The names as they stand in the files, by :func:`list_written`.
    names
        Of people: what holds one is not repeated here.
    """
    kept = {name for frame in tables.values() if _UNIT in frame for name in frame[_UNIT].dropna().unique()}
    sound = [name for name in map(str, sorted(kept)) if _may_be_told(name, names)]
    place = Place(f"{region.folder}/{REGION_FILE}")
    return _ask_about_absent(region, period, written, sound, place) + _ask_about_pairs(region, sound, place)


def _may_be_told(name: str, names: Names) -> bool:
    """Whether a name can be copied into region.toml as it stands, and names nobody."""
    whole = len(name) <= LONGEST and name.isprintable() and scrub_label(name) == name and "[" not in name
    return whole and names.hide(name) == name


def _ask_about_absent(
    region: Region, period: str, written: Set[str], sound: Sequence[str], place: Place
) -> list[Problem]:
    """One question about all names of ``[units]`` that no file has, each with the nearest that one has."""
    keys = {name_key(name) for name in written}
    absent = []
    for name in region.units:
        if name_key(name) not in keys:
            hint = nearest(name, sound)
            absent.append(f"{_quote(name)} ({_quote(hint)}?)" if hint else _quote(name))
    if not absent:
        return []
    return [make_problem("units_absent", place, period=period, names=", ".join(absent))]


def _ask_about_pairs(region: Region, sound: Sequence[str], place: Place) -> list[Problem]:
    """A question for each pair of names that are probably one unit, with the lines for each answer."""
    suffixes = []
    if region.region.level in _PLACES:
        full = region.region.name
        bare = " ".join(word for word in full.split() if word.casefold() not in _PLACES)
        suffixes = [full, f"{region.region.level} {bare}", f"kab {bare}", f"prov {bare}", bare]
    settled = {name_key(name) for name, used in region.units.items() if name_key(name) == name_key(used)}
    pairs = [
        pair for pair in pair_units(sound, suffixes=suffixes) if not settled.issuperset(map(name_key, pair))
    ]
    asked = []
    for pair in pairs[:_MOST_ASKED]:
        short, full = sorted(map(_quote, pair), key=lambda name: (len(name), name))
        lines = {"short_line": f"{short} = {full}", "full_line": f"{full} = {short}"}
        both = f"{short} = {short}\n{full} = {full}"
        asked.append(make_problem("units_alike", place, first=short, second=full, both_lines=both, **lines))
    if left := len(pairs) - len(asked):
        asked.append(make_problem("units_more", place, count=str(left)))
    return asked


def _quote(name: str) -> str:
    """A name as a text of TOML."""
    return json.dumps(name, ensure_ascii=False)
