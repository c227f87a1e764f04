"""Wide sheets and exports of forms in which other offices keep scores, answers and projects."""

from __future__ import annotations

from typing import Final

from .other_layout import ROMAN, find_course
from .other_office import OtherOffice, Page, Truth
from .other_spelling import FOUR_WORDS, NAMES, QUESTIONS, TERMS, WORDS


def _scores(office: OtherOffice, code: str | None = None) -> dict[str, dict[tuple[str, str], float]]:
    """Scores by person, then by competency and wave."""
    found: dict[str, dict[tuple[str, str], float]] = {}
    for record in office.records["assessments"]:
        if code is None or record["course_id"] == code:
            found.setdefault(record["person_id"], {})[record["competency"], record["wave"]] = record["score"]
    return found


def _score(person: str, course: str, competency: str, source: str, wave: str, score: float) -> Truth:
    return (
        "assessments",
        {
            "person_id": person,
            "course_id": course,
            "competency": competency,
            "source": source,
            "wave": wave,
            "score": score,
        },
    )


def _course_of(office: OtherOffice, person: str) -> str:
    return str(next(r["course_id"] for r in office.records["assessments"] if r["person_id"] == person))


WAVES: Final = [
    ["Nilai Sblm", "Nilai Ssdh", "Nilai 3 bln"],
    ["Pre-Test", "Post-Test", "Follow-Up"],
    ["Skor awal", "Skor akhir", "Skor tindak lanjut"],
    ["Nilai Pre Test (0-100)", "Nilai Post Test (0-100)", "Nilai Pascapelatihan (0-100)"],
    ["Nilai\nSebelum", "Nilai\nSesudah", "Nilai\n3 Bulan Setelah"],
    ["PRE", "POST", "TINDAK LANJUT"],
    ["Sebelum Diklat", "Setelah Diklat", "6 Bulan Setelah Diklat"],
    ["pre", "post", "followup"],
    ["score_pre", "score_post", "score_followup"],
    ["Nilai Tes Awal", "Nilai Tes Akhir", "Nilai Tes Tindak Lanjut"],
]


def waves_wide(office: OtherOffice, *, text: bool = False, header_row: bool = False) -> Page:
    """Waves side by side, the competency in the title; the gain beside them is not data."""
    c = office.chance
    which = c.choice(WAVES)
    page = Page("Rekap Nilai")
    page.rows += [["REKAP NILAI TES KETERAMPILAN TEKNIS"], ["TAHUN 2025"], []][: 3 if not text else 1]
    page.rows.append(["No.", "NIP", "Nama Peserta", "Kode Diklat", *which, "Selisih", "Keterangan"])
    for i, (person, scores) in enumerate(_scores(office).items()):
        course = _course_of(office, person)
        values = {wave: scores["technical_skill", wave] for wave in ("pre", "post", "followup")}
        if i % 5 == 4:
            del values["followup"]
        cells = [office.style.cell("score", values.get(w)) for w in ("pre", "post", "followup")]
        page.truth[len(page.rows)] = [
            _score(person, course, "technical_skill", "test", w, v) for w, v in values.items()
        ]
        page.rows.append(
            [
                i + 1,
                office.style.nip(person),
                c.choice(NAMES),
                course,
                *cells,
                round(values["post"] - values["pre"], 2),
                "",
            ]
        )
    page.rows.append(["", "", "Rata-rata", "", 60, 70, 75, 10, ""])
    return page


def competencies_wide(office: OtherOffice) -> Page:
    """Two levels of merged headings: the competency above, its waves below."""
    c = office.chance
    page = Page("Nilai")
    waves = c.choice(
        [["Pre", "Post"], ["Sebelum", "Sesudah"], ["Pre\nTest", "Post\nTest"], ["Awal", "Akhir"]]
    )
    above = [
        c.choice(TERMS["competency"]["technical_skill"]),
        c.choice(TERMS["competency"]["professional_attitude"]),
    ]
    page.rows += [["REKAPITULASI NILAI TES"], []]
    top = len(page.rows)
    page.rows += [
        ["No", "NIP", "Nama", "Kode Diklat", above[0], "", above[1], ""],
        ["", "", "", "", *waves, *waves],
    ]
    page.merges += [(top, i, top + 1, i) for i in range(4)] + [
        (top, 4, top, 5),
        (top, 6, top, 7),
        (0, 0, 0, 7),
    ]
    for i, (person, scores) in enumerate(_scores(office).items()):
        keys = [(k, w) for k in ("technical_skill", "professional_attitude") for w in ("pre", "post")]
        page.truth[len(page.rows)] = [
            _score(person, _course_of(office, person), *((k, "test", w)), scores[k, w]) for k, w in keys
        ]
        page.rows.append(
            [
                i + 1,
                office.style.nip(person),
                c.choice(NAMES),
                _course_of(office, person),
                *(office.style.number(scores[k]) for k in keys),
            ]
        )
    return page


def wave_pages(office: OtherOffice) -> list[Page]:
    """Competencies as columns; one sheet for each wave, named after it."""
    c = office.chance
    pages = []
    names = c.choice(
        [("Pre-Test", "Post-Test"), ("Nilai Sebelum", "Nilai Sesudah"), ("Tes Awal", "Tes Akhir")]
    )
    for name, wave in zip(names, ("pre", "post"), strict=True):
        page = Page(name)
        page.rows += [
            [f"DAFTAR NILAI TES {name.upper()}"],
            ["NIP", "Nama", "Kode Pelatihan", "Keterampilan Teknis", "Sikap Profesional", "Rata-rata"],
        ]
        for person, scores in _scores(office).items():
            values = {k: scores[k, wave] for k in ("technical_skill", "professional_attitude")}
            page.truth[len(page.rows)] = [
                _score(person, _course_of(office, person), k, "test", wave, v) for k, v in values.items()
            ]
            page.rows.append(
                [
                    office.style.nip(person),
                    c.choice(NAMES),
                    _course_of(office, person),
                    *(office.style.number(v) for v in values.values()),
                    70,
                ]
            )
        pages.append(page)
    return pages


def batch_pages(office: OtherOffice) -> list[Page]:
    """One sheet for each course, the title above the table and the batch in the sheet's name or title."""
    c = office.chance
    pages = []
    for n, course in enumerate(office.records["courses"]):
        batch = ROMAN[course["batch"]]
        page = Page(
            c.choice(
                [f"Angkatan {batch} ({n + 1})", f"Angk. {batch} - {n + 1}", f"{course['title'][:18]} {batch}"]
            )
        )
        page.rows += [
            ["REKAPITULASI NILAI"],
            [f"DIKLAT {course['title'].upper()} ANGKATAN {batch}"],
            ["TAHUN ANGGARAN 2025"],
            [],
        ]
        page.rows.append(["No", "Nama", "NIP", "Instansi", "Nilai Pre Test", "Nilai Post Test", "Ket."])
        for i, (person, scores) in enumerate(_scores(office, course["course_id"]).items()):
            page.truth[len(page.rows)] = [
                _score(
                    person, course["course_id"], "technical_skill", "test", w, scores["technical_skill", w]
                )
                for w in ("pre", "post")
            ]
            page.rows.append(
                [
                    i + 1,
                    c.choice(NAMES),
                    office.style.nip(person),
                    "Dinas",
                    *(office.style.number(scores["technical_skill", w]) for w in ("pre", "post")),
                    "",
                ]
            )
        pages.append(page)
    return pages


def course_files(office: OtherOffice) -> dict[str, list[Page]]:
    """One file for each course; only the file's name says which."""
    files = {}
    for course in office.records["courses"]:
        batch = ROMAN[course["batch"]]
        page = Page("Sheet1")
        page.rows.append(["NIP", "Nama Peserta", "Pretest", "Posttest"])
        for person, scores in _scores(office, course["course_id"]).items():
            page.truth[len(page.rows)] = [
                _score(
                    person, course["course_id"], "technical_skill", "test", w, scores["technical_skill", w]
                )
                for w in ("pre", "post")
            ]
            page.rows.append(
                [
                    office.style.nip(person),
                    office.chance.choice(NAMES),
                    *(office.style.number(scores["technical_skill", w]) for w in ("pre", "post")),
                ]
            )
        files[f"Nilai_{course['title'].replace(' ', '_')}_Angkatan_{batch}.xlsx"] = [page]
    return files


def form_export(office: OtherOffice, *, which: int | None = None) -> Page:
    """A form's export: time stamps, whole questions, answers in words; who answered stays unknown."""
    c = office.chance
    which = c.randrange(4) if which is None else which
    words = c.choice(WORDS)
    page = Page(c.choice(["Form Responses 1", "Form Responses", "Jawaban"]))
    asked = c.choice(
        ["Pelatihan apa yang Anda ikuti?", "Nama pelatihan yang diikuti", "Judul diklat yang Bapak/Ibu ikuti"]
    )
    page.rows.append(
        [
            "Timestamp",
            "Email Address",
            asked,
            "Angkatan",
            *(texts[which] for texts in QUESTIONS.values()),
            "Saran untuk perbaikan",
        ]
    )
    for i in range(12):
        answers = [r for r in office.records["reactions"] if r["respondent_id"] == f"R{i + 1:02d}"]
        title, batch = find_course(office, answers[0]["course_id"])
        page.truth[len(page.rows)] = [
            ("reactions", {"course_id": r["course_id"], "item": r["item"], "response": r["response"]})
            for r in answers
        ]
        page.rows.append(
            [
                f"{13 + i}/06/2025 10:{i:02d}:11",
                f"peserta{i}@contoh.go.id",
                title,
                ROMAN[batch],
                *(words[r["response"] - 1] for r in answers),
                "",
            ]
        )
    return page


def survey_export(office: OtherOffice) -> Page:
    """Citizens' answers by questions, in words, the elements in another order than the regulation's."""
    c = office.chance
    words = c.choice(FOUR_WORDS)
    order = ["u9", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"]
    asked = {
        "u1": "Bagaimana pendapat Saudara tentang kesesuaian persyaratan pelayanan?",
        "u2": "Bagaimana pemahaman Saudara tentang kemudahan prosedur pelayanan di unit ini?",
        "u3": "Bagaimana pendapat Saudara tentang kecepatan waktu dalam memberikan pelayanan?",
        "u4": "Bagaimana pendapat Saudara tentang kewajaran biaya/tarif dalam pelayanan?",
        "u5": "Bagaimana pendapat Saudara tentang kesesuaian produk pelayanan dengan standar pelayanan?",
        "u6": "Bagaimana pendapat Saudara tentang kompetensi/kemampuan petugas dalam pelayanan?",
        "u7": "Bagaimana pendapat Saudara tentang kesopanan dan keramahan petugas?",
        "u8": "Bagaimana pendapat Saudara tentang penanganan pengaduan pengguna layanan?",
        "u9": "Bagaimana pendapat Saudara tentang kualitas sarana dan prasarana?",
    }
    page = Page("Jawaban SKM")
    page.rows.append(
        [
            "No. Responden",
            "Tanggal",
            "Unit Layanan",
            "Periode Survei (Sebelum/Sesudah)",
            *(f"{i + 1}. {asked[u]}" for i, u in enumerate(order)),
            "Saran",
        ]
    )
    for record in office.records["citizen_surveys"]:
        page.truth[len(page.rows)] = [
            ("citizen_surveys", {k: v for k, v in record.items() if k not in {"service", "comment"}})
        ]
        page.rows.append(
            [
                record["response_id"],
                office.style.day(record["date"]),
                record["unit"],
                "Sesudah" if record["wave"] == "post" else "Sebelum",
                *(words[record[u] - 1] for u in order),
                "",
            ]
        )
    return page


def projects_merged(office: OtherOffice) -> Page:
    """Plan and outcome as merged headings over start, finish and cost."""
    page = Page("Monev Kegiatan")
    page.rows += [["MONITORING DAN EVALUASI KEGIATAN"], []]
    page.rows += [
        ["No", "Kode Kegiatan", "OPD", "Rencana", "", "", "Realisasi", "", "", "Progres Fisik (%)"],
        ["", "", "", "Mulai", "Selesai", "Biaya (Rp)", "Mulai", "Selesai", "Biaya (Rp)", ""],
    ]
    page.merges += [(2, 3, 2, 5), (2, 6, 2, 8), *((2, i, 3, i) for i in (0, 1, 2, 9))]
    names = [
        "project_id",
        "unit",
        "planned_start",
        "planned_finish",
        "planned_cost_idr",
        "actual_start",
        "actual_finish",
        "actual_cost_idr",
    ]
    for i, record in enumerate(office.records["projects"]):
        page.truth[len(page.rows)] = [
            ("projects", {name: record[name] for name in [*names, "physical_progress_share"]})
        ]
        page.rows.append(
            [
                i + 1,
                *(office.style.cell(name, record[name]) for name in names),
                record["physical_progress_share"] * 100,
            ]
        )
    return page
