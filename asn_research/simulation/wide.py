"""The raw form of Sawahlunto: wide sheets with the header in row 4, exports of forms, a permit log."""

from __future__ import annotations

from asn_research.simulation.chance import Chance
from asn_research.simulation.layout import Field, Layout, lay_out
from asn_research.simulation.mess import add_mess, add_totals
from asn_research.simulation.notation import AGREEMENT, FITNESS, Notation
from asn_research.simulation.office import OfficeFile, OfficeFiles
from asn_research.simulation.world import World

_TITLES = ("PEMERINTAH KOTA SAWAHLUNTO", "PROGRAM PEMBINAAN ASN TAHUN 2025")
_SIGNED = (
    (),
    ("", "", "", "Sawahlunto,     April 2026"),
    ("", "", "", "Kepala Bidang Pengembangan Kompetensi"),
    (),
    ("", "", "", "__________________"),
)
_PERSON = (Field("No.", "#"), Field("Nama Peserta", "@name"), Field("NIP/NI PPPK", "person_id"))

_PARTICIPANTS = Layout(
    "Peserta",
    "participants",
    (
        *_PERSON,
        Field("Perangkat Daerah", "unit"),
        Field("Jenis ASN", "employment"),
        Field("Gol/Ruang", "grade"),
        Field("Jabatan", "position_type"),
        Field("JK", "sex"),
        Field("Tahun Lahir", "birth_year"),
        Field("Pendidikan", "education"),
        Field("Masa Kerja (tahun)", "service_years"),
        Field("Kelompok", "group"),
    ),
    titles=(*_TITLES, "Daftar Peserta"),
    footer=_SIGNED,
)
_COURSES = Layout(
    "Kegiatan",
    "courses",
    (
        Field("Kode Kegiatan", "course_id"),
        Field("Nama Kegiatan Pembinaan", "title"),
        Field("Topik", "topic"),
        Field("Metode", "method"),
        Field("Cara Pelaksanaan", "delivery"),
        Field("JP", "hours_jp"),
        Field("Tanggal Mulai", "start_date"),
        Field("Tanggal Selesai", "end_date"),
        Field("Angkatan", "batch"),
        Field("Narasumber", "speaker_id"),
        Field("Penyelenggara", "provider"),
        Field("Kurikulum Ditinjau", "curriculum_reviewed_on"),
        Field("Biaya (Rp)", "cost_idr"),
        Field("Kuota", "seats"),
    ),
    Notation(dates="month", money="dots"),
    titles=(*_TITLES, "Daftar Kegiatan"),
)
_ENROLMENTS = Layout(
    "Presensi",
    "enrolments",
    (
        *_PERSON,
        Field("Kode Kegiatan", "course_id"),
        Field("Jumlah Pertemuan", "sessions_held"),
        Field("Hadir", "sessions_attended"),
        Field("Keaktifan", "engagement_rating"),
        Field("Selesai", "completed"),
        Field("Jam Coaching", "mentoring_hours"),
    ),
    titles=(*_TITLES, "Rekap Presensi"),
)
_SCORES = Layout(
    "Rekap",
    "assessments",
    (
        *_PERSON,
        Field("Kode Kegiatan", "course_id"),
        Field("Nilai Awal", ">pre"),
        Field("Nilai Akhir", ">post"),
        Field("Ket.", "="),
    ),
    spread="wave",
    measure="score",
    implied={"competency": "technical_skill", "source": "test"},
    titles=(*_TITLES, "Rekap Nilai Tes Keterampilan Teknis"),
    footer=_SIGNED,
    missing=("", "-", "tidak hadir", "TH"),
)
_ATTITUDE = Layout(
    "Sikap",
    "assessments",
    (
        *_PERSON,
        Field("Kode Kegiatan", "course_id"),
        Field("Sebelum Pembinaan", ">pre"),
        Field("Setelah Pembinaan", ">post"),
    ),
    spread="wave",
    measure="score",
    implied={"competency": "professional_attitude", "source": "self"},
    titles=(*_TITLES, "Rekap Penilaian Diri Sikap Profesional"),
    missing=("", "-"),
)
_REACTIONS = Layout(
    "Form Responses 1",
    "reactions",
    (
        Field("Timestamp", "@stamp"),
        Field("NIP Bapak/Ibu", "respondent_id"),
        Field("Kode kegiatan yang Bapak/Ibu ikuti", "course_id"),
        Field("Materi pembinaan disajikan dengan jelas dan lengkap", ">material", "", AGREEMENT),
        Field("Narasumber menguasai materi yang disampaikan", ">speaker", "", AGREEMENT),
        Field("Metode pembinaan membantu saya memahami materi", ">method", "", AGREEMENT),
        Field(
            "Menurut Bapak/Ibu, seberapa sesuai materi pelatihan dengan pekerjaan?",
            ">relevance",
            "",
            {
                "1": ("Sangat tidak sesuai",),
                "2": ("Tidak sesuai",),
                "3": ("Cukup sesuai",),
                "4": ("Sesuai",),
                "5": ("Sangat sesuai",),
            },
        ),
        Field("Sarana dan tempat kegiatan memadai", ">facilities", "", AGREEMENT),
        Field("Saya percaya diri menerapkan hasil pembinaan di tempat kerja", ">confidence", "", AGREEMENT),
        Field("Saya berkomitmen menerapkan hasil pembinaan", ">commitment", "", AGREEMENT),
        Field("Secara keseluruhan, saya puas dengan kegiatan ini", ">overall", "", AGREEMENT),
        Field("Saran dan masukan Bapak/Ibu untuk kegiatan berikutnya", "comment"),
    ),
    spread="item",
    measure="response",
)
_ASKED = (
    ("u1", "kesesuaian persyaratan pelayanan dengan jenis pelayanannya"),
    ("u2", "kemudahan prosedur pelayanan di unit ini"),
    ("u3", "kecepatan waktu dalam memberikan pelayanan"),
    ("u4", "kewajaran biaya/tarif dalam pelayanan"),
    ("u5", "kesesuaian produk pelayanan antara yang tercantum dalam standar dengan hasil yang diberikan"),
    ("u6", "kompetensi/kemampuan petugas dalam pelayanan"),
    ("u7", "perilaku petugas dalam pelayanan terkait kesopanan dan keramahan"),
    ("u9", "kualitas sarana dan prasarana"),
    ("u8", "penanganan pengaduan pengguna layanan"),
)
_SURVEYS = Layout(
    "Form Responses 1",
    "citizen_surveys",
    (
        Field("Timestamp", "@stamp"),
        Field("Nomor responden", "response_id"),
        Field("Unit layanan", "unit"),
        Field("Layanan yang diterima", "service"),
        Field("Tanggal menerima layanan", "date"),
        Field("Gelombang survei", "wave"),
        *(
            Field(f"Bagaimana pendapat Saudara tentang {asked}?", column, "", FITNESS)
            for column, asked in _ASKED
        ),
        Field("Saran perbaikan", "comment"),
    ),
    Notation(dates="slash", words={"wave": {"pre": ("Sebelum",), "post": ("Sesudah",)}}),
)
_REQUESTS = Layout(
    "",
    "service_requests",
    (
        Field("No. Permohonan", "request_id"),
        Field("OPD", "unit"),
        Field("Jenis Izin", "service"),
        Field("Tgl Masuk", "submitted_on"),
        Field("Tgl Terbit", "completed_on"),
        Field("Standar Waktu (hari)", "standard_days"),
    ),
    Notation(decimal=",", dates="dash"),
)
_INTERVIEWS = Layout(
    "Koding",
    "interviews",
    (
        Field("Kode Kutipan", "excerpt_id"),
        Field("Kode Wawancara", "interview_id"),
        Field("Informan", "role"),
        Field("Pertanyaan", "question"),
        Field("Kutipan", "text"),
        Field("Pengode", "coder_id"),
        Field("Tema", "theme"),
    ),
    titles=("KODING WAWANCARA PROGRAM PEMBINAAN",),
    blank=1,
)
_BUDGETS = Layout(
    "Anggaran",
    "budgets",
    (
        Field("Tahun", "year"),
        Field("Mata Anggaran", "line"),
        Field("Anggaran (Rp)", "planned_idr"),
        Field("Realisasi (Rp)", "realised_idr"),
        Field("Target Peserta", "planned_participants"),
    ),
    Notation(money="dots"),
    titles=(*_TITLES, "Anggaran dan Realisasi"),
)

_FILES: dict[str, tuple[Layout, ...]] = {
    "Anggaran Pembinaan.xlsx": (_BUDGETS,),
    "Data Peserta dan Kegiatan.xlsx": (_PARTICIPANTS, _COURSES, _ENROLMENTS),
    "Form Umpan Balik (Responses).xlsx": (_REACTIONS,),
    "Form Survei Kepuasan (Responses).xlsx": (_SURVEYS,),
    "Koding Wawancara.xlsx": (_INTERVIEWS,),
    "Log Perizinan 2024-2026.csv": (_REQUESTS,),
    "Rekap Nilai Pre Post.xlsx": (_SCORES, _ATTITUDE),
}
_COUNTS: dict[tuple[str, str], dict[str, int]] = {
    ("participants", "Peserta"): {
        "trailing_space": 6,
        "inner_nbsp": 4,
        "nip_spaces": 4,
        "nip_number": 2,
        "repeat": 1,
    },
    ("enrolments", "Presensi"): {"nip_spaces": 3, "nip_nbsp": 2, "unknown_person": 1, "repeat": 1},
    ("assessments", "Rekap"): {
        "comma_text": 12,
        "nip_apostrophe": 3,
        "score_105": 1,
        "nip_number": 1,
        "repeat": 1,
    },
    ("assessments", "Sikap"): {"comma_text": 8, "nip_spaces": 2, "error_cell": 1, "repeat": 1},
    ("reactions", "Form Responses 1"): {"nip_spaces": 5, "nip_short": 1, "unknown_person": 1, "repeat": 2},
    ("citizen_surveys", "Form Responses 1"): {"trailing_space": 5, "unknown_word": 1, "repeat": 2},
    ("service_requests", ""): {"impossible_date": 9, "repeat": 12, "trailing_space": 15},
    ("interviews", "Koding"): {"repeat": 1},
}


def write_wide(world: World, chance: Chance) -> OfficeFiles:
    """Six workbooks and a permit log, spoilt as ``_COUNTS`` says."""
    scores = world.tables["assessments"]
    parts = {"Rekap": scores[scores["source"] == "test"], "Sikap": scores[scores["source"] == "self"]}
    listed = set(world.people.loc[world.people["group"] == "eligible", "person_id"])
    files: list[OfficeFile] = []
    for name, layouts in _FILES.items():
        sheets = []
        for layout in layouts:
            sheet = lay_out(layout, world, chance, frame=parts.get(layout.name))
            only = listed if layout.table == "participants" else None
            add_mess(sheet, _COUNTS.get((layout.table, layout.name), {}), chance, only=only)
            if layout.table == "budgets":
                add_totals(
                    sheet,
                    label="Jumlah",
                    sums=dict.fromkeys(("planned_idr", "realised_idr"), layout.notation.amount),
                )
            sheets.append(sheet)
        files.append(OfficeFile(name, sheets, encoding="utf-8-sig", delimiter=";"))
    return OfficeFiles(world.setting.folder, world.setting.period, files)
