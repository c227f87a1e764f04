"""The twelve tables and their columns: names, kinds, units, ranges and labels are spelled here only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from asn_research.errors import InputError


class Kind(StrEnum):
    """How the cells of a column are read and stored."""

    PERSON = "person"  # an identity: read as text, stored as a pseudonym
    CODE = "code"  # an identifier without personal meaning: text
    TEXT = "text"  # a short free label, such as a unit or a title
    REMARK = "remark"  # free text written by people: scrubbed before it is stored
    TERM = "term"  # one word of a controlled vocabulary
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"  # rupiah
    SHARE = "share"  # 0 to 1; percentages are read as such
    FLAG = "flag"  # yes or no
    DATE = "date"


class Label(NamedTuple):
    """A text in the two languages of the project."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.id


_NO_NOTE = Label("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``terms`` names the vocabulary of a TERM column; ``minimum`` and ``maximum`` are inclusive; ``required``
    means that a row without a value is quarantined.
    """

    name: str
    kind: Kind
    label: Label
    required: bool = False
    terms: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    note: Label = _NO_NOTE

    @property
    def limits(self) -> str:
        """What its numbers may be, such as ``0–100`` or ``≥ 0``; empty where there is no limit."""
        if self.minimum is None:
            return "" if self.maximum is None else f"≤ {self.maximum:g}"
        return f"≥ {self.minimum:g}" if self.maximum is None else f"{self.minimum:g}–{self.maximum:g}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order, and the columns that together identify a row."""

    name: str
    label: Label
    row: Label
    required: bool
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise InputError(f"table {self.name} has no column {name!r}; it has {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)


def _column(name: str, kind: Kind, indonesian: str, english: str, **more: object) -> Column:
    return Column(name=name, kind=kind, label=Label(indonesian, english), **more)  # type: ignore[arg-type]


_PERSON = _column(
    "person_id",
    Kind.PERSON,
    "NIP/NI PPPK",
    "Employee number (NIP or NI PPPK)",
    required=True,
    note=Label(
        "18 angka, tulis sebagai teks. Disimpan hanya sebagai nama samaran.",
        "18 digits, typed as text. Stored as a pseudonym only.",
    ),
)
_UNIT = _column("unit", Kind.TEXT, "OPD/unit kerja", "Unit (OPD)", required=True)
_COURSE = _column("course_id", Kind.CODE, "Kode pelatihan", "Course code", required=True)
_COST_NOTE = Label("Rupiah penuh, tanpa ribuan yang disingkat.", "Whole rupiah.")

PARTICIPANTS = Table(
    "participants",
    Label("Peserta", "Participants"),
    Label("orang dan periode", "person and period"),
    True,
    ("person_id",),
    (
        _PERSON,
        _UNIT,
        _column("employment", Kind.TERM, "Status kepegawaian", "Employment", terms="employment"),
        _column("grade", Kind.TERM, "Golongan", "Grade", terms="grade"),
        _column("position_type", Kind.TERM, "Jenis jabatan", "Position type", terms="position_type"),
        _column("sex", Kind.TERM, "Jenis kelamin", "Sex", terms="sex"),
        _column(
            "birth_year",
            Kind.INTEGER,
            "Tahun lahir",
            "Year of birth",
            minimum=1940,
            maximum=2010,
            unit="year",
        ),
        _column("education", Kind.TERM, "Pendidikan", "Education", terms="education"),
        _column(
            "service_years",
            Kind.NUMBER,
            "Masa kerja (tahun)",
            "Years of service",
            minimum=0,
            maximum=45,
            unit="years",
        ),
        _column(
            "group",
            Kind.TERM,
            "Kelompok",
            "Group",
            terms="group",
            note=Label(
                "Bila kosong: yang tercatat dalam kehadiran berarti dilatih, selain itu memenuhi syarat.",
                "When empty: whoever has an enrolment counts as trained, everyone else as eligible.",
            ),
        ),
    ),
)
COURSES = Table(
    "courses",
    Label("Pelatihan", "Courses"),
    Label("pelatihan dan angkatan", "course and batch"),
    True,
    ("course_id",),
    (
        _COURSE,
        _column("title", Kind.TEXT, "Nama pelatihan", "Title", required=True),
        _column("topic", Kind.TERM, "Topik", "Topic", terms="topic"),
        _column("method", Kind.TERM, "Metode", "Method", required=True, terms="method"),
        _column("delivery", Kind.TERM, "Cara penyelenggaraan", "Delivery", terms="delivery"),
        _column(
            "hours_jp",
            Kind.NUMBER,
            "Jam pelajaran (JP)",
            "Training hours (JP)",
            required=True,
            minimum=0,
            maximum=1000,
            unit="jp",
        ),
        _column("start_date", Kind.DATE, "Tanggal mulai", "Start date"),
        _column("end_date", Kind.DATE, "Tanggal selesai", "End date"),
        _column("batch", Kind.CODE, "Angkatan", "Batch"),
        _column("speaker_id", Kind.PERSON, "Narasumber", "Speaker"),
        _column("provider", Kind.TEXT, "Penyelenggara", "Provider"),
        _column(
            "curriculum_reviewed_on", Kind.DATE, "Kurikulum terakhir ditinjau", "Curriculum last reviewed"
        ),
        _column("cost_idr", Kind.MONEY, "Biaya (Rp)", "Cost (IDR)", minimum=0, unit="idr", note=_COST_NOTE),
        _column("seats", Kind.INTEGER, "Kuota peserta", "Seats", minimum=0, maximum=100000),
    ),
)
ENROLMENTS = Table(
    "enrolments",
    Label("Kehadiran", "Enrolments"),
    Label("orang dan pelatihan", "person and course"),
    True,
    ("person_id", "course_id"),
    (
        _PERSON,
        _COURSE,
        _column(
            "sessions_held",
            Kind.INTEGER,
            "Jumlah sesi",
            "Sessions held",
            required=True,
            minimum=1,
            maximum=500,
        ),
        _column(
            "sessions_attended",
            Kind.INTEGER,
            "Sesi dihadiri",
            "Sessions attended",
            required=True,
            minimum=0,
            maximum=500,
        ),
        _column(
            "engagement_rating", Kind.NUMBER, "Keaktifan (1–5)", "Engagement (1–5)", minimum=1, maximum=5
        ),
        _column("completed", Kind.FLAG, "Lulus/selesai", "Completed"),
        _column(
            "mentoring_hours",
            Kind.NUMBER,
            "Jam pendampingan",
            "Mentoring hours",
            minimum=0,
            maximum=500,
            unit="hours",
        ),
    ),
)
ASSESSMENTS = Table(
    "assessments",
    Label("Penilaian", "Assessments"),
    Label("nilai", "score"),
    True,
    ("person_id", "course_id", "competency", "source", "rater_id", "wave"),
    (
        _PERSON,
        _column("course_id", Kind.CODE, "Kode pelatihan", "Course code"),
        _column("competency", Kind.TERM, "Kompetensi", "Competency", required=True, terms="competency"),
        _column("source", Kind.TERM, "Sumber nilai", "Source", required=True, terms="source"),
        _column("rater_id", Kind.PERSON, "Penilai", "Rater"),
        _column("wave", Kind.TERM, "Waktu ukur", "Wave", required=True, terms="wave"),
        _column("date", Kind.DATE, "Tanggal", "Date"),
        _column(
            "score",
            Kind.NUMBER,
            "Nilai (0–100)",
            "Score (0–100)",
            required=True,
            minimum=0,
            maximum=100,
            unit="points",
        ),
    ),
)
REACTIONS = Table(
    "reactions",
    Label("Umpan balik peserta", "Reactions"),
    Label("jawaban", "answer"),
    False,
    ("respondent_id", "course_id", "item"),
    (
        _column("respondent_id", Kind.PERSON, "Responden", "Respondent", required=True),
        _COURSE,
        _column("item", Kind.TERM, "Butir", "Item", required=True, terms="item"),
        _column(
            "response", Kind.INTEGER, "Jawaban (1–5)", "Response (1–5)", required=True, minimum=1, maximum=5
        ),
        _column("comment", Kind.REMARK, "Komentar", "Comment"),
    ),
)
APPRAISALS = Table(
    "appraisals",
    Label("SKP", "Appraisals"),
    Label("orang dan tahun", "person and year"),
    False,
    ("person_id", "year"),
    (
        _PERSON,
        _column(
            "year", Kind.INTEGER, "Tahun", "Year", required=True, minimum=2000, maximum=2100, unit="year"
        ),
        _column("result", Kind.TERM, "Hasil kerja", "Result", required=True, terms="expectation"),
        _column("behaviour", Kind.TERM, "Perilaku kerja", "Behaviour", required=True, terms="expectation"),
    ),
)
SKM_ELEMENTS: tuple[Label, ...] = (
    Label("Persyaratan", "Requirements"),
    Label("Sistem, mekanisme, dan prosedur", "System, mechanism and procedure"),
    Label("Waktu penyelesaian", "Completion time"),
    Label("Biaya/tarif", "Cost or tariff"),
    Label("Produk spesifikasi jenis pelayanan", "Product specification"),
    Label("Kompetensi pelaksana", "Competence of staff"),
    Label("Perilaku pelaksana", "Conduct of staff"),
    Label("Penanganan pengaduan, saran, dan masukan", "Handling of complaints and suggestions"),
    Label("Sarana dan prasarana", "Facilities"),
)
CITIZEN_SURVEYS = Table(
    "citizen_surveys",
    Label("Survei kepuasan masyarakat", "Citizen surveys"),
    Label("responden", "respondent"),
    False,
    ("response_id",),
    (
        _column("response_id", Kind.CODE, "Kode responden", "Response code", required=True),
        _UNIT,
        _column("service", Kind.TEXT, "Layanan", "Service"),
        _column("date", Kind.DATE, "Tanggal", "Date"),
        _column("wave", Kind.TERM, "Waktu ukur", "Wave", required=True, terms="wave"),
        *(
            Column(f"u{number}", Kind.INTEGER, label, required=True, minimum=1, maximum=4)
            for number, label in enumerate(SKM_ELEMENTS, start=1)
        ),
        _column("comment", Kind.REMARK, "Saran", "Comment"),
    ),
)
SERVICE_REQUESTS = Table(
    "service_requests",
    Label("Permohonan layanan", "Service requests"),
    Label("permohonan", "request"),
    False,
    ("request_id",),
    (
        _column("request_id", Kind.CODE, "Nomor permohonan", "Request number", required=True),
        _UNIT,
        _column("service", Kind.TEXT, "Layanan", "Service", required=True),
        _column("submitted_on", Kind.DATE, "Tanggal masuk", "Submitted on", required=True),
        _column("completed_on", Kind.DATE, "Tanggal selesai", "Completed on"),
        _column(
            "standard_days",
            Kind.NUMBER,
            "Standar waktu (hari)",
            "Standard time (days)",
            minimum=0,
            maximum=3650,
            unit="days",
        ),
    ),
)
PROJECTS = Table(
    "projects",
    Label("Proyek dan kegiatan", "Projects"),
    Label("proyek", "project"),
    False,
    ("project_id",),
    (
        _column("project_id", Kind.CODE, "Kode proyek", "Project code", required=True),
        _UNIT,
        Column("person_id", Kind.PERSON, Label("NIP penanggung jawab", "Person in charge")),
        _column("planned_start", Kind.DATE, "Rencana mulai", "Planned start", required=True),
        _column("actual_start", Kind.DATE, "Realisasi mulai", "Actual start"),
        _column("planned_finish", Kind.DATE, "Rencana selesai", "Planned finish", required=True),
        _column("actual_finish", Kind.DATE, "Realisasi selesai", "Actual finish"),
        _column(
            "planned_cost_idr",
            Kind.MONEY,
            "Pagu (Rp)",
            "Planned cost (IDR)",
            required=True,
            minimum=0,
            unit="idr",
        ),
        _column("actual_cost_idr", Kind.MONEY, "Realisasi (Rp)", "Actual cost (IDR)", minimum=0, unit="idr"),
        _column(
            "physical_progress_share",
            Kind.SHARE,
            "Progres fisik",
            "Physical progress",
            minimum=0,
            maximum=1,
            unit="share",
        ),
    ),
)
INTERVIEWS = Table(
    "interviews",
    Label("Wawancara", "Interviews"),
    Label("kutipan berkode", "coded excerpt"),
    False,
    ("excerpt_id", "coder_id", "theme"),
    (
        _column("excerpt_id", Kind.CODE, "Kode kutipan", "Excerpt code", required=True),
        _column("interview_id", Kind.CODE, "Kode wawancara", "Interview code", required=True),
        _column("role", Kind.TEXT, "Peran informan", "Role", required=True),
        _column("question", Kind.TEXT, "Pertanyaan", "Question"),
        _column("text", Kind.REMARK, "Kutipan", "Text", required=True),
        _column("coder_id", Kind.PERSON, "Pengode", "Coder", required=True),
        _column("theme", Kind.TEXT, "Tema", "Theme", required=True),
    ),
)
STAKEHOLDERS = Table(
    "stakeholders",
    Label("Pemangku kepentingan", "Stakeholders"),
    Label("pelatihan dan pihak", "course and party"),
    False,
    ("course_id", "party", "role"),
    (
        _COURSE,
        _column("party", Kind.TERM, "Pihak", "Party", required=True, terms="party"),
        _column("role", Kind.TERM, "Peran", "Role", required=True, terms="stakeholder_role"),
    ),
)
BUDGETS = Table(
    "budgets",
    Label("Anggaran", "Budgets"),
    Label("tahun dan mata anggaran", "year and line"),
    False,
    ("year", "line"),
    (
        _column(
            "year", Kind.INTEGER, "Tahun", "Year", required=True, minimum=2000, maximum=2100, unit="year"
        ),
        _column("line", Kind.TEXT, "Mata anggaran", "Budget line", required=True),
        _column(
            "planned_idr", Kind.MONEY, "Anggaran (Rp)", "Planned (IDR)", required=True, minimum=0, unit="idr"
        ),
        _column("realised_idr", Kind.MONEY, "Realisasi (Rp)", "Realised (IDR)", minimum=0, unit="idr"),
        _column("planned_participants", Kind.INTEGER, "Target peserta", "Planned participants", minimum=0),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PARTICIPANTS, COURSES, ENROLMENTS, ASSESSMENTS, REACTIONS, APPRAISALS,
        CITIZEN_SURVEYS, SERVICE_REQUESTS, PROJECTS, INTERVIEWS, STAKEHOLDERS, BUDGETS,
    )
}  # fmt: skip

REQUIRED_TABLES: tuple[str, ...] = tuple(name for name, table in TABLES.items() if table.required)
PROVENANCE: tuple[str, ...] = ("source_file", "source_sheet", "source_row")
"""Columns that every stored table carries after its own: file, sheet and 1-based row of the raw file."""
