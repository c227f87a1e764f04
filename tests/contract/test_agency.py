"""Names of work units: which pairs an office is asked about, and which never."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from asn_research.contract.agency import name_key, pair_units
from asn_research.contract.vocabulary import fold

FULL = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"
ONE_STOP = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DINKES", "Dinas Kesehatan"),
        ("Dinkes Kota Contoh", "Dinas Kesehatan"),
        ("Disdik", "Dinas Pendidikan dan Kebudayaan"),
        ("Disdik", "Dinas Pendidikan"),
        ("Disdikbud", "Dinas Pendidikan & Kebudayaan"),
        ("BKPSDM", FULL),
        ("bkpsdm.", "Badan Kepegawaian & Pengembangan Sumber Daya Manusia"),
        ("BKD", "Badan Kepegawaian Daerah"),
        ("DPMPTSP", ONE_STOP),
        ("DPMPTSP", "Dinas Penanaman Modal dan PTSP"),
        ("DPUPR", "Dinas Pekerjaan Umum dan Penataan Ruang"),
        ("Dinas PUPR", "Dinas Pekerjaan Umum dan Penataan Ruang"),
        ("Disdukcapil", "Dinas Kependudukan dan Pencatatan Sipil"),
        ("UPT Dukcapil Contoh", "UPT Kependudukan dan Pencatatan Sipil Contoh"),
        ("Satpol PP", "Satuan Polisi Pamong Praja"),
        ("Satpol-PP", "SATPOLPP"),
        ("Dishub", "Dinas Perhubungan"),
        ("Dinsos", "Dinas Sosial"),
        ("Diskominfo", "Dinas Komunikasi dan Informatika"),
        ("Bappeda", "Badan Perencanaan Pembangunan Daerah"),
        ("Bapenda", "Badan Pendapatan Daerah"),
        ("BPBD", "Badan Penanggulangan Bencana Daerah"),
        ("RSUD", "Rumah Sakit Umum Daerah"),
        ("Setda – Bagian Umum", "Sekretariat Daerah, Bag. Umum"),
        ("Setwan", "Sekretariat DPRD"),
        ("Kec. Talawi", "Kecamatan Talawi"),
        ("Kel. Way Urang", "Kelurahan Way Urang"),
        ("Pusk. Talawi II", "Puskesmas Talawi 2"),
        ("SDN 01 Talawi", "SD Negeri 1 Talawi"),
        ("UPTD Puskesmas Talawi", "UPT Puskesmas Talawi"),
        ("DinasKesehatan", "Dinas  Kesehatan"),
        ("Dinas Kesehatn", "Dinas Kesehatan"),
        ("Dinas Ksehatan", "Dinas Kesehatan"),
        ("Dinas Kesheatan", "Dinas Kesehatan"),
        ("Dinas Kesehatam", "Dinas Kesehatan"),
    ],
)
def test_names_that_are_probably_one_unit_are_asked_about(one: str, other: str) -> None:
    asked = pair_units([one, other], suffixes=["Kota Contoh"])
    assert asked == (tuple(sorted((one, other))),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SDN 1", "SDN 2"),
        ("SDN 1 Talawi", "SDN 11 Talawi"),
        ("SDN 1 2", "SDN 12"),
        ("SMPN 3", "SDN 3"),
        ("Puskesmas Talawi I", "Puskesmas Talawi II"),
        ("Puskesmas Talawi IV", "Puskesmas Talawi VI"),
        ("Puskesmas Talawi", "Puskesmas Talawi II"),
        ("Puskesmas Talawi I", "Pusk. Talawi 2"),
        ("Kelurahan Talawi", "Kecamatan Talawi"),
        ("Kel. Talawi", "Kec. Talawi"),
        ("Kecamatan Talawi", "KUA Kecamatan Talawi"),
        ("Kelurahan A", "Kelurahan B"),
        ("Kecamatan Serpong", "Kecamatan Serpong Utara"),
        ("Kelurahan Kapuk", "Kelurahan Kapas"),
        ("Dinas Sosial", "Dinas Kesehatan"),
        ("Dinas Pertanian", "Dinas Perikanan"),
        ("Bagian Umum Kepegawaian", "Balai Uji Kendaraan"),
        ("BKD", "BKD 2"),
        ("BD", "Bagian Daerah"),
        ("DLH", "DLK"),
    ],
)
def test_units_that_only_look_alike_are_never_asked_about(one: str, other: str) -> None:
    assert pair_units([one, other], suffixes=["Kota Contoh"]) == ()


@pytest.mark.parametrize(
    "names",
    [
        ["", " ", "???", "日本", "–"],
        ["i" * 5_000, "x " * 5_000, "upt " * 19, "disdik " * 20],
        ["{lines}", "[units]", '"', "\\", "\x00", "\u202eDinas"],
        ["Kota Contoh", "Kota  Contoh "],
    ],
)
def test_hostile_names_are_no_obstacle(names: list[str]) -> None:
    pairs = pair_units(names, suffixes=["Kota Contoh", "", "???"])
    assert all(name_key(one) == name_key(other) for one, other in pairs)


def test_many_names_that_share_much_are_no_flood() -> None:
    names = [f"Kelurahan Contoh{chr(97 + i % 26)}{chr(97 + i // 26 % 26)} {i // 676}" for i in range(3_000)]
    assert len(pair_units(names)) < len(names) * 60


def test_order_and_repeats_of_names_make_no_difference() -> None:
    names = ["Dinkes", "Dinas Kesehatan", "Dinas Kesehatn", "BPBD", "Badan Penanggulangan Bencana Daerah"]
    assert pair_units(names) == pair_units([*reversed(names), *names])
    assert len(pair_units(names)) == 4


def test_short_forms_are_spelt_as_they_are_compared() -> None:
    text = files("asn_research.contract").joinpath("agencies.toml").read_text(encoding="utf-8")
    short = tomllib.loads(text)["short"]
    assert list(short), "no short form"
    assert [word for word in short if fold(word) != word or len(word.split()) > 2] == []
    assert [full for said in short.values() for full in said if fold(full) != full] == []
