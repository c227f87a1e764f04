"""The report across regions: made from published findings, remade when they change, never out of date."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from asn_research.findings.catalogue import ACROSS_QUESTIONS
from asn_research.findings.finding import read_findings
from asn_research.findings.grounds.evidence import ACROSS
from asn_research.reports.cross_region_report import NAMES, make_cross_region_report
from asn_research.reports.pages.claim import check_page
from asn_research.reports.publications.manifest import Manifest
from asn_research.reports.publications.provenance import digest_bytes
from asn_research.reports.publications.published import STATE, find_published, list_published
from asn_research.reports.runs.batch import _waves
from asn_research.reports.runs.history import History, Record, write_history
from asn_research.reports.runs.order import Order, Task
from asn_research.reports.runs.site import write_index
from tests.browser.chromium import Chromium
from tests.browser.inspection import inspect_page
from tests.findings.test_across import GAINS, gain

ROOT = Path(__file__).parents[3]


def publish_region(reports: Path, region: str, value: float, error: float, *, period: str = "2025") -> None:
    """What a region's report leaves behind, as far as the report across regions reads it."""
    folder = reports / region / period
    folder.mkdir(parents=True)
    text = json.dumps(gain(region, value, error, period=period).as_records(), allow_nan=False)
    (folder / "findings.json").write_text(text, encoding="utf-8")
    manifest = Manifest(
        region=region, period=period, state="made", name=region.title(), languages=("id",), grade=1,
        outputs={"findings.json": digest_bytes(text.encode())}, data_until=f"{period}-12-31", synthetic=True,
    )  # fmt: skip
    (folder / "manifest.json").write_text(manifest.as_json(), encoding="utf-8")


def order(reports: Path, **changes: object) -> Order:
    fields = {
        "raw": reports, "processed": reports, "reports": reports, "notebooks": ROOT / "notebooks",
        "reports_given": str(reports),
    }  # fmt: skip
    return Order(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    for i, (value, error) in enumerate(GAINS[:3]):
        publish_region(folder, f"daerah_{i}", value, error)
    publish_region(folder, "daerah_0", 60.0, 1.0, period="2024")
    made = make_cross_region_report(order(folder))
    assert made is not None
    assert made[0].state == "made", made[0].problems
    assert not made[1]
    return folder


def test_everything_is_published_and_says_what_was_read(reports: Path) -> None:
    names = {path.name for path in (reports / ACROSS).iterdir()}
    assert names == set(NAMES) - {"report.en.html"}
    page = BeautifulSoup((reports / ACROSS / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert len(page.find_all("h1")) == 1
    for question in ACROSS_QUESTIONS:
        assert len(page.find_all(id=question.id)) == 1
    for region in list_published(reports):
        assert region.digest in page.get_text()
        assert region.manifest.period == "2025"
    assert "../index.html" in {link.get("href") for link in page.find_all("a")}
    assert page.find(class_="banner") is not None


def test_the_guard_of_claims_reads_this_page_too(reports: Path) -> None:
    page = (reports / ACROSS / "report.html").read_text(encoding="utf-8")
    records = json.loads((reports / ACROSS / "findings.json").read_text(encoding="utf-8"))
    assert {finding.question for finding in read_findings(records)} == {q.id for q in ACROSS_QUESTIONS}
    assert not check_page(page, records)
    stronger = page.replace("rata-rata naik", "rata-rata berkat pelatihan naik")
    assert stronger != page
    assert check_page(stronger, records)


def test_it_is_left_alone_until_a_region_changes(reports: Path) -> None:
    again = make_cross_region_report(order(reports))
    assert again is not None
    assert again[1]


def test_its_numbers_lead_to_the_findings_that_they_come_from(reports: Path) -> None:
    records = json.loads((reports / ACROSS / "findings.json").read_text(encoding="utf-8"))
    for language, name in (("id", "report.html"), ("en", "report.en.html")):
        if not (reports / ACROSS / name).is_file():
            continue
        page = BeautifulSoup((reports / ACROSS / name).read_text(encoding="utf-8"), "html.parser")
        panels = {part["id"] for part in page.select("details.trace [id]")}
        marks = [mark["href"].removeprefix("#") for mark in page.select("a.cite")]
        assert marks, language
        assert set(marks) <= panels
    pooled = next(record for record in records if record["question"] == "pooled_gain")
    files = {source["file"]: source["sha256"] for source in pooled["trace"]["sources"]}
    assert files == {
        each.path.relative_to(reports).as_posix(): digest_bytes(each.path.read_bytes())
        for each in list_published(reports)
    }


def test_the_index_links_to_it(reports: Path, tmp_path: Path) -> None:
    shutil.copytree(reports, tmp_path / "copy")
    write_index(tmp_path / "copy")
    page = BeautifulSoup((tmp_path / "copy" / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert f"{ACROSS}/report.html" in {link.get("href") for link in page.find_all("a")}
    assert len(page.select("#reports tbody tr")) == 4


def test_with_one_region_left_no_old_report_passes_for_a_new_one(reports: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(reports, folder)
    for name in ("daerah_1", "daerah_2"):
        shutil.rmtree(folder / name)
    made = make_cross_region_report(order(folder))
    assert made is not None
    assert made[0].state == "failed"
    assert not (folder / ACROSS / "findings.json").exists()
    assert "60,0" not in (folder / ACROSS / "report.html").read_text(encoding="utf-8")
    shutil.rmtree(folder / ACROSS)
    assert make_cross_region_report(order(folder)) is None


def test_findings_that_no_manifest_vouches_for_are_not_read(reports: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(reports, folder)
    path = folder / "daerah_1" / "2025" / "findings.json"
    path.write_text(path.read_text(encoding="utf-8").replace("9.0", "99.0"), encoding="utf-8")
    assert find_published(path.parent) is None
    assert [p.manifest.region for p in list_published(folder)] == ["daerah_0", "daerah_2"]


def test_the_findings_of_a_report_that_failed_do_not_count_though_its_old_page_stands(
    reports: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(reports, folder)
    failed = History(reports={"daerah_1/2025": Record(state="failed"), "daerah_2/2025": Record(state="made")})
    write_history(folder, failed)
    assert [p.manifest.region for p in list_published(folder)] == ["daerah_0", "daerah_2"]
    (folder / STATE).write_text("[]", encoding="utf-8")
    assert len(list_published(folder)) == 3, "where nothing is noted, nothing is known to have failed"


def test_periods_of_a_region_are_made_in_their_order() -> None:
    tasks = [Task("b", "2025"), Task("a", "2024"), Task("b", "2024"), Task("b", "2023")]
    assert _waves(tasks) == [
        [Task("a", "2024"), Task("b", "2023")], [Task("b", "2024")], [Task("b", "2025")],
    ]  # fmt: skip
    assert _waves([]) == []


def test_axe_finds_nothing_on_the_page_and_it_asks_for_nothing(
    reports: Path, browser: Chromium, axe: str
) -> None:
    page = reports / ACROSS / "report.html"
    assert inspect_page(browser, page, axe, width=390, dark=True, unfolded=6).problems == ()
