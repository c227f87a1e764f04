"""Work units under several names: what an office is asked, and what its answer in region.toml does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from asn_research.contract.column import TABLES
from asn_research.errors import RegionError
from asn_research.ingest.store import find_fingerprint, open_region
from asn_research.reports.publications.problem import notice, read_problem

from ..office import PARTICIPANTS, REGION, Office

RAW = Path(__file__).resolve().parents[3] / "data" / "raw"
UNITS = ("DINKES", "Dinas Kesehatan", "Dinas Sosial")


def _office(root: Path, said: str = "", *, units: tuple[str, ...] = UNITS) -> Office:
    office = Office(root, REGION + said)
    rows = [list(row) for row in PARTICIPANTS]
    for number, row in enumerate(rows[1:]):
        row[1] = units[number % len(units)]
    office.csv("peserta.csv", rows)
    office.defaults(without=("participants",))
    return office


def _questions(office: Office) -> list[tuple[str, dict[str, str]]]:
    return [(q["code"], q["fields"]) for q in office.take_in()["questions"]]


def test_two_names_of_one_unit_are_asked_about_and_nothing_changes(tmp_path: Path) -> None:
    office = _office(tmp_path)
    [(code, fields)] = _questions(office)
    assert code == "units_alike"
    assert (fields["first"], fields["second"]) == ('"DINKES"', '"Dinas Kesehatan"')
    assert office.account["problems"] == []
    assert set(office.table("participants")["unit"]) == set(UNITS)
    assert office.account["renamed"] == []


@pytest.mark.parametrize("line", ["short_line", "full_line", "both_lines"])
def test_each_answer_settles_it_as_it_is_copied(tmp_path: Path, line: str) -> None:
    [(_, fields)] = _questions(_office(tmp_path / "before"))
    office = _office(tmp_path / "after", f"\n[units]\n{fields[line]}\n")
    assert _questions(office) == []
    found = set(office.table("participants")["unit"])
    gone = {"short_line": {"DINKES"}, "full_line": {"Dinas Kesehatan"}, "both_lines": set[str]()}[line]
    assert found == set(UNITS) - gone
    assert office.entry("peserta.csv")["accepted"] == 10


def test_name_to_use_stands_in_every_table_and_spelling(tmp_path: Path) -> None:
    said = '\n[units]\n"dinkes" = "Dinas Kesehatan"\n'
    office = _office(tmp_path, said, units=("DINKES", "Dinkes.", "DINAS KESEHATAN", "DINAS KESEHATAN"))
    heads = [
        *("No Responden", "Unit Layanan", "Periode", "U1 Persyaratan", "U2 Prosedur", "U3 Waktu"),
        *("U4 Biaya", "U5 Produk", "U6 Kompetensi", "U7 Perilaku", "U8 Sarana Prasarana"),
        "U9 Penanganan Pengaduan",
    ]
    answers = [["A1", "DINKES", "Sebelum", *[3] * 9], ["A2", "dinas kesehatan", "Sebelum", *[4] * 9]]
    office.csv("skm.csv", [heads, *answers])
    assert _questions(office) == []
    tables = [name for name in TABLES if (office.processed / f"{name}.parquet").is_file()]
    found = [office.table(name) for name in tables if "unit" in TABLES[name].names]
    assert len(found) == 2
    assert [set(frame["unit"]) for frame in found] == [{"Dinas Kesehatan"}] * 2
    assert office.account["renamed"] == [
        {"written": written, "used": "Dinas Kesehatan"} for written in ("DINKES", "Dinkes.")
    ]


def test_repeats_under_two_names_are_repeats_once_these_are_one(tmp_path: Path) -> None:
    def take_in(root: Path, said: str) -> dict[str, Any]:
        office = _office(root, said, units=("Dinas Kesehatan",))
        office.csv("lagi.csv", [PARTICIPANTS[0], [PARTICIPANTS[1][0], "DINKES", *PARTICIPANTS[1][2:]]])
        return office.take_in()["totals"]  # type: ignore[no-any-return]

    apart = take_in(tmp_path / "apart", "")
    one = take_in(tmp_path / "one", '\n[units]\n"DINKES" = "Dinas Kesehatan"\n')
    assert (apart["quarantined"], apart["duplicates"]) == (2, 0)
    assert (one["quarantined"], one["duplicates"]) == (0, 1)


def test_written_name_that_stands_nowhere_is_one_question_with_the_nearest(tmp_path: Path) -> None:
    said = '\n[units]\n"Dinas Sosail" = "Dinsos"\n"Xyz" = "Dinsos"\n"DINKES" = "Dinas Kesehatan"\n'
    [(code, fields)] = _questions(_office(tmp_path, said))
    assert code == "units_absent"
    assert fields["names"] == '"Dinas Sosail" ("Dinas Sosial"?), "Xyz"'


@pytest.mark.parametrize("language", ["id", "en"])
def test_questions_are_asked_in_both_languages(tmp_path: Path, language: Any) -> None:
    said = '\n[units]\n"Xyz" = "Dinsos"\n'
    told = [
        notice(read_problem(record), language) for record in _office(tmp_path, said).take_in()["questions"]
    ]
    assert [re.findall("Xyz|DINKES", each.text)[0] for each in told] == ["Xyz", "DINKES"]
    assert ("mungkin" in told[1].text) == (language == "id")
    assert '\n"DINKES" = "Dinas Kesehatan"\n"Dinas Kesehatan" = "DINKES"\n' in told[1].remedy
    assert all("contoh/region.toml" in str(each) and "{" not in str(each) for each in told)


def test_hostile_names_give_lines_that_can_be_copied_or_none(tmp_path: Path) -> None:
    odd = (
        'Dinas "Kesehatan"',
        "DinasKesehatan",
        "Dinas\\Sosial",
        "DinasSosial",
        "[b]Dinsos",
        "Dinas Sosial 0812 3456 7890",
    )
    for code, fields in _questions(_office(tmp_path, units=odd)):
        assert code == "units_alike"
        for line in ("short_line", "full_line", "both_lines"):
            assert set(tomllib.loads(fields[line])) <= set(odd)
        assert "0812" not in str(fields)


def test_names_of_people_are_not_repeated(tmp_path: Path) -> None:
    office = Office(tmp_path)
    names = ["Siti Rahmawati", "Siti Rahmawatii", *["Dinas Contoh"] * 8]
    rows = [["NIP", "Nama", "OPD", "L/P", "Kelompok"]]
    for row, name in zip(PARTICIPANTS[1:], names, strict=True):
        rows.append([row[0], name.replace("Dinas Contoh", "Budi Santoso"), name, *row[2:]])
    office.csv("peserta.csv", rows)
    office.defaults(without=("participants",))
    assert _questions(office) == []


@pytest.mark.parametrize("region", sorted(path.parent.name for path in RAW.glob("*/region.toml")))
def test_shipped_regions_have_no_unit_under_two_names(region: str, tmp_path: Path) -> None:
    assert open_region(region, raw=RAW, processed=tmp_path).intake["questions"] == []


def test_names_of_units_count_in_the_fingerprint_of_their_region_alone(tmp_path: Path) -> None:
    one, other = _office(tmp_path / "one"), _office(tmp_path / "other")
    for office in (one, other):
        office.take_in()
    before = [find_fingerprint(office.folder, period="2025") for office in (one, other)]
    path = one.folder / "region.toml"
    path.write_text(path.read_text() + '\n[units]\n"DINKES" = "Dinas Kesehatan"\n', encoding="utf-8")
    after = [find_fingerprint(office.folder, period="2025") for office in (one, other)]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_wrong_names_stop_the_intake_with_what_to_write(tmp_path: Path) -> None:
    said = '\n[units]\n"DINKES" = "Dinkes"\n"Dinas Kesehatan" = "DINKES"\n"Dinsos" = "Dinas Kesehatan"\n'
    with pytest.raises(RegionError) as caught:
        _office(tmp_path, said).take_in()
    [problem] = caught.value.problems
    assert problem.code == "region_unit_chain"
    for language in ("id", "en"):
        assert "'Dinsos' = 'DINKES'" in notice(problem, language).remedy
