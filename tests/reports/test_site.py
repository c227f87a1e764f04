"""The index tells every region's state and leads to its pages, from a folder, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from asn_research.errors import Place, Problem
from asn_research.reports.manifest import MANIFEST, Manifest
from asn_research.reports.site import write_index

TOTALS = {"rows": 1200, "accepted": 1100, "corrected": 60, "quarantined": 30, "duplicates": 10}


def put(reports: Path, region: str, period: str, **fields: Any) -> None:
    folder = reports / region / period
    folder.mkdir(parents=True)
    made = Manifest(
        **{
            "region": region,
            "period": period,
            "state": "made",
            "name": region.title(),
            "languages": ("id", "en"),
            "totals": TOTALS,
            "headline": {"id": "Nilai naik 9,1 poin.", "en": "Scores rose by 9.1 points."},
            "grade": 1,
            "grade_text": {"id": "Satu kelompok.", "en": "One group."},
            "data_until": "2025-11-04",
        }
        | fields
    )
    (folder / MANIFEST).write_text(made.as_json(), encoding="utf-8")
    for name in ("report.html", "report.en.html", "data_quality.html", "data_quality.en.html"):
        (folder / name).write_text("x", encoding="utf-8")


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def index(reports: Path, **options: Any) -> BeautifulSoup:
    write_index(reports, **options)
    return soup(reports / "index.html")


def test_every_report_has_headline_grade_date_and_links_that_lead_somewhere(tmp_path: Path) -> None:
    put(tmp_path, "kalianda", "2025")
    pages = write_index(tmp_path)
    assert set(pages) == {"index.html", "index.en.html"}
    page = soup(tmp_path / "index.html")
    text = page.get_text(" ", strip=True)
    for part in (
        "Kalianda",
        "2025",
        "Nilai naik 9,1 poin.",
        "Tingkat 1 dari 5",
        "4 November 2025",
        "1.160 dari",
    ):
        assert part in text
    links = [link["href"] for link in page.select(".links a")]
    assert len(links) == 4
    assert all((tmp_path / link).is_file() for link in links)
    assert "Scores rose by 9.1 points." in soup(tmp_path / "index.en.html").get_text()


def test_the_index_is_closed_and_ordered(tmp_path: Path) -> None:
    for region, period in (("b", "2024"), ("a", "2025"), ("b", "2025")):
        put(tmp_path, region, period)
    page = index(tmp_path)
    assert page.html["lang"] == "id"
    assert len(page.find_all("h1")) == 1
    assert not page.find_all("script")
    assert "default-src 'none'" in page.find("meta", {"http-equiv": True})["content"]
    shown = [tuple(title.get_text().split()) for title in page.select("h2")]
    assert shown == [("A", "2025"), ("B", "2025"), ("B", "2024")]


def test_a_failed_region_is_marked_and_says_why_in_place_of_a_headline(tmp_path: Path) -> None:
    problem = Problem("intake_x", "<b>rusak</b>", Place("nilai.xlsx", "Rekap", "C4"), "Perbaiki.")
    put(tmp_path, "kalianda", "2025", state="failed", problems=(problem,), grade=None)
    page = index(tmp_path)
    assert page.select_one(".state-failed")
    headline = page.select_one(".headline").get_text()
    assert "nilai.xlsx › Rekap › C4" in headline
    assert "<b>rusak</b>" in headline
    assert "Nilai naik" not in page.get_text()


def test_one_language_alone_gives_one_index(tmp_path: Path) -> None:
    put(tmp_path, "kalianda", "2025", languages=("id",))
    page = index(tmp_path)
    assert not (tmp_path / "index.en.html").exists()
    assert not page.select(".bar a")


def test_an_empty_folder_has_an_index_too(tmp_path: Path) -> None:
    assert "0 dari 0" in index(tmp_path).get_text()


def test_what_is_overdue_is_named_in_a_banner_and_otherwise_there_is_none(tmp_path: Path) -> None:
    put(tmp_path, "kalianda", "2025")
    put(tmp_path, "sawahlunto", "2025")
    assert not index(tmp_path).select(".banner")
    assert not index(tmp_path, overdue=["no_longer_there/2025"]).select(".banner")
    [banner] = index(tmp_path, overdue=["sawahlunto/2025"]).select(".banner")
    assert "Sawahlunto 2025" in banner.get_text()
    assert "Kalianda" not in banner.get_text()
    assert (
        "not checked for too long: Sawahlunto 2025."
        in soup(tmp_path / "index.en.html").select(".banner")[0].get_text()
    )
