"""region.toml: what it may say, and what a person reads when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn_research.contract.region import list_regions, read_region
from asn_research.errors import RegionError

WHOLE = """
[region]
name = "Kota Contoh"
level = "kota"
kemendagri_code = "13.75"
bps_code = "1375"
parent = "Sumatera Barat"
synthetic = true

[programme]
name = "Program Pelatihan"
goals = ["technical_skill", "professional_attitude"]

[periods.2025]
starts = 2025-02-01
ends = 2025-11-30
design = "waiting_list"
eligible = 1240

[plan]
written_on = 2025-01-10
primary = { competency = "technical_skill", source = "test" }
reference_method = "lecture"
covariates = ["position_type", "service_years"]
clusters = "batch"

[standards]
technical_skill = 70
leadership = { default = 60, administrator = 75 }

[service_time]
service = "Izin usaha"
changed_on = 2025-04-01

[disclosure]
minimum_cell = 10

[dates]
order = "day-first"

[[tables.assessments]]
file = "rekap_nilai*.xlsx"
sheet = "Rekap"
header_row = 4
columns = { person_id = "NIP Peserta", competency = { value = "technical_skill" } }
wide = { pre = "Nilai Awal", post = "Nilai Akhir" }
"""
SMALLEST = """
[region]
name = "Kota Contoh"
level = "kota"
kemendagri_code = "13.75"
bps_code = "1375"
[periods.2025]
starts = 2025-01-01
ends = 2025-12-31
"""


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "region.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(RegionError) as caught:
        read_region(folder)
    return [str(problem) for problem in caught.value.problems]


def test_whole_example_of_the_contract_is_read(tmp_path: Path) -> None:
    region = read_region(write(tmp_path / "contoh", WHOLE))
    assert region.periods["2025"].design == "waiting_list"
    assert region.plan.covariates == ("position_type", "service_years")
    assert region.tables["assessments"][0].columns["competency"] == {"value": "technical_skill"}
    assert region.standard("leadership", "administrator") == 75
    assert region.standard("leadership", "general") == 60
    assert region.standard("technical_skill") == 70
    assert region.standard("integrity") is None


def test_what_is_left_out_has_the_documented_default(tmp_path: Path) -> None:
    region = read_region(write(tmp_path / "contoh", SMALLEST))
    assert region.periods["2025"].design == "one_group"
    assert region.plan.reference_method == "lecture"
    assert region.disclosure.minimum_cell == 10
    assert not region.region.synthetic


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("synthetic", "sintetic", "'synthetic'"),
        ("eligible", "eligble", "'eligible'"),
        ("header_row", "header_roow", "'header_row'"),
        ("[standards]", "[standard]", "'standards'"),
        ("reference_method", "referencemethod", "'reference_method'"),
        ("primary = { competency", "primary = { competensy", "'competency'"),
        ("tables.assessments", "tables.assesments", "'assessments'"),
        ("person_id =", "persn_id =", "'person_id'"),
        ('"service_years"', '"service_year"', "'service_years'"),
        ('reference_method = "lecture"', 'reference_method = "lectures"', "'lecture'"),
    ],
)
def test_typing_error_names_the_nearest_known(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in WHOLE
    found = problems(write(tmp_path / "contoh", WHOLE.replace(right, wrong, 1)))
    assert any(said in problem for problem in found)
    assert all(
        problem.startswith("contoh › region.toml") or "contoh/region.toml" in problem for problem in found
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("1240", '"many"').replace("minimum_cell = 10", "minimum_cell = 2")
    text = text.replace('"13.75"', "13.75").replace("waiting_list", "random")
    found = "\n".join(problems(write(tmp_path / "contoh", text)))
    for expected in ("eligible", "minimum_cell", "kemendagri_code", "design"):
        assert expected in found


def test_code_that_went_through_a_number_is_refused(tmp_path: Path) -> None:
    found = problems(write(tmp_path / "contoh", WHOLE.replace('"13.75"', '"13.7"')))
    assert "kemendagri_code" in found[0]


def test_period_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    assert "before it starts" in problems(write(tmp_path / "c", WHOLE.replace("2025-11-30", "2024-11-30")))[0]


def test_missing_and_broken_files_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "kosong").mkdir()
    assert "missing" in problems(tmp_path / "kosong")[0]
    assert "TOML" in problems(write(tmp_path / "rusak", "[region\nname="))[0]


def test_plan_digest_changes_with_the_plan_only(tmp_path: Path) -> None:
    one = read_region(write(tmp_path / "a", WHOLE))
    renamed = read_region(write(tmp_path / "b", WHOLE.replace("Kota Contoh", "Kota Lain")))
    changed = read_region(write(tmp_path / "c", WHOLE.replace('clusters = "batch"', 'clusters = "unit"')))
    assert one.plan.digest == renamed.plan.digest != changed.plan.digest


def test_regions_are_the_folders(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden", "_draft"):
        (tmp_path / name).mkdir()
    (tmp_path / "note.txt").write_text("x")
    assert list_regions(tmp_path) == ("a", "b")
    with pytest.raises(RegionError, match="no such folder"):
        list_regions(tmp_path / "elsewhere")
