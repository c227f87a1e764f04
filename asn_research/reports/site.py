"""The index of all reports in a folder, made from their manifests alone."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from asn_research.contract.region import ACROSS
from asn_research.ingest.storage import write_files
from asn_research.language import LANGUAGES, Language, format_count, format_date, phrase
from asn_research.reports.edition import CROSS_REGION, PRODUCTS, REPORT, page_name, style_markup
from asn_research.reports.manifest import Manifest, read_manifest
from asn_research.reports.markup import render
from asn_research.reports.page import security_policy
from asn_research.reports.problem import notice
from asn_research.reports.provenance import digest_bytes

_NAMED: Final = 12


def index_name(language: Language) -> str:
    """File name of the index in a language."""
    return "index.html" if language == "id" else f"index.{language}.html"


def read_manifests(reports: Path) -> list[Manifest]:
    """The manifests of all report folders, by region name, the latest period of a region first."""
    found = [read_manifest(path.parent) for path in sorted(reports.glob("*/*/manifest.json"))]
    known = [manifest for manifest in found if manifest is not None]
    known.sort(key=lambda manifest: manifest.period, reverse=True)
    return sorted(known, key=lambda manifest: manifest.region)


def write_index(reports: Path, *, overdue: Sequence[str] = ()) -> dict[str, str]:
    """Write the index pages of a reports folder.

    Parameters
    ----------
    reports
        The folder.
    overdue
        Reports (``region/period``) that no run has confirmed for too long: a banner names them. A page
        without a script cannot know what day it is read; so the banner is of the time of its writing.

    Returns
    -------
    dict
        The SHA-256 of each page by its name.
    """
    manifests = read_manifests(reports)
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
    return str(
        render(
            "index",
            language,
            title=phrase("report.index_title", language),
            lead=lead,
            rows=[_row(manifest, language) for manifest in manifests],
            across=_across(across, language),
            overdue=_overdue(manifests, overdue, language),
            policy=security_policy(),
            style=style_markup(),
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


def _row(manifest: Manifest, language: Language) -> dict[str, Any]:
    failed = manifest.state == "failed"
    if failed:
        headline = " ".join(str(notice(problem, language)) for problem in manifest.problems[:3])
    else:
        headline = manifest.headline.get(language) or next(iter(manifest.headline.values()), "")
    return {
        "name": manifest.name,
        "period": manifest.period,
        "status": manifest.state,
        "headline": headline,
        "synthetic": manifest.synthetic,
        "links": _links(manifest, language),
        "facts": _facts(manifest, language),
    }


def _across(manifest: Manifest | None, language: Language) -> dict[str, Any] | None:
    """The report across regions, for the top of the index; None where there is none."""
    if manifest is None:
        return None
    order = sorted(manifest.languages, key=lambda other: other != language)
    links = [
        (
            phrase(f"report.index_report{'' if other == 'id' else f'_{other}'}", language),
            f"{ACROSS}/{page_name(CROSS_REGION, other)}",
        )
        for other in order
    ]
    shown = _row(manifest, language)
    return {**shown, "name": phrase("report.index_across", language), "links": links}


def _links(manifest: Manifest, language: Language) -> list[tuple[str, str]]:
    """Links to both products in every language, those of the reader's language first."""
    folder = f"{manifest.region}/{manifest.period}"
    order = sorted(manifest.languages, key=lambda other: other != language)
    links = []
    for other in order:
        for product in reversed(PRODUCTS):
            kind = "index_report" if product is REPORT else "index_quality"
            suffix = "" if other == "id" else f"_{other}"
            links.append(
                (phrase(f"report.{kind}{suffix}", language), f"{folder}/{page_name(product, other)}")
            )
    return links


def _facts(manifest: Manifest, language: Language) -> list[tuple[str, str]]:
    facts = []
    if manifest.grade is not None:
        words = manifest.grade_text.get(language) or next(iter(manifest.grade_text.values()), "")
        grade = phrase("report.grade_of", language, grade=manifest.grade)
        first = words.partition(". ")[0].rstrip(".")
        facts.append((phrase("report.grade", language), f"{grade}: {first}" if first else grade))
    if manifest.data_until:
        day = datetime.date.fromisoformat(manifest.data_until)
        facts.append((phrase("report.data_until", language), format_date(day, language)))
    if manifest.totals:
        usable = manifest.totals["accepted"] + manifest.totals["corrected"]
        text = phrase(
            "report.index_rows_of",
            language,
            usable=format_count(usable, language),
            rows=format_count(manifest.totals["rows"], language),
        )
        facts.append((phrase("report.index_rows", language), text))
    return facts
