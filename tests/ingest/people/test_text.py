"""Scrubbing of free text, with recall and precision measured on made sentences."""

from __future__ import annotations

from asn_research.ingest.people.text import Scrubber, is_personal_code

from ..comment import measure

NAMES = ["Siti Rahmawati, S.Sos", "Drs. H. Bambang Sutrisno, M.Si", "Andi"]
PRIVATE = [
    ("NIP saya 198609262015051001", "198609262015051001"),
    ("NIP 19860926 201505 1 001 mohon dicek", "19860926 201505 1 001"),
    ("NIK 1371012609860001", "1371012609860001"),
    ("hubungi 0812-3456-7890 ya", "0812-3456-7890"),
    ("WA +62 812 3456 7890", "812 3456 7890"),
    ("telp (0751) 123456", "123456"),
    ("email budi.santoso@contoh.go.id", "budi.santoso@contoh.go.id"),
    ("cek https://contoh.id/profil/budi", "contoh.id/profil"),
    ("akun @budisantoso bagus", "@budisantoso"),
    ("Terima kasih Siti Rahmawati", "Rahmawati"),
    ("terima kasih SITI RAHMAWATI!", "RAHMAWATI"),
    ("Pak Bambang Sutrisno sangat baik", "Sutrisno"),
    ("narasumber bambang sutrisno jelas", "sutrisno"),
    ("Ibu Wulandari membantu sekali", "Wulandari"),
    ("Andi dari bidang umum", "Andi"),
]
HARMLESS = [
    "Materi sudah baik, tahun 2024-2025 perlu diulang.",
    "Anggaran Rp 1.250.000.000 terlalu kecil.",
    "Pelatihan tanggal 04/03/2025 pukul 08.00 terlalu pagi.",
    "Pak Camat dan Ibu Kepala hadir.",
    "Nilai 85,5 dari 100 untuk 3 sesi.",
    "Ruang 201 lantai 2 panas, 30 peserta.",
]


def test_nothing_private_is_left() -> None:
    scrubber = Scrubber(NAMES)
    left = [text for text, private in PRIVATE if private in scrubber.scrub(text)]
    assert left == []


def test_harmless_text_stays_as_it_is() -> None:
    scrubber = Scrubber(NAMES)
    assert [text for text in HARMLESS if scrubber.scrub(text) != text] == []


def test_scrubbing_twice_changes_nothing_more() -> None:
    scrubber = Scrubber(NAMES)
    for text, _ in PRIVATE:
        once = scrubber.scrub(text)
        assert scrubber.scrub(once) == once


def test_personal_numbers_used_as_codes() -> None:
    assert is_personal_code("198609262015051001")
    assert is_personal_code("081234567890")
    assert is_personal_code("budi@contoh.go.id")
    assert not is_personal_code("SKM-2025-1001")
    assert not is_personal_code("PRM/2024/00001")


def test_recall_and_precision_on_made_comments() -> None:
    """The figures of docs/identity.md; ``python -m tests.ingest.comment`` prints them."""
    recall, precision = measure()
    assert {kind for kind in recall if recall[kind] < 0.99} <= {"first name, small letters"}
    assert recall["first name, small letters"] >= 0.4  # words that are also names stay in small letters
    assert precision >= 0.97
    other, precision = measure(seed=7, count=1_500)
    assert min(other[kind] for kind in ("NIP", "NIK", "phone", "e-mail")) >= 0.99
    assert min(share for kind, share in other.items() if kind != "first name, small letters") >= 0.97
    assert precision >= 0.97


def test_words_that_are_also_names_stay_words() -> None:
    scrubber = Scrubber(["Indah Bunga", "Cahaya Surya", "Budi Setia", "Mega Putri", "Bintang"])
    for text in (
        "Taman indah dengan bunga dan cahaya.", "Setia melayani, budi pekerti baik.", "Bintang lima!",
        "indah bunga di taman", "Proyek mega.", "Cahaya kurang terang", "TAMAN BUNGA",
    ):  # fmt: skip
        assert scrubber.scrub(text) == text
    assert scrubber.scrub("kata Ibu Indah kepada Budi, lalu Cahaya Surya pulang") == (
        "kata Ibu [nama] kepada [nama], lalu [nama] pulang"
    )


def test_titles_initials_and_degrees_go_with_the_name() -> None:
    scrubber = Scrubber(["Drs. H. Bambang Sutrisno, M.Si"])
    for text in (
        "Drs. H. Bambang Sutrisno, M.Si", "B. Sutrisno", "Bambang S.", "BAMBANG SUTRISNO", "bambang_sutrisno",
        "Sutrisno, Bambang", "Bambang Sutrisno, S.STP., M.Si.",
    ):  # fmt: skip
        assert scrubber.scrub(f"oleh {text}").replace(", [nama]", "") in {"oleh [nama]", "oleh [nama]."}


def test_long_texts_take_time_in_proportion() -> None:
    """Patterns that begin anew at every letter would take hours for a million."""
    scrubber = Scrubber([*NAMES, "Dewi Putri"])
    for unit in (
        "a",
        "a.",
        "1 ",
        "1",
        "Pak ",
        "@",
        "a@",
        "(",
        " at ",
        "Andi ",
        "www.",
        "Dewi ",
        "dewi putri ",
    ):
        scrubber.scrub(unit * (60_000 // len(unit)))


def test_names_written_together_are_names() -> None:
    scrubber = Scrubber(["Agus Chaniago", "Indah Permata"])
    assert scrubber.scrub("AgusChaniago top, akun aguschaniago88") == "[nama] top, akun [nama]88"
    assert scrubber.scrub("permata yang indah") == "permata yang indah"


def test_an_endless_cell_below_names_is_looked_through_in_no_time() -> None:
    words = " ".join(f"kata{number % 50}{'abcdefgh'[number % 8] * 3}" for number in range(6_000))
    scrubber = Scrubber([words, "Siti Rahmawati"])
    assert scrubber.scrub("Terima kasih Siti Rahmawati") == "Terima kasih [nama]"
    assert scrubber.scrub("Siti Rahmawati " + "dr " * 60_000).startswith("[nama] dr")
