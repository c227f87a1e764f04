"""Headings read by the concepts of their words: many wordings of one column, and none of what it is not."""

from __future__ import annotations

import pytest

from asn_research.contract.column import TABLES
from asn_research.contract.heading import read_lexicon
from asn_research.contract.meaning import find_meaning, is_changed, means_beside, read_meanings
from asn_research.contract.unit import contradicts

MEANT = {
    ("participants", "unit"): "SKPK Asal|Dinas/Badan/Kantor|Instansi Pengirim|Seksi/Bagian",
    ("participants", "grade"): "Pangkat, Gol/Ruang|Gol. Ruang Saat Ini|Kelas Golongan",
    ("participants", "service_years"): "Lama Bertugas (tahun)|Masa Kerja sebagai ASN (tahun)",
    ("courses", "hours_jp"): "Bobot Jam Pelajaran|Lama (JP)|Jml. Jam Pel.|Beban Belajar (JP)",
    ("courses", "start_date"): "Waktu Dimulainya Kegiatan|Tgl. Pembukaan|Date Commenced",
    ("courses", "end_date"): "Waktu Berakhir|Tgl Ditutup|Pelaksanaan (Selesai)",
    ("courses", "seats"): "Available Seats|Jml Peserta Maks.|Kuota Kelas",
    ("enrolments", "sessions_held"): "Jml Tatap Muka|Wajib Hadir (kali)|No. of Sessions Conducted",
    ("enrolments", "sessions_attended"): "Banyaknya Tatap Muka yang Diikuti|Hadir (kali)|Jumlah Hari Hadir",
    ("enrolments", "completed"): "Ket. Kelulusan|Pass/Fail|Certificate Awarded (Y/N)",
    ("assessments", "date"): "Tanggal Pengambilan Nilai|Hari/Tanggal Tes",
    ("service_requests", "unit"): "Instansi Pemroses|OPD Teknis",
    ("service_requests", "completed_on"): "Tanggal Penerbitan SK|Tgl Selesai Diproses",
    ("projects", "actual_cost_idr"): "Anggaran (Rp) Realisasi|Realisasi Dana (dalam juta rupiah)",
    ("projects", "planned_start"): "Jadwal Rencana Mulai|Rencana Tgl Mulai",
    ("budgets", "realised_idr"): "Serapan s.d. Desember (Rp)",
}  # fmt: skip

# what stands beside: near in its words, and something else
NOT_MEANT = {
    ("participants", "person_id"): "NIP Atasan|NIP Lama|Nomor HP Peserta|No. Peserta",
    ("participants", "unit"): "Unit Kerja Atasan|Kode Unit|Kepala Dinas",
    ("participants", "grade"): "TMT Golongan|Golongan Darah",
    ("courses", "start_date"): "Tanggal Surat Tugas|Nilai Awal",
    ("courses", "cost_idr"): "Biaya Peserta|Biaya per Orang|Sumber Dana|Biaya (%)",
    ("courses", "batch"): "Jumlah Angkatan|Total Angkatan",
    ("courses", "speaker_id"): "Honor Narasumber|Jumlah Narasumber|Instansi Narasumber",
    ("courses", "seats"): "Jumlah Peserta|Total Peserta Hadir|Realisasi Peserta",
    ("enrolments", "sessions_held"): "No. Sesi|Nomor Pertemuan|Sesi Tidak Dihadiri|Jumlah Izin",
    ("enrolments", "sessions_attended"): "Tidak Hadir (kali)|Hadir (tidak)|Target Kehadiran",
    ("enrolments", "completed"): "Nomor Sertifikat|Tanggal Selesai",
    ("enrolments", "mentoring_hours"): "Jumlah Jam",
    ("assessments", "rater_id"): "Atasan Langsung Sebelum",
    ("assessments", "score"): "Nilai Standar|KKM|Nilai Minimal",
    ("service_requests", "submitted_on"): "Tanggal SK|Tanggal Lahir Pemohon|Tgl Verifikasi",
    ("service_requests", "completed_on"): "Target Selesai",
    ("projects", "actual_cost_idr"): "Sisa Anggaran|Selisih Realisasi Anggaran",
    ("projects", "physical_progress_share"): "Target Fisik (%)",
    ("budgets", "realised_idr"): "Realisasi Peserta|Sisa (Rp)",
}  # fmt: skip


def _name(table: str, heading: str) -> str | None:
    lexicon = read_lexicon()
    known = lexicon.find_column(table, heading) or find_meaning(table, heading)
    return known or lexicon.find_core(table, heading) or lexicon.find_like(table, heading).code


@pytest.mark.parametrize(("place", "headings"), MEANT.items(), ids=map(".".join, MEANT))
def test_other_wordings_of_a_column(place: tuple[str, str], headings: str) -> None:
    table, column = place
    assert [(heading, _name(table, heading)) for heading in headings.split("|")] == [
        (heading, column) for heading in headings.split("|")
    ]


@pytest.mark.parametrize(("place", "headings"), NOT_MEANT.items(), ids=map(".".join, NOT_MEANT))
def test_neighbours_are_not_taken_for_the_column(place: tuple[str, str], headings: str) -> None:
    table, column = place
    taken = [
        heading
        for heading in headings.split("|")
        if _name(table, heading) == column and not contradicts(heading, TABLES[table][column])
    ]
    assert taken == []


def test_every_meaning_is_of_a_column_and_of_known_concepts() -> None:
    meanings = read_meanings()
    concepts = {concept for found in meanings.phrases.values() for concept in found}
    for table, columns in meanings.tables.items():
        for name, meaning in columns.items():
            assert name in TABLES[table].names or name.startswith("_"), (table, name)
            assert {*meaning.may, *(c for need in meaning.needs for c in need)} <= concepts, (table, name)


def test_no_label_of_the_contract_means_another_column() -> None:
    other = [
        (table.name, column.name, label, found)
        for table in TABLES.values()
        for column in table.columns
        for label in (*column.label, column.name.replace("_", " "))
        if (found := find_meaning(table.name, label)) not in {None, column.name}
    ]
    assert other == []


def test_an_unknown_word_is_borne_beside_a_label_only() -> None:
    assert means_beside("service_requests", "Unit Penelaah", "unit")
    assert not means_beside("service_requests", "Unit yang Bukan Penelaah", "unit")
    assert not means_beside("service_requests", "Penelaah", "unit")
    assert is_changed("realisasi peserta", "budgets", "realised_idr")
    assert not is_changed("jumlah biaya", "courses", "cost_idr")
