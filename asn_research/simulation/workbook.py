"""The raw form of Kalianda: one workbook, many sheets, title rows, merged two-row headers."""

from __future__ import annotations

from dataclasses import replace

from asn_research.simulation.chance import Chance
from asn_research.simulation.layout import Field, Layout, lay_out
from asn_research.simulation.mess import add_mess, add_totals, repeat_header
from asn_research.simulation.notation import AGREEMENT, SATISFACTION, Notation
from asn_research.simulation.office import OfficeFile, OfficeFiles, Sheet
from asn_research.simulation.world import World

_SIGNED = (
    (),
    ("", "", "", "", "Kalianda, 15 Desember 2025"),
    ("", "", "", "", "Camat Kalianda,"),
    (),
    ("", "", "", "", "ttd."),
    ("", "", "", "", "(nama jelas)"),
)
_NOTE = (("Keterangan:",), ("1. Data diisi oleh panitia.",))
_PERSON = (Field("No", "#"), Field("Nama", "@name"), Field("NIP", "person_id"))
_COURSE = (Field("Nama Diklat", "@title"), Field("Angkatan", "@batch"))

_PARTICIPANTS = Layout(
    "Data Peserta",
    "participants",
    (
        Field("No", "#"),
        Field("Nama Lengkap", "@name"),
        Field("NIP", "person_id"),
        Field("Unit Kerja", "unit"),
        Field("Status Kepegawaian", "employment"),
        Field("Gol.", "grade"),
        Field("Jenis Jabatan", "position_type"),
        Field("L/P", "sex"),
        Field("Tahun Lahir", "birth_year"),
        Field("Pendidikan Terakhir", "education"),
        Field("Masa Kerja (Thn)", "service_years"),
        Field("Kelompok", "group"),
    ),
    titles=(
        "DAFTAR PESERTA PENDIDIKAN DAN PELATIHAN ASN",
        "KECAMATAN KALIANDA KABUPATEN LAMPUNG SELATAN",
        "TAHUN ANGGARAN 2025",
    ),
    blank=1,
    footer=_SIGNED,
)
_COURSES = Layout(
    "Jadwal Diklat",
    "courses",
    (
        Field("No", "#"),
        Field("Kode Diklat", "course_id"),
        Field("Nama Diklat", "title"),
        Field("Materi Pokok", "topic"),
        Field("Metode", "method"),
        Field("Bentuk", "delivery"),
        Field("Jumlah JP", "hours_jp"),
        Field("Mulai", "start_date", "Tanggal Pelaksanaan"),
        Field("Selesai", "end_date", "Tanggal Pelaksanaan"),
        Field("Angkatan", "batch"),
        Field("Narasumber", "speaker_id"),
        Field("Penyelenggara", "provider"),
        Field("Kurikulum Terakhir Ditinjau", "curriculum_reviewed_on"),
        Field("Biaya (Rp)", "cost_idr"),
        Field("Kuota", "seats"),
    ),
    Notation(money="rupiah"),
    titles=("JADWAL PELAKSANAAN DIKLAT ASN TAHUN 2025",),
    blank=1,
    footer=_SIGNED,
)
_ENROLMENTS = Layout(
    "Daftar Hadir",
    "enrolments",
    (
        *_PERSON,
        *_COURSE,
        Field("Jumlah", "sessions_held", "Sesi"),
        Field("Hadir", "sessions_attended", "Sesi"),
        Field("Keaktifan (1-5)", "engagement_rating"),
        Field("Lulus", "completed"),
        Field("Pendampingan (Jam)", "mentoring_hours"),
    ),
    titles=("REKAPITULASI DAFTAR HADIR PESERTA DIKLAT", "TAHUN ANGGARAN 2025"),
    footer=_NOTE,
)
_SCORES = Layout(
    "Rekap Nilai",
    "assessments",
    (
        *_PERSON,
        *_COURSE,
        Field("Pre-Test", ">pre", "Nilai"),
        Field("Post-Test", ">post", "Nilai"),
        Field("Pasca 3 Bulan", ">followup", "Nilai"),
        Field("Keterangan", "="),
    ),
    spread="wave",
    measure="score",
    implied={"competency": "technical_skill", "source": "test"},
    titles=("REKAPITULASI NILAI", "DIKLAT ASN KECAMATAN KALIANDA ANGKATAN I - III", "TAHUN ANGGARAN 2025"),
    footer=(("Keterangan: - = tidak mengikuti ujian",), *_SIGNED),
    missing=("", "-", "tidak hadir", "n/a"),
)
_ATTITUDE = Layout(
    "Penilaian Sikap",
    "assessments",
    (
        *_PERSON,
        *_COURSE,
        Field("Sebelum", ">pre", "Nilai Sikap (Penilaian Diri)"),
        Field("Sesudah", ">post", "Nilai Sikap (Penilaian Diri)"),
    ),
    spread="wave",
    measure="score",
    implied={"competency": "professional_attitude", "source": "self"},
    titles=("HASIL PENILAIAN DIRI SIKAP PROFESIONAL PESERTA",),
    blank=1,
    missing=("", "-"),
)
_SUPERVISOR = Layout(
    "Penilaian Atasan",
    "assessments",
    (
        *_PERSON,
        *_COURSE,
        Field("Aspek yang Dinilai", "competency"),
        Field("NIP Atasan Penilai", "rater_id"),
        Field("Waktu Penilaian", "wave"),
        Field("Tanggal", "date"),
        Field("Nilai (0-100)", "score"),
    ),
    Notation(
        dates="month",
        words={"wave": {"pre": ("Sebelum diklat", "Sebelum"), "followup": ("3 bulan setelah",)}},
    ),
    implied={"source": "supervisor"},
    titles=("PENILAIAN ATASAN LANGSUNG TERHADAP ALUMNI DIKLAT", "Sebelum diklat dan 3 bulan setelah diklat"),
    blank=1,
    footer=_SIGNED,
)
_REACTIONS = Layout(
    "Angket Peserta",
    "reactions",
    (
        Field("No", "#"),
        Field("NIP Responden", "respondent_id"),
        *_COURSE,
        Field("Materi", ">material", "Seberapa puas Saudara terhadap"),
        Field("Narasumber", ">speaker", "Seberapa puas Saudara terhadap"),
        Field("Metode", ">method", "Seberapa puas Saudara terhadap"),
        Field("Sarana dan Prasarana", ">facilities", "Seberapa puas Saudara terhadap"),
        Field("Keseluruhan", ">overall", "Seberapa puas Saudara terhadap"),
        Field("Relevansi dengan Tugas", ">relevance"),
        Field("Kepercayaan Diri Menerapkan", ">confidence"),
        Field("Komitmen Menerapkan", ">commitment"),
        Field("Saran/Komentar", "comment"),
    ),
    spread="item",
    measure="response",
    titles=("TABULASI ANGKET PESERTA DIKLAT TAHUN 2025",),
)
_SURVEYS = Layout(
    "SKM",
    "citizen_surveys",
    (
        Field("No. Responden", "response_id"),
        Field("Unit Pelayanan", "unit"),
        Field("Jenis Layanan", "service"),
        Field("Tanggal Survei", "date"),
        Field("Periode", "wave"),
        Field("Persyaratan", "u1"),
        Field("Prosedur", "u2"),
        Field("Waktu Pelayanan", "u3"),
        Field("Biaya/Tarif", "u4"),
        Field("Produk Layanan", "u5"),
        Field("Kompetensi Pelaksana", "u6"),
        Field("Perilaku Pelaksana", "u7"),
        Field("Sarana dan Prasarana", "u9"),
        Field("Penanganan Pengaduan", "u8"),
        Field("Saran", "comment"),
    ),
    Notation(words={"wave": {"pre": ("Sebelum program",), "post": ("Sesudah program",)}}),
    titles=("SURVEI KEPUASAN MASYARAKAT (SKM)", "UNIT PELAYANAN DI KECAMATAN KALIANDA"),
    blank=1,
)
_PROJECTS = Layout(
    "Kegiatan",
    "projects",
    (
        Field("Kode Kegiatan", "project_id"),
        Field("Unit Kerja", "unit"),
        Field("NIP Penanggung Jawab", "person_id"),
        Field("Mulai", "planned_start", "Rencana"),
        Field("Selesai", "planned_finish", "Rencana"),
        Field("Pagu (Rp)", "planned_cost_idr", "Rencana"),
        Field("Mulai", "actual_start", "Realisasi"),
        Field("Selesai", "actual_finish", "Realisasi"),
        Field("Biaya (Rp)", "actual_cost_idr", "Realisasi"),
        Field("Progres Fisik (%)", "physical_progress_share", "Realisasi"),
    ),
    Notation(money="dots", shares="percent"),
    titles=("DAFTAR KEGIATAN KECAMATAN DAN KELURAHAN TAHUN 2025",),
)
_STAKEHOLDERS = Layout(
    "Pemangku Kepentingan",
    "stakeholders",
    (Field("Kode Diklat", "course_id"), Field("Pihak", "party"), Field("Peran", "role")),
    titles=("PELIBATAN PEMANGKU KEPENTINGAN DALAM DIKLAT",),
)

_COUNTS: dict[str, dict[str, int]] = {
    "Data Peserta": {
        "trailing_space": 9,
        "inner_nbsp": 4,
        "nip_spaces": 6,
        "nip_apostrophe": 4,
        "nip_number": 2,
        "nip_date": 1,
        "repeat": 2,
    },
    "Jadwal Diklat": {"date_words": 2, "code_space": 1},
    "Daftar Hadir": {
        "nip_spaces": 3,
        "nip_nbsp": 2,
        "nip_number": 1,
        "unknown_person": 1,
        "conflict": 1,
        "repeat": 2,
    },
    "Rekap Nilai": {
        "comma_text": 22,
        "nip_spaces": 3,
        "nip_apostrophe": 2,
        "score_105": 2,
        "error_cell": 1,
        "unknown_person": 1,
        "conflict": 1,
        "repeat": 1,
        "nip_number": 1,
    },
    "Penilaian Sikap": {"comma_text": 8, "nip_nbsp": 2, "score_105": 1, "repeat": 1},
    "Penilaian Atasan": {
        "comma_text": 20,
        "nip_spaces": 6,
        "score_105": 2,
        "unknown_word": 2,
        "impossible_date": 1,
        "unknown_person": 2,
        "repeat": 5,
        "conflict": 1,
    },
    "Angket Peserta": {"nip_spaces": 4, "nip_number": 1, "unknown_person": 1, "repeat": 2},
    "SKM": {"trailing_space": 8, "serial_date": 6, "date_words": 8, "unknown_word": 2, "repeat": 2},
    "Kegiatan": {"date_words": 3, "repeat": 1},
}
_COVER = (
    "EVALUASI PENDIDIKAN DAN PELATIHAN ASN",
    "Kecamatan Kalianda, Kabupaten Lampung Selatan",
    "Contoh sintetis: semua orang dan angka dalam berkas ini dibuat oleh program.",
    "Setiap lembar memuat satu daftar. Mohon tidak mengubah susunan kolom.",
)


def _questionnaire(layout: Layout) -> Layout:
    """Satisfaction words for the five satisfaction items, agreement words for the rest."""
    fields = tuple(
        one._replace(words=SATISFACTION if one.top else AGREEMENT) if one.column.startswith(">") else one
        for one in layout.fields
    )
    return replace(layout, fields=fields)


def write_workbook(world: World, chance: Chance) -> OfficeFiles:
    """One workbook with a cover and eleven sheets, spoilt as ``_COUNTS`` says."""
    scores = world.tables["assessments"]
    by_source = scores["source"] + "/" + scores["competency"]
    parts = {
        "Rekap Nilai": scores[by_source == "test/technical_skill"],
        "Penilaian Sikap": scores[by_source == "self/professional_attitude"],
        "Penilaian Atasan": scores[scores["source"] == "supervisor"],
    }
    layouts = (
        _PARTICIPANTS,
        _COURSES,
        _ENROLMENTS,
        _SCORES,
        _ATTITUDE,
        _SUPERVISOR,
        _questionnaire(_REACTIONS),
        _SURVEYS,
        _PROJECTS,
        _STAKEHOLDERS,
    )
    listed = set(world.people.loc[world.people["group"] == "eligible", "person_id"])
    sheets = [Sheet("Petunjuk", "", above=[[line] for line in _COVER])]
    for layout in layouts:
        sheet = lay_out(layout, world, chance, frame=parts.get(layout.name))
        only = listed if layout.table == "participants" else None
        add_mess(sheet, _COUNTS.get(layout.name, {}), chance, only=only)
        sheets.append(sheet)
    named = {sheet.name: sheet for sheet in sheets}
    repeat_header(named["Daftar Hadir"], header_lines=2, every=60)
    add_totals(named["Daftar Hadir"], label="JUMLAH", sums={"sessions_held": int, "sessions_attended": int})
    add_totals(named["Rekap Nilai"], label="RATA-RATA KELAS", sums={})
    add_totals(named["SKM"], label="JUMLAH", sums={f"u{number}": int for number in range(1, 10)}, at=0)
    name = f"Evaluasi Diklat ASN Kec. Kalianda {world.setting.period}.xlsx"
    return OfficeFiles(world.setting.folder, world.setting.period, [OfficeFile(name, sheets)])
