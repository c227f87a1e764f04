"""The folder of a new region: what it holds, what it asks for, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from asn_research.contract.region import read_region
from asn_research.contract.region_file import NewRegion, draft_region, write_region_folder
from asn_research.errors import InputError, RegionError
from asn_research.reports.publications.problem import notice

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


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("kemendagri_code", "1375", "region.kemendagri_code"),
        ("kemendagri_code", "13.75.1", "region.kemendagri_code"),
        ("bps_code", "13.75", "region.bps_code"),
        ("level", "desa", "region.level"),
        ("name", "x" * 201, "region.name"),
        ("name", "a\x7fb", None),
        ("year", 1850, "periods.2025"),
    ],
)
def test_a_value_that_reading_would_refuse_is_refused_at_once(
    tmp_path: Path, field: str, value: object, key: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        write_region_folder(tmp_path, replace(KNOWN, **{field: value}))  # type: ignore[arg-type]
    assert [problem.fields.get("key") for problem in caught.value.problems] == [key]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("period", ["2025-1", "TA2025", "0"])
def test_every_period_that_is_taken_is_read_again(tmp_path: Path, period: str) -> None:
    file, _ = write_region_folder(tmp_path, replace(KNOWN, period=period))
    assert list(read_region(file.parent).periods) == [period]


BROKEN = {
    "[region\n": ("toml_section", "1", "8"),
    "[region]\nname = Kota\n": ("toml_value", "2", "8"),
    "a = 1\na = 2\n": ("toml_twice", "2", "6"),
    "\n\nname 1": ("toml_equals", "3", "6"),
    'a = "x\n': ("toml_string", "1", "7"),
    "a = [": ("toml_value", "1", "6"),
    "x = 2025-02-31": ("toml_day", "1", "5"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken_writing_is_told_in_the_readers_words_with_line_and_column(tmp_path: Path, text: str) -> None:
    (tmp_path / "region.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RegionError) as caught:
        read_region(tmp_path)
    [problem] = caught.value.problems
    reason, line, column = BROKEN[text]
    assert (problem.fields["line"], problem.fields["column"]) == (line, column)
    assert problem.fields["reason"] == reason
    told = str(notice(problem, "id"))
    assert f"baris {line} kolom {column}" in told
    assert not {"Expected", "Invalid", "Cannot", "Unterminated", "Unclosed"} & set(told.split())
