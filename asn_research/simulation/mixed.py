"""The raw form of Tangerang Selatan: several CSV and XLSX files, Indonesian and English, time stamps."""

from __future__ import annotations

from asn_research.simulation.chance import Chance
from asn_research.simulation.layout import Field, Layout, lay_out
from asn_research.simulation.mess import add_mess, add_totals
from asn_research.simulation.notation import SATISFACTION, Notation
from asn_research.simulation.office import OfficeFile, OfficeFiles
from asn_research.simulation.world import World

_ENGLISH = Notation(decimal=".", dates="iso", money="plain")
_REGISTER = Notation(
    decimal=".",
    dates="iso",
    words={
        "group": {
            "trained": ("Trained", "Peserta"),
            "comparison": ("Comparison", "Pembanding"),
            "eligible": ("Eligible",),
        },
        "sex": {"male": ("M",), "female": ("F",)},
        "employment": {"PNS": ("PNS",), "PPPK": ("PPPK",)},
    },
)
_WORDS = Notation(
    words={
        "wave": {"pre": ("Pre", "Before"), "post": ("Post", "After")},
        "source": {"observer": ("Observer", "Observasi")},
        "competency": {"communication": ("Communication", "Komunikasi")},
    }
)
_RATED = {str(number): SATISFACTION[str(number)][:1] for number in range(1, 6)}

_PARTICIPANTS = Layout(
    "",
    "participants",
    (
        Field("NIP", "person_id"),
        Field("Full Name", "@name"),
        Field("OPD", "unit"),
        Field("Employment Status", "employment"),
        Field("Golongan", "grade"),
        Field("Jenis Jabatan", "position_type"),
        Field("Gender", "sex"),
        Field("Birth Year", "birth_year"),
        Field("Pendidikan Terakhir", "education"),
        Field("Years of Service", "service_years"),
        Field("Group", "group"),
    ),
    _REGISTER,
)
_COURSES = Layout(
    "Courses",
    "courses",
    (
        Field("Course ID", "course_id"),
        Field("Nama Kegiatan", "title"),
        Field("Topic", "topic"),
        Field("Method", "method"),
        Field("Delivery", "delivery"),
        Field("Hours (JP)", "hours_jp"),
        Field("Start Date", "start_date"),
        Field("End Date", "end_date"),
        Field("Batch", "batch"),
        Field("Trainer", "speaker_id"),
        Field("Provider", "provider"),
        Field("Curriculum Reviewed", "curriculum_reviewed_on"),
        Field("Total Biaya (Rp)", "cost_idr"),
        Field("Seats", "seats"),
    ),
    Notation(money="cell"),
)
_ENROLMENTS = Layout(
    "Attendance",
    "enrolments",
    (
        Field("No", "#"),
        Field("Nama", "@name"),
        Field("NIP", "person_id"),
        Field("Course ID", "course_id"),
        Field("Sessions Held", "sessions_held"),
        Field("Sessions Attended", "sessions_attended"),
        Field("Engagement (1-5)", "engagement_rating"),
        Field("Completed", "completed"),
    ),
    Notation(flags=("Yes", "No")),
    titles=("ATTENDANCE RECAP / REKAP KEHADIRAN",),
)
_TESTS = Layout(
    "",
    "assessments",
    (
        Field("Timestamp", "@stamp"),
        Field("NIP", "person_id"),
        Field("Course ID", "course_id"),
        Field("Competency", "competency"),
        Field("Pre Test Score", ">pre"),
        Field("Post Test Score", ">post"),
    ),
    Notation(decimal="."),
    spread="wave",
    measure="score",
    implied={"source": "test"},
    missing=("", "", "n/a", "-"),
)
_OBSERVED = Layout(
    "Observasi",
    "assessments",
    (
        Field("NIP Peserta", "person_id"),
        Field("Course ID", "course_id"),
        Field("Competency", "competency"),
        Field("Source", "source"),
        Field("Observer", "rater_id"),
        Field("Wave", "wave"),
        Field("Tanggal Observasi", "date"),
        Field("Score", "score"),
    ),
    _WORDS,
    titles=("LEMBAR OBSERVASI LANGSUNG / DIRECT OBSERVATION",),
    blank=1,
)
_SELF = Layout(
    "",
    "assessments",
    (
        Field("Timestamp", "@stamp"),
        Field("NIP Anda", "person_id"),
        Field("Kode pelatihan (Course ID)", "course_id"),
        Field("Nilai sikap profesional Anda sebelum pelatihan (0-100)", ">pre"),
        Field("Nilai sikap profesional Anda setelah pelatihan (0-100)", ">post"),
    ),
    Notation(decimal=","),
    spread="wave",
    measure="score",
    implied={"competency": "professional_attitude", "source": "self"},
)
_REACTIONS = Layout(
    "",
    "reactions",
    (
        Field("Timestamp", "@stamp"),
        Field("NIP", "respondent_id"),
        Field("Course ID", "course_id"),
        Field("Training material / Materi", ">material", "", _RATED),
        Field("Speaker / Narasumber", ">speaker", "", _RATED),
        Field("Training method / Metode", ">method", "", _RATED),
        Field("Relevance to my job / Relevansi", ">relevance", "", _RATED),
        Field("Facilities / Fasilitas", ">facilities", "", _RATED),
        Field("Confidence to apply / Percaya diri", ">confidence", "", _RATED),
        Field("Commitment to apply / Komitmen", ">commitment", "", _RATED),
        Field("Overall / Keseluruhan", ">overall", "", _RATED),
        Field("Comments / Komentar", "comment"),
    ),
    Notation(decimal="."),
    spread="item",
    measure="response",
)
_PROJECTS = Layout(
    "Projects",
    "projects",
    (
        Field("Project ID", "project_id"),
        Field("OPD", "unit"),
        Field("PIC NIP", "person_id"),
        Field("Planned Start", "planned_start"),
        Field("Actual Start", "actual_start"),
        Field("Planned Finish", "planned_finish"),
        Field("Actual Finish", "actual_finish"),
        Field("Pagu (Rp)", "planned_cost_idr"),
        Field("Realisasi (Rp)", "actual_cost_idr"),
        Field("Physical Progress", "physical_progress_share"),
    ),
    Notation(),
)
_APPRAISALS = Layout(
    "",
    "appraisals",
    (
        Field("NIP", "person_id"),
        Field("Tahun", "year"),
        Field("Rating Hasil Kerja", "result"),
        Field("Rating Perilaku Kerja", "behaviour"),
    ),
    _ENGLISH,
)
_BUDGETS = Layout(
    "Budget",
    "budgets",
    (
        Field("Tahun", "year"),
        Field("Budget Line", "line"),
        Field("Planned (Rp)", "planned_idr"),
        Field("Realised (Rp)", "realised_idr"),
        Field("Planned Participants", "planned_participants"),
    ),
    Notation(money="rupiah"),
    titles=("BUDGET REALISATION / REALISASI ANGGARAN",),
)

_COUNTS: dict[str, dict[str, int]] = {
    "attendance_{}.xlsx": {"nip_spaces": 6, "nip_number": 2, "unknown_person": 2, "conflict": 1, "repeat": 4},
    "hasil_tes_{}.csv": {
        "nip_apostrophe": 8,
        "nip_exponent": 3,
        "score_105": 5,
        "unknown_person": 3,
        "conflict": 2,
        "repeat": 10,
        "code_space": 6,
    },
    "observasi_{}.xlsx": {
        "comma_text": 60,
        "nip_spaces": 8,
        "nip_number": 5,
        "score_105": 4,
        "serial_date": 12,
        "date_words": 15,
        "unknown_person": 4,
        "repeat": 14,
    },
    "peserta_{}.csv": {
        "trailing_space": 20,
        "inner_nbsp": 10,
        "nip_spaces": 8,
        "nip_exponent": 4,
        "nip_missing": 2,
        "repeat": 5,
    },
    "projects_{}.xlsx": {"percent": 9, "date_words": 4, "repeat": 1},
    "self_assessment_{}.csv": {"nip_spaces": 6, "score_105": 3, "unknown_person": 2, "repeat": 5},
    "skp_{}.csv": {"nip_apostrophe": 8, "unknown_word": 5, "nip_short": 4, "repeat": 9},
    "survey_{}.csv": {"nip_spaces": 6, "nip_short": 2, "unknown_person": 2, "repeat": 4},
}
_FILES: dict[str, Layout] = {
    "attendance_{}.xlsx": _ENROLMENTS,
    "budget_{}.xlsx": _BUDGETS,
    "courses_{}.xlsx": _COURSES,
    "hasil_tes_{}.csv": _TESTS,
    "observasi_{}.xlsx": _OBSERVED,
    "peserta_{}.csv": _PARTICIPANTS,
    "projects_{}.xlsx": _PROJECTS,
    "self_assessment_{}.csv": _SELF,
    "skp_{}.csv": _APPRAISALS,
    "survey_{}.csv": _REACTIONS,
}


def write_mixed(world: World, chance: Chance) -> OfficeFiles:
    """Five CSV files and five workbooks, spoilt as ``_COUNTS`` says."""
    scores = world.tables["assessments"]
    parts = {
        "hasil_tes_{}.csv": scores[scores["source"] == "test"],
        "observasi_{}.xlsx": scores[scores["source"] == "observer"],
        "self_assessment_{}.csv": scores[scores["source"] == "self"],
    }
    listed = set(world.people.loc[world.people["group"] == "eligible", "person_id"])
    files: list[OfficeFile] = []
    for name, layout in _FILES.items():
        sheet = lay_out(layout, world, chance.named(name), frame=parts.get(name))
        only = listed if layout.table == "participants" else None
        add_mess(sheet, _COUNTS.get(name, {}), chance.named(name), only=only)
        if layout.table == "budgets":
            add_totals(
                sheet,
                label="TOTAL",
                sums=dict.fromkeys(("planned_idr", "realised_idr"), layout.notation.amount),
            )
        delimiter = ";" if layout is _SELF else ","
        files.append(
            OfficeFile(name.format(world.setting.period), [sheet], encoding="utf-8", delimiter=delimiter)
        )
    return OfficeFiles(world.setting.folder, world.setting.period, files)
