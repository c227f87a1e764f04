"""The index tells every region's state and leads to its pages, from a folder, without a network."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from asn_research.contract.region import ACROSS
from asn_research.errors import Place, Problem
from asn_research.reports.pages.page import LARGEST_PAGE
from asn_research.reports.publications.manifest import MANIFEST, Manifest
from asn_research.reports.runs.history import History, Record, renew_index
from asn_research.reports.runs.site import write_index
from tests.browser.chromium import Chromium

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
        "1 dari 5",
        "Satu kelompok",
        "4 November 2025",
        "1.160 dari 1.200 baris",
    ):
        assert part in text
    links = [link["href"] for link in page.select("#reports a")]
    assert len(links) == len(set(links)) == 4
    assert all((tmp_path / link).is_file() for link in links)
    assert "Scores rose by 9.1 points." in soup(tmp_path / "index.en.html").get_text()


def test_the_index_is_closed_and_ordered(tmp_path: Path) -> None:
    for region, period in (("b", "2024"), ("a", "2025"), ("b", "2025")):
        put(tmp_path, region, period)
    page = index(tmp_path)
    assert page.html["lang"] == "id"
    assert len(page.find_all("h1")) == 1
    policy = page.find("meta", {"http-equiv": True})["content"]
    assert "default-src 'none'" in policy
    [script] = page.find_all("script")
    digest = base64.b64encode(hashlib.sha256(script.get_text().encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    shown = [tuple(title.get_text().split()) for title in page.select("#reports tbody th")]
    assert shown == [("A", "2025"), ("B", "2025"), ("B", "2024")]


def test_a_failed_region_is_marked_and_says_why_in_place_of_a_headline(tmp_path: Path) -> None:
    problem = Problem("intake_x", "<b>rusak</b>", Place("nilai.xlsx", "Rekap", "C4"), "Perbaiki.")
    put(tmp_path, "kalianda", "2025", state="failed", problems=(problem,), grade=None)
    page = index(tmp_path)
    assert page.select_one(".state-failed")
    headline = page.select_one("td.headline").get_text()
    assert "nilai.xlsx › Rekap › C4" in headline
    assert "<b>rusak</b>" in headline
    assert "Nilai naik" not in page.get_text()


RESULT = {"estimate": 6.0, "conf_low": 4.0, "conf_high": 8.5, "unit": "points", "compared": True}


def test_every_row_draws_its_result_on_the_scale_of_all(tmp_path: Path) -> None:
    """Scale by hand: from 0 to 10 with four hundredths of it on both sides, so 10.8 wide from -0.4."""
    put(tmp_path, "a", "2025", result=RESULT)
    put(tmp_path, "b", "2025", result=RESULT | {"estimate": 9.0, "conf_high": 10.0, "compared": False})
    put(tmp_path, "c", "2025", result=RESULT | {"conf_low": None, "conf_high": None})
    first, second, third = index(tmp_path).select("td.result")
    assert "+6,0" in first.get_text()
    assert "4,0 sampai 8,5" in first.get_text()
    ends = re.findall(r"M([\d.]+) 7H([\d.]+)", first.select_one(".line")["d"])
    assert [tuple(map(float, pair)) for pair in ends] == [(40.74, 82.41)]
    assert float(first.select_one(".dot")["d"].split()[0][1:]) == pytest.approx(59.26, rel=0, abs=0.01)
    assert not first.select(".hole")
    assert second.select(".hole")
    assert not third.select(".line")


def test_the_overview_holds_every_result_in_order_and_mixes_no_kinds(tmp_path: Path) -> None:
    for i, region in enumerate("abcdefg"):
        put(tmp_path, region, "2025", result=RESULT | {"estimate": float(i), "compared": i % 2 == 0})
    put(tmp_path, "h", "2025", state="failed", result=RESULT)
    page = index(tmp_path)
    compared, alone = page.select("figure.strip")
    assert [len(panel.select_one(".dot")["d"].split("M")) - 1 for panel in (compared, alone)] == [4, 3]
    for panel in (compared, alone):
        heights = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h0", panel.select_one(".dot")["d"])]
        assert heights == sorted(heights)
        assert panel.svg["aria-label"]
    assert "4 laporan dengan kelompok pembanding" in compared.get_text()
    assert "G 2025: +6,0 poin" in compared.get_text()
    assert len(compared.select(".strip-ends span")) == 4, "a phone shows no names below the marks"


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_report_across_regions_says_whether_its_data_were_simulated(
    tmp_path: Path, synthetic: bool
) -> None:
    put(tmp_path, ACROSS, "", synthetic=synthetic)
    assert bool(index(tmp_path).select("section.across .state-synthetic")) is synthetic


def test_one_result_alone_is_no_overview(tmp_path: Path) -> None:
    put(tmp_path, "a", "2025", result=RESULT)
    assert not index(tmp_path).select("figure")


def test_every_link_of_the_index_stays_in_its_folder(tmp_path: Path) -> None:
    for region, period in (("b", "2024"), ("a", "2025")):
        put(tmp_path, region, period)
    pages = write_index(tmp_path)
    for name in pages:
        for link in soup(tmp_path / name).find_all(href=True):
            if not link["href"].startswith("#"):
                target = (tmp_path / link["href"]).resolve()
                assert target.is_file()
                assert target.is_relative_to(tmp_path.resolve())


def test_without_a_script_the_table_is_whole_and_has_no_dead_control(tmp_path: Path) -> None:
    put(tmp_path, "a", "2025", result=RESULT)
    page = index(tmp_path)
    assert page.select_one(".finder").has_attr("hidden")
    assert not page.find_all("button")
    assert not page.select("tr[hidden]")


def test_a_table_for_514_regions_stays_within_the_limit_of_a_page(tmp_path: Path) -> None:
    for number in range(514):
        name = f"Kabupaten Kepulauan Contoh {number}"
        headline = {"id": "Nilai keterampilan teknis (tes) peserta naik 10,4 poin, " * 4}
        put(tmp_path, f"r{number:03}", "2025", name=name, headline=headline, result=RESULT)
    write_index(tmp_path)
    size = (tmp_path / "index.html").stat().st_size
    assert size < LARGEST_PAGE
    assert size < 514 * 2_000


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


def test_no_window_is_too_narrow_for_a_row_with_everything_in_it(tmp_path: Path, browser: Chromium) -> None:
    words = (
        "Scores in technical skill rose by 10.4 points among the trained and by 3.5 in the comparison group."
    )
    fields = {"name": "Kabupaten Tangerang Selatan", "headline": {"en": words}, "synthetic": True, "grade": 3}
    put(tmp_path, "tangerang_selatan", "2025", **fields, result=RESULT)
    write_index(tmp_path, overdue=["tangerang_selatan/2025"])
    wider = {}
    for width in (320, 390, 768, 1024, 1057, 1100, 1280, 1440):
        browser.look(width=width)
        browser.open((tmp_path / "index.en.html").resolve().as_uri())
        wider[width] = browser.run("document.documentElement.scrollWidth") - width
    assert max(wider.values()) <= 0, wider


def test_an_old_page_that_could_not_be_replaced_is_told_to_be_old_and_nothing_of_it_is_shown(
    tmp_path: Path,
) -> None:
    put(tmp_path, "kalianda", "2025")
    put(tmp_path, "bukittinggi", "2025")
    record = Record(state="failed", confirmed="2026-01-05T00:00:00+00:00")
    history = History(reports={"kalianda/2025": record, "bukittinggi/2025": Record(state="made")})
    known = renew_index(tmp_path, replace(history, index=renew_index(tmp_path, History()).index))
    rows = {row.th.a.text: row for row in soup(tmp_path / "index.html").select("tbody tr")}
    assert rows["Kalianda"].select_one(".state-failed")
    assert "berasal dari putaran sebelumnya" in rows["Kalianda"].text
    assert "Nilai naik" not in rows["Kalianda"].text
    assert "Nilai naik" in rows["Bukittinggi"].text
    well = replace(known, reports={"kalianda/2025": replace(record, state="made")})
    renew_index(tmp_path, well)
    assert "putaran sebelumnya" not in (tmp_path / "index.html").read_text(encoding="utf-8")
