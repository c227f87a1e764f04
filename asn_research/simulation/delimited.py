"""The raw form of Bukittinggi: CSV files with semicolons and decimal commas, in two encodings."""

from __future__ import annotations

from asn_research.simulation.chance import Chance
from asn_research.simulation.layout import Field, Layout, lay_out
from asn_research.simulation.mess import add_mess, add_totals
from asn_research.simulation.notation import Notation
from asn_research.simulation.office import OfficeFile, OfficeFiles
from asn_research.simulation.world import World

_TEXT = Notation(decimal=",", dates="slash", money="dots", shares="percent")
_WAITING = Notation(
    decimal=",",
    dates="slash",
    words={
        "group": {"trained": ("Peserta",), "comparison": ("Daftar tunggu",), "eligible": ("Calon peserta",)}
    },
)
_SCALE = {str(number): (str(number),) for number in range(1, 6)}

_LAYOUTS: dict[str, tuple[Layout, str]] = {
    "anggaran_diklat.csv": (
        Layout(
            "",
            "budgets",
            (
                Field("Tahun", "year"),
                Field("Uraian", "line"),
                Field("Pagu Anggaran", "planned_idr"),
                Field("Realisasi", "realised_idr"),
                Field("Target Peserta", "planned_participants"),
            ),
            Notation(decimal=",", money="rupiah"),
        ),
        "cp1252",
    ),
    "daftar_pelatihan.csv": (
        Layout(
            "",
            "courses",
            (
                Field("Kode", "course_id"),
                Field("Nama Pelatihan", "title"),
                Field("Bidang", "topic"),
                Field("Metode", "method"),
                Field("Penyelenggaraan", "delivery"),
                Field("JP", "hours_jp"),
                Field("Tgl Mulai", "start_date"),
                Field("Tgl Selesai", "end_date"),
                Field("Angkatan", "batch"),
                Field("Narasumber", "speaker_id"),
                Field("Lembaga Penyelenggara", "provider"),
                Field("Tgl Tinjau Kurikulum", "curriculum_reviewed_on"),
                Field("Biaya", "cost_idr"),
                Field("Kuota", "seats"),
            ),
            _TEXT,
        ),
        "utf-8-sig",
    ),
    "kehadiran_2025.csv": (
        Layout(
            "",
            "enrolments",
            (
                Field("NIP", "person_id"),
                Field("Nama", "@name"),
                Field("Kode Pelatihan", "course_id"),
                Field("Jumlah Sesi", "sessions_held"),
                Field("Sesi Hadir", "sessions_attended"),
                Field("Nilai Keaktifan", "engagement_rating"),
                Field("Status Kelulusan", "completed"),
                Field("Jam Pendampingan", "mentoring_hours"),
            ),
            Notation(decimal=",", flags=("Lulus", "Tidak lulus")),
        ),
        "cp1252",
    ),
    "nilai_atasan.csv": (
        Layout(
            "",
            "assessments",
            (
                Field("NIP Pegawai", "person_id"),
                Field("Nama Pegawai", "@name"),
                Field("Kode Pelatihan", "course_id"),
                Field("Kompetensi", "competency"),
                Field("Sumber Penilaian", "source"),
                Field("NIP Penilai", "rater_id"),
                Field("Waktu", "wave"),
                Field("Tanggal", "date"),
                Field("Nilai", "score"),
            ),
            _TEXT,
        ),
        "cp1252",
    ),
    "nilai_tes_dan_sikap.csv": (
        Layout(
            "",
            "assessments",
            (
                Field("NIP", "person_id"),
                Field("Kode Pelatihan", "course_id"),
                Field("Kompetensi", "competency"),
                Field("Sumber Penilaian", "source"),
                Field("Waktu Tes", "wave"),
                Field("Tanggal Tes", "date"),
                Field("Nilai", "score"),
            ),
            _TEXT,
        ),
        "utf-8-sig",
    ),
    "peserta.csv": (
        Layout(
            "",
            "participants",
            (
                Field("No", "#"),
                Field("NIP", "person_id"),
                Field("Nama Pegawai", "@name"),
                Field("OPD", "unit"),
                Field("Status ASN", "employment"),
                Field("Pangkat/Gol", "grade"),
                Field("Jabatan", "position_type"),
                Field("Jenis Kelamin", "sex"),
                Field("Thn Lahir", "birth_year"),
                Field("Pendidikan", "education"),
                Field("Masa Kerja", "service_years"),
                Field("Kelompok", "group"),
            ),
            _WAITING,
        ),
        "cp1252",
    ),
    "skp.csv": (
        Layout(
            "",
            "appraisals",
            (
                Field("NIP", "person_id"),
                Field("Nama", "@name"),
                Field("Tahun Penilaian", "year"),
                Field("Hasil Kerja", "result"),
                Field("Perilaku Kerja", "behaviour"),
            ),
            _TEXT,
        ),
        "utf-8-sig",
    ),
    "umpan_balik.csv": (
        Layout(
            "",
            "reactions",
            (
                Field("NIP Responden", "respondent_id"),
                Field("Kode Pelatihan", "course_id"),
                Field("Butir", "item"),
                Field("Jawaban", "response", "", _SCALE),
                Field("Komentar", "comment"),
            ),
            _TEXT,
        ),
        "cp1252",
    ),
}

_COUNTS: dict[str, dict[str, int]] = {
    "peserta.csv": {
        "trailing_space": 12,
        "nip_spaces": 6,
        "nip_apostrophe": 5,
        "nip_exponent": 2,
        "repeat": 3,
    },
    "kehadiran_2025.csv": {"nip_spaces": 4, "nip_short": 1, "unknown_person": 1, "conflict": 1, "repeat": 2},
    "nilai_atasan.csv": {
        "nip_apostrophe": 6,
        "score_105": 2,
        "unknown_word": 2,
        "nip_exponent": 2,
        "repeat": 4,
        "unknown_person": 1,
    },
    "nilai_tes_dan_sikap.csv": {
        "nip_spaces": 10,
        "code_space": 5,
        "point_text": 6,
        "score_105": 4,
        "impossible_date": 2,
        "conflict": 2,
        "repeat": 8,
        "unknown_person": 3,
        "nip_exponent": 3,
    },
    "skp.csv": {"nip_apostrophe": 5, "unknown_word": 3, "nip_short": 2, "repeat": 4},
    "umpan_balik.csv": {"nip_spaces": 8, "nip_missing": 5, "unknown_person": 4, "repeat": 10, "conflict": 2},
    "daftar_pelatihan.csv": {"repeat": 1},
}


def write_delimited(world: World, chance: Chance, *, messy: bool = True) -> OfficeFiles:
    """Semicolon files in alphabetical order, spoilt as ``_COUNTS`` says unless they should be clean."""
    scores = world.tables["assessments"]
    rated = scores["source"] == "supervisor"
    parts = {"nilai_atasan.csv": scores[rated], "nilai_tes_dan_sikap.csv": scores[~rated]}
    listed = set(world.people.loc[world.people["group"] == "eligible", "person_id"])
    files: list[OfficeFile] = []
    for name, (layout, encoding) in _LAYOUTS.items():
        if layout.table not in world.tables:
            continue
        sheet = lay_out(layout, world, chance.named(name), frame=parts.get(name))
        if messy:
            only = listed if layout.table == "participants" else None
            add_mess(sheet, _COUNTS.get(name, {}), chance.named(name), only=only)
        if layout.table == "budgets":
            add_totals(
                sheet,
                label="JUMLAH",
                sums=dict.fromkeys(("planned_idr", "realised_idr"), layout.notation.amount),
            )
        files.append(OfficeFile(name, [sheet], encoding=encoding, delimiter=";"))
    return OfficeFiles(world.setting.folder, world.setting.period, files)
