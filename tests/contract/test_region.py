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


BARE = WHOLE.partition("[[tables")[0]
ODD = {
    "invalid": ("[region", "region_toml"),
    "bytes": (b"\xff\xfe\x00", "region_toml"),
    "nul": ("a = 1\0", "region_toml"),
    "nested": ("a = " + "[" * 100_000, "region_toml"),
    "deep keys": (
        WHOLE.replace("[standards]", "[standards]\n" + ".".join("a" * 9 for _ in range(9_000)) + " = 1"),
        "region_toml",
    ),
    "huge number": (WHOLE.replace("eligible = 1240", "eligible = " + "9" * 5_000), "region_toml"),
    "large": (WHOLE + "#" * 1_000_001, "region_large"),
    "day as text": (WHOLE.replace("starts = 2025-02-01", 'starts = "2025-02-01"'), "region_day"),
    "day with time": (WHOLE.replace("starts = 2025-02-01", "starts = 2025-02-01T08:00:00"), "region_day"),
    "year 1": (WHOLE.replace("starts = 2025-02-01", "starts = 0001-02-01"), "region_value"),
    "text as number": (WHOLE.replace("technical_skill = 70", 'technical_skill = "70"'), "region_value"),
    "not a number": (WHOLE.replace("technical_skill = 70", "technical_skill = nan"), "region_value"),
    "infinite": (WHOLE.replace("technical_skill = 70", "technical_skill = inf"), "region_value"),
    "list as number": (WHOLE.replace("technical_skill = 70", "technical_skill = [70]"), "region_value"),
    "too many people": (
        WHOLE.replace("eligible = 1240", "eligible = 99999999999999999999"),
        "region_at_most",
    ),
    "people by halves": (WHOLE.replace("eligible = 1240", "eligible = 1240.5"), "region_number"),
    "number as text": (WHOLE.replace('"Kota Contoh"', "7"), "region_value"),
    "long name": (WHOLE.replace('"Kota Contoh"', f'"{"x" * 5_000}"'), "region_value"),
    "turned name": (WHOLE.replace('"Kota Contoh"', '"Kota \\u202e contoh"'), ""),
    "other digits": (WHOLE.replace('"13.75"', '"१३.७५"'), "region_code"),
    "period above": (WHOLE.replace("[periods.2025]", '[periods."../2025"]'), "region_value"),
    "period is text": (
        WHOLE.replace("[periods.2025]", "[periods]\n2024 = 'x'\n[periods.2025]"),
        "region_value",
    ),
    "section is text": (
        "region = 'x'\nperiods = 'y'\ntables = 'z'\nstandards = 1\nplan = []\n",
        "region_value",
    ),
    "tables are text": (BARE + "\n[tables]\nassessments = 'x'\n", "region_value"),
    "mapping is text": (BARE + "\n[tables]\nassessments = ['x']\n", "region_value"),
    "columns are text": (BARE + "\n[[tables.assessments]]\nfile = 'a'\ncolumns = 'x'\n", "region_value"),
    "columns are numbers": (
        WHOLE + "\n[[tables.assessments]]\nfile = 'a'\ncolumns = {score = 1}\n",
        "region_value",
    ),
    "long key": (WHOLE + f"\n{'x' * 50_000} = 1\n", ""),
    "unit renamed twice over": (WHOLE + "\n[units]\na = 'b'\nb = 'c'\n", "region_unit_chain"),
    "units in a ring": (WHOLE + "\n[units]\na = 'b'\nb = 'a'\n", "region_unit_chain"),
    "unit with two names": (WHOLE + "\n[units]\na = 'b'\nA = 'c'\n", "region_unit_twice"),
    "unit is a number": (WHOLE + "\n[units]\na = 1\n", "region_value"),
    "unit is a section": (WHOLE + "\n[units.a]\nb = 'c'\n", "region_value"),
    "unit without a name": (WHOLE + "\n[units]\na = ''\n", "region_value"),
    "unit of no name": (WHOLE + "\n[units]\n'' = 'a'\n", "region_value"),
    "long unit": (WHOLE + f"\n[units]\na = '{'x' * 5_000}'\n", "region_value"),
    "turned unit": (WHOLE + '\n[units]\na = "\\u202e b"\n', "region_value"),
    "units are text": ("units = 'x'\n" + WHOLE, "region_value"),
    "linked to nothing": (WHOLE + "\n[pseudonyms]\nlinked_as = '../x'\n", ""),
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_stands_in_it_the_answer_is_one_error_that_names_it(tmp_path: Path, name: str) -> None:
    content, code = ODD[name]
    (tmp_path / "contoh").mkdir()
    written = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "contoh" / "region.toml").write_bytes(written)
    with pytest.raises(RegionError) as caught:
        read_region(tmp_path / "contoh")
    problems = caught.value.problems
    assert all(problem.place.file == "contoh/region.toml" for problem in problems)
    assert len(str(caught.value)) < 5_000
    assert not code or code in {problem.code for problem in problems}


def test_units_have_the_name_that_was_decided_in_any_spelling(tmp_path: Path) -> None:
    said = (
        '\n[units]\nDINKES = "Dinas Kesehatan"\n"Dinas Kes." = "DINAS KESEHATAN"\n"Satpol PP" = "Satpol PP"\n'
    )
    region = read_region(write(tmp_path / "contoh", SMALLEST + said))
    assert region.unit_names == {
        "dinkes": "Dinas Kesehatan",
        "dinas kes": "Dinas Kesehatan",
        "dinas kesehatan": "Dinas Kesehatan",
        "satpol pp": "Satpol PP",
    }
    assert read_region(write(tmp_path / "contoh", SMALLEST)).unit_names == {}


def test_a_mark_before_the_text_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "contoh").mkdir()
    (tmp_path / "contoh" / "region.toml").write_text(WHOLE, encoding="utf-8-sig")
    assert read_region(tmp_path / "contoh").region.name == "Kota Contoh"


def test_links_out_of_the_raw_data_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "raw" / "contoh").mkdir(parents=True)
    (tmp_path / "region.toml").write_text(WHOLE)
    (tmp_path / "raw" / "contoh" / "region.toml").symlink_to(tmp_path / "region.toml")
    (tmp_path / "raw" / "lain").symlink_to(tmp_path, target_is_directory=True)
    for name in ("contoh", "lain"):
        with pytest.raises(RegionError) as caught:
            read_region(tmp_path / "raw" / name)
        assert caught.value.problems[0].code == "region_outside"


def test_agencies_share_pseudonyms_only_where_both_say_so(tmp_path: Path) -> None:
    (tmp_path / "contoh").mkdir()
    file = tmp_path / "contoh" / "region.toml"
    file.write_text(WHOLE)
    assert read_region(tmp_path / "contoh").agency == "13.75"
    file.write_text(WHOLE + "\n[pseudonyms]\nlinked_as = 'sumatera-barat'\n")
    assert read_region(tmp_path / "contoh").agency == "linked:sumatera-barat"
