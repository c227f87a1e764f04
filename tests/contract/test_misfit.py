"""What a wrong value of region.toml is answered with, in the words of an office."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asn_research.contract.region import read_region
from asn_research.contract.region_file import NewRegion, draft_region
from asn_research.errors import RegionError
from asn_research.language import LANGUAGES
from asn_research.reports.publications.problem import notice

DRAFT = draft_region(
    NewRegion(
        folder="contoh",
        period="2025",
        year=2025,
        name="Kota Contoh",
        level="kota",
        kemendagri_code="13.75",
        bps_code="1375",
    )
)
SLIPS = {
    "no level": ('level = "kota"', 'level = ""', "kecamatan"),
    "a design in Indonesian": ('"one_group"', '"satu_kelompok"', "waiting_list"),
    "letters turned round": ('"one_group"', '"one_gruop"', "one_group?"),
    "a day in quotes": ("starts = 2025-01-01", 'starts = "2025-01-01"', "2025-02-01"),
    "days the wrong way round": ("ends = 2025-12-31", "ends = 2024-12-31", "2024-12-31"),
    "a number in words": ("minimum_cell = 10", 'minimum_cell = "sepuluh"', "sepuluh"),
    "a group too small": ("minimum_cell = 10", "minimum_cell = 1", "5"),
    "more people than there are": ("# eligible = 250", "eligible = 90_000_000 #", "10000000"),
    "a competency in Indonesian": ('"technical_skill", s', '"keterampilan", s', "technical_skill"),
    "a column nobody has": ("covariates = []", 'covariates = ["umur"]', "birth_year"),
    "a method in Indonesian": ('"lecture"', '"ceramah"', "lecture"),
    "yes and no in Indonesian": ("synthetic = false", 'synthetic = "tidak"', "true"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_answered_in_the_language_of_the_reader_with_what_is_possible(
    tmp_path: Path, slip: str
) -> None:
    right, wrong, said = SLIPS[slip]
    assert right in DRAFT
    (tmp_path / "contoh").mkdir()
    (tmp_path / "contoh" / "region.toml").write_text(DRAFT.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(RegionError) as caught:
        read_region(tmp_path / "contoh")
    (problem,) = caught.value.problems
    indonesian, english = (str(notice(problem, language)) for language in LANGUAGES)
    assert said in indonesian
    assert said in english
    assert indonesian != english
    assert not re.search(r"Input should|error|found|None|datetime|\{|\b(is|the|must)\b", indonesian)
