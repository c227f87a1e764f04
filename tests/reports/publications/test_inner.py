"""A region within another one is fetched from a store too: without it nobody could compare the two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from asn_research.reports.publications.inner import inner_of, inner_regions
from asn_research.reports.runs.delivery import RECEIPT, _fetch_region, _seen
from asn_research.reports.runs.location import Location
from asn_research.reports.runs.order import Task
from asn_research.reports.runs.stage import Sites, open_stage

OUTER = Task("lampung_selatan", "2025")
FILES = {
    "raw/lampung_selatan/region.toml": '[disclosure]\ncontains = ["kalianda", "../secret"]\n',
    "raw/lampung_selatan/2025/a.csv": "outer",
    "raw/kalianda/region.toml": "[region]\n",
    "raw/kalianda/2025/b.csv": "inner",
    "raw/kalianda/2024/c.csv": "earlier",
    "raw/other/2025/d.csv": "nobody's",
    f"processed/kalianda/2025/{RECEIPT}": "{}",
    "processed/kalianda/2025/intake.json": "{}",
    "reports/kalianda/2025/releases.json": "{}",
    "reports/kalianda/2025/report.html": "a page",
}


@pytest.fixture
def sites() -> Iterator[Sites]:
    system = fsspec.filesystem("memory")
    for name, text in FILES.items():
        system.pipe(f"/town/{name}", text.encode())
    places = {part: Location(f"memory://town/{part}") for part in ("raw", "processed", "reports")}
    yield Sites(raw=places["raw"], processed=places["processed"], reports=places["reports"])
    system.rm("/town", recursive=True)


def fetch(sites: Sites) -> tuple[set[str], dict[str, dict[str, str]]]:
    with open_stage(sites) as stage:
        seen = _fetch_region(sites, stage, OUTER, force=False)
        names = {p.relative_to(stage).as_posix() for p in stage.rglob("*") if p.is_file() and p.suffix}
        return names, seen


def test_the_inner_region_comes_along_with_what_it_published(sites: Sites) -> None:
    names, seen = fetch(sites)
    assert {
        "data/raw/kalianda/region.toml", "data/raw/kalianda/2025/b.csv",
        "data/processed/kalianda/2025/intake.json", "reports/kalianda/2025/releases.json",
    } <= names  # fmt: skip
    assert not any("other" in name or "secret" in name for name in names)
    assert "reports/kalianda/2025/report.html" not in names
    assert set(seen["inner"]) == {"kalianda/region.toml", "kalianda/2025/b.csv"}


def test_a_change_in_the_inner_region_makes_the_outer_report_stale() -> None:
    raw = {name.removeprefix("raw/"): "1" for name in FILES if name.startswith("raw/")}
    before = _seen(raw, {}, OUTER, inner=("kalianda",))
    assert inner_of({"seen": before}) == ("kalianda",)
    for name, is_read in (("kalianda/2025/b.csv", True), ("kalianda/2024/c.csv", False)):
        after = _seen({**raw, name: "2"}, {}, OUTER, inner=inner_of({"seen": before}))
        assert after["raw"] == before["raw"]
        assert (after != before) is is_read


def test_a_region_without_inner_ones_is_seen_as_before(sites: Sites) -> None:
    assert isinstance(sites.raw, Location)
    seen = _seen(sites.raw.list_files(), {}, Task("kalianda", "2025"))
    assert set(seen) == {"raw", "past"}
    assert inner_of({"seen": seen}) == ()
    assert inner_of(None) == ()


def test_only_names_of_folders_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    declared = tmp_path / "a" / "region.toml"
    for text, names in (
        ('[disclosure]\ncontains = ["b", "c/d", "..", ".hidden", "/etc"]\n', ("b",)),
        ("[disclosure]\ncontains = 3\n", ()),
        ("contains = [\n", ()),
    ):
        declared.write_text(text)
        assert inner_regions(tmp_path, "a") == names
