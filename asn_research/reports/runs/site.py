"""The index of all reports in a folder, made from their manifests alone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from asn_research.contract.region import ACROSS
from asn_research.ingest.storage import write_files
from asn_research.language import LANGUAGES, Language, format_count, format_date, phrase
from asn_research.reports.pages.edition import CROSS_REGION, PRODUCTS, REPORT, page_name, style_markup
from asn_research.reports.pages.markup import render
from asn_research.reports.pages.overview import (
    Scale,
    common_scale,
    compare_reports,
    read_mark,
    row_drawing,
    value_texts,
)
from asn_research.reports.pages.page import index_script, security_policy
from asn_research.reports.publications.manifest import Manifest, read_manifest
from asn_research.reports.publications.problem import notice
from asn_research.reports.publications.provenance import digest_bytes
from asn_research.reports.runs.history import KEPT

_NAMED: Final = 12
"""Overdue reports that the banner names; it counts the others."""
_HEADS: Final = (
    ("region", "text"), ("grade", "number"), ("result", "number"), ("headline", ""),
    ("data", "date"), ("state", "number"), ("links", ""),
)  # fmt: skip
_RANKS: Final = ("failed", "incomplete", "overdue", "synthetic", "made")
"""The states of a report, the most pressing first."""


def index_name(language: Language) -> str:
    """File name of the index in a language."""
    return "index.html" if language == "id" else f"index.{language}.html"


def read_manifests(reports: Path) -> list[Manifest]:
    """The manifests of all report folders, by region name, the latest period of a region first."""
    found = [read_manifest(path.parent) for path in sorted(reports.glob("*/*/manifest.json"))]
    known = [manifest for manifest in found if manifest is not None]
    known.sort(key=lambda manifest: manifest.period, reverse=True)
    return sorted(known, key=lambda manifest: manifest.region)


def write_index(reports: Path, *, overdue: Sequence[str] = (), failed: Sequence[str] = ()) -> dict[str, str]:
    """Write the index pages of a reports folder.

    Parameters
    ----------
    reports
        The folder.
    overdue
        Reports (``region/period``) that no run has confirmed for too long: a banner names them. A page
        without a script cannot know what day it is read; so the banner is of the time of its writing.
    failed
        Reports (``region/period``) that the last run could not make: where not even a stub could be put in
        the place of the old page, the index says that it is old, and shows nothing of it.

    Returns
    -------
    dict
        The SHA-256 of each page by its name.
    """
    manifests = [_as_failed(m, failed) for m in read_manifests(reports)]
    made = [language for language in LANGUAGES if any(language in m.languages for m in manifests)]
    languages = made or ["id"]
    across = read_manifest(reports / ACROSS)
    files = {}
    for language in languages:
        others = [other for other in languages if other != language]
        alternate = index_name(others[0]) if others else ""
        files[index_name(language)] = _index_page(
            manifests, language, alternate, across=across, overdue=overdue
        ).encode()
    if "id" not in languages:
        files[index_name("id")] = files[index_name(languages[0])]
    write_files(reports, files, remove=[index_name(language) for language in LANGUAGES])
    return {name: digest_bytes(content) for name, content in files.items()}


def _as_failed(manifest: Manifest, failed: Sequence[str]) -> Manifest:
    """The manifest as of a failed report, where it is of an old page that could not be replaced."""
    if manifest.state == "failed" or f"{manifest.region}/{manifest.period}" not in failed:
        return manifest
    return Manifest(
        region=manifest.region,
        period=manifest.period,
        state="failed",
        name=manifest.name,
        languages=manifest.languages,
        problems=(KEPT,),
        synthetic=manifest.synthetic,
    )


def _index_page(
    manifests: list[Manifest],
    language: Language,
    alternate: str,
    *,
    across: Manifest | None,
    overdue: Sequence[str],
) -> str:
    made = sum(manifest.state != "failed" for manifest in manifests)
    lead = phrase(
        "report.index_lead",
        language,
        made=format_count(made, language),
        all=format_count(len(manifests), language),
    )
    marks = [mark for manifest in manifests if (mark := read_mark(manifest)) is not None]
    scale = common_scale(marks)
    code = Markup(index_script())  # noqa: S704  (this project's own)
    return str(
        render(
            "index",
            language,
            title=phrase("report.index_title", language),
            lead=lead,
            heads=_HEADS,
            rows=[_row(manifest, language, scale=scale, overdue=overdue) for manifest in manifests],
            across=_across(across, language),
            overview=compare_reports(manifests, language),
            overdue=_overdue(manifests, overdue, language),
            policy=security_policy([code]),
            style=style_markup(),
            script=code,
            links=[],
            alternate=alternate,
        )
    )


def _overdue(manifests: list[Manifest], overdue: Sequence[str], language: Language) -> str:
    """The words of the banner; empty where nothing is overdue."""
    names = {f"{manifest.region}/{manifest.period}": manifest.name for manifest in manifests}
    shown = [f"{names[key]} {key.partition('/')[2]}" for key in overdue if key in names]
    if not shown:
        return ""
    more = f" (+{format_count(len(shown) - _NAMED, language)})" if len(shown) > _NAMED else ""
    return phrase("report.index_overdue", language, names=", ".join(shown[:_NAMED]) + more)


def _headline(manifest: Manifest, language: Language) -> str:
    """The main answer in words; for a report that could not be made, why."""
    if manifest.state == "failed":
        return " ".join(str(notice(problem, language)) for problem in manifest.problems[:3])
    return manifest.headline.get(language) or next(iter(manifest.headline.values()), "")


def _row(manifest: Manifest, language: Language, *, scale: Scale, overdue: Sequence[str]) -> dict[str, Any]:
    """What the table says of one report."""
    mark = read_mark(manifest)
    value, interval = value_texts(mark, language) if mark else ("", "")
    states = _states(manifest, overdue)
    pages = _pages(manifest, language)
    return {
        "name": manifest.name,
        "period": manifest.period,
        "href": pages[0][1] if pages else "",
        "grade": manifest.grade,
        "grade_words": _grade_words(manifest, language),
        "drawing": row_drawing(mark, scale) if mark else "",
        "result": "" if mark is None else repr(mark.estimate),
        "value": value,
        "interval": interval,
        "headline": _headline(manifest, language),
        "day": manifest.data_until or "",
        "until": _until(manifest, language),
        "states": states,
        "rank": min(map(_RANKS.index, states)),
        "usable": _usable(manifest, language),
        "links": pages[1:],
    }


def _states(manifest: Manifest, overdue: Sequence[str]) -> list[str]:
    """In which state a report is, the most pressing first."""
    late = f"{manifest.region}/{manifest.period}" in overdue
    found = {manifest.state, *(["overdue"] if late else []), *(["synthetic"] if manifest.synthetic else [])}
    return [state for state in _RANKS if state in found]


def _across(manifest: Manifest | None, language: Language) -> dict[str, Any] | None:
    """The report across regions, for the top of the index; None where there is none."""
    if manifest is None:
        return None
    order = sorted(manifest.languages, key=lambda other: other != language)
    links = [
        (
            phrase(f"report.index_report{'' if other == 'id' else f'_{other}'}", language),
            f"{ACROSS}/{page_name(CROSS_REGION, other)}",
            "" if other == language else other,
        )
        for other in order
    ]
    return {
        "name": phrase("report.index_across", language),
        "period": manifest.period,
        "synthetic": manifest.synthetic,
        "headline": _headline(manifest, language),
        "facts": _facts(manifest, language),
        "links": links,
    }


def _pages(manifest: Manifest, language: Language) -> list[tuple[str, str, str]]:
    """The pages of a report as label, address and language where it is not the reader's; its report first."""
    folder = f"{manifest.region}/{manifest.period}"
    order = sorted(manifest.languages, key=lambda other: other != language)
    pages: list[tuple[str, str, str]] = []
    for other in order:
        for product in reversed(PRODUCTS):
            kind = "index_report" if product is REPORT else "index_quality"
            label = phrase(f"report.{kind}{'' if other == 'id' else f'_{other}'}", language)
            foreign = "" if other == language else other
            pages.append((label, f"{folder}/{page_name(product, other)}", foreign))
    return pages


def _grade_words(manifest: Manifest, language: Language) -> str:
    words = manifest.grade_text.get(language) or next(iter(manifest.grade_text.values()), "")
    return words.partition(". ")[0].rstrip(".")


def _until(manifest: Manifest, language: Language) -> str:
    if not manifest.data_until:
        return ""
    return format_date(datetime.date.fromisoformat(manifest.data_until), language)


def _usable(manifest: Manifest, language: Language) -> str:
    """How many of the rows received can be used."""
    if not manifest.totals:
        return ""
    return phrase(
        "report.index_usable",
        language,
        usable=format_count(manifest.totals["accepted"] + manifest.totals["corrected"], language),
        rows=format_count(manifest.totals["rows"], language),
    )


def _facts(manifest: Manifest, language: Language) -> list[tuple[str, str]]:
    facts = []
    if manifest.grade is not None:
        grade = phrase("report.grade_of", language, grade=manifest.grade)
        words = _grade_words(manifest, language)
        facts.append((phrase("report.grade", language), f"{grade}: {words}" if words else grade))
    if manifest.data_until:
        facts.append((phrase("report.data_until", language), _until(manifest, language)))
    return facts
