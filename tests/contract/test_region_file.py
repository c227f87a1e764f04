"""The folder of a new region: what it holds, what it asks for, what it refuses."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from asn_research.contract.region import read_region
from asn_research.contract.region_file import NewRegion, draft_region, write_region_folder
from asn_research.errors import InputError, RegionError

KNOWN = NewRegion(
    folder="kota_contoh",
    period="2025",
    year=2025,
    name='Kota "Contoh"',
    level="kota",
    kemendagri_code="36.74",
    bps_code="3674",
)


def test_a_region_whose_codes_are_known_reads_at_once(tmp_path: Path) -> None:
    file, template = write_region_folder(tmp_path, KNOWN, language="en")
    region = read_region(file.parent)
    assert (region.region.name, region.region.bps_code, list(region.periods)) == (
        KNOWN.name,
        "3674",
        ["2025"],
    )
    assert openpyxl.load_workbook(template).sheetnames[1] == "Participants"


def test_what_is_not_known_is_asked_for_all_at_once(tmp_path: Path) -> None:
    file, _ = write_region_folder(tmp_path, NewRegion(folder="baru", period="2026", year=2026))
    with pytest.raises(RegionError) as caught:
        read_region(file.parent)
    assert {problem.fields["key"] for problem in caught.value.problems} == {
        "region.level", "region.kemendagri_code", "region.bps_code",
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["", "..", "../x", "Kota", "a b", "/etc", "a/b", "_a", "cross_region"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(InputError, match="folder of a region"):
        write_region_folder(tmp_path, NewRegion(folder=folder, period="2025", year=2025))
    assert list(tmp_path.iterdir()) == []


def test_a_region_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    file, _ = write_region_folder(tmp_path, KNOWN)
    file.write_text("isi kantor", encoding="utf-8")
    with pytest.raises(InputError, match="already"):
        write_region_folder(tmp_path, KNOWN)
    assert file.read_text(encoding="utf-8") == "isi kantor"


def test_words_of_strangers_stay_words() -> None:
    hostile = NewRegion(folder="x", period="2025", year=2025, name='"\n[plan]\nclusters = "unit')
    assert draft_region(hostile).count("\n[plan]") == 1
