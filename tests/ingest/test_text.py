"""Scrubbing of free text, with recall and precision measured on made sentences."""

from __future__ import annotations

from asn_research.ingest.text import Scrubber, is_personal_code

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
