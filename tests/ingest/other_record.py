"""What other offices recorded: one function for each table, from an office's chance."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from .other_spelling import NAMES, QUESTIONS, TERMS, UNITS

if TYPE_CHECKING:
    from .other_office import OtherOffice

Values = dict[str, Any]
Maker = Callable[["OtherOffice", list[str]], Sequence[Values]]


def _participants(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "person_id": nip,
            "unit": c.choice(UNITS),
            "employment": "PPPK" if int(nip[12:14]) > 12 else "PNS",
            "grade": "IX" if int(nip[12:14]) > 12 else c.choice(["III/a", "III/c", "II/d"]),
            "position_type": c.choice(["general", "functional", "supervisor"]),
            "sex": "male" if nip[14] == "1" else "female",
            "birth_year": int(nip[:4]),
            "education": c.choice(list(TERMS["education"])),
            "service_years": float(2025 - int(nip[8:12])),
            "group": "trained" if i < 9 else "comparison",
        }
        for i, nip in enumerate(office.people)
    ]


def _courses(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "course_id": f"PLT-{n + 1:02d}",
            "title": titles[n // 2],
            "topic": c.choice(list(TERMS["topic"])),
            "method": c.choice(list(TERMS["method"])),
            "delivery": c.choice(list(TERMS["delivery"])),
            "hours_jp": float(c.choice([20, 24, 30, 32])),
            "start_date": datetime.date(2025, 3 + 2 * n, 3 + 9 * (n % 2)),
            "end_date": datetime.date(2025, 3 + 2 * n, 14 + 5 * (n % 2)),
            "batch": str(1 + n % 2),
            "speaker_id": c.choice(NAMES),
            "provider": "BKPSDM",
            "cost_idr": c.choice([12_500_000, 8_750_000, 21_000_000]),
            "seats": 30,
        }
        for n in range(4)
    ]


def _enrolments(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "person_id": nip,
            "course_id": f"PLT-{1 + i % 4:02d}",
            "sessions_held": 10,
            "sessions_attended": c.randrange(4, 11),
            "engagement_rating": c.choice([3.5, 4.0, 4.5, 2.0, None]),
            "completed": c.random() < 0.8,
            "mentoring_hours": c.choice([0.0, 2.0, 4.5]),
        }
        for i, nip in enumerate(office.people)
    ]


def _assessments(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "person_id": nip,
            "course_id": f"PLT-{1 + i % 4:02d}",
            "competency": competency,
            "source": source,
            "rater_id": c.choice(NAMES) if source == "supervisor" else None,
            "wave": wave,
            "date": datetime.date(2025, {"pre": 3, "post": 6, "followup": 10}[wave], 13 + i),
            "score": round(c.uniform(40, 99), c.choice([0, 1, 2])),
        }
        for i, nip in enumerate(office.people)
        for competency, source in (("technical_skill", "test"), ("professional_attitude", "supervisor"))
        for wave in ("pre", "post", "followup")
    ]


def _reactions(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "respondent_id": f"R{i + 1:02d}",
            "course_id": f"PLT-{1 + i % 4:02d}",
            "item": item,
            "response": c.randrange(1, 6),
            "comment": "sudah baik",
        }
        for i in range(12)
        for item in QUESTIONS
    ]


def _appraisals(office: OtherOffice, titles: list[str]) -> list[Values]:
    c, levels = office.chance, list(TERMS["expectation"])
    return [
        {"person_id": nip, "year": year, "result": c.choice(levels), "behaviour": c.choice(levels)}
        for nip in office.people
        for year in (2024, 2025)
    ]


def _surveys(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "response_id": f"K{i + 1:03d}",
            "unit": c.choice(UNITS),
            "service": c.choice(["KTP", "Izin usaha"]),
            "date": datetime.date(2025, 2 + 8 * (i % 2), 14 + i),
            "wave": "post" if i % 2 else "pre",
            **{f"u{n}": c.randrange(1, 5) for n in range(1, 10)},
            "comment": "cepat",
        }
        for i in range(12)
    ]


def _requests(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "request_id": f"503/{i + 1:03d}/2025",
            "unit": "DPMPTSP",
            "service": c.choice(["Izin usaha", "Izin reklame"]),
            "submitted_on": datetime.date(2025, 1 + i % 9, 13 + i),
            "completed_on": datetime.date(2025, 2 + i % 9, 13 + i) if i % 4 else None,
            "standard_days": 7.0,
        }
        for i in range(12)
    ]


def _projects(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "project_id": f"KEG-{i + 1:02d}",
            "unit": c.choice(UNITS),
            "person_id": office.people[i],
            "planned_start": datetime.date(2025, 1 + i, 15),
            "actual_start": datetime.date(2025, 1 + i, 20),
            "planned_finish": datetime.date(2025, 6 + i, 15),
            "actual_finish": datetime.date(2025, 6 + i, 25) if i % 2 else None,
            "planned_cost_idr": 100_000_000 + 1_500_000 * i,
            "actual_cost_idr": 90_000_000 + 250_000 * i,
            "physical_progress_share": c.choice([0.85, 1.0, 0.625]),
        }
        for i in range(6)
    ]


def _interviews(office: OtherOffice, titles: list[str]) -> list[Values]:
    c = office.chance
    return [
        {
            "excerpt_id": f"E{i + 1:02d}",
            "interview_id": f"W{1 + i // 3:02d}",
            "role": c.choice(["Peserta", "Atasan langsung"]),
            "question": "Apa yang berubah setelah pelatihan?",
            "text": "Pekerjaan menjadi lebih cepat selesai",
            "coder_id": coder,
            "theme": c.choice(["Kecepatan kerja", "Dukungan atasan"]),
        }
        for i in range(6)
        for coder in ("Koder A", "Koder B")
    ]


def _stakeholders(office: OtherOffice, titles: list[str]) -> list[Values]:
    roles, parties = list(TERMS["stakeholder_role"]), list(TERMS["party"])
    return [
        {"course_id": f"PLT-{1 + i % 4:02d}", "party": parties[i % 4], "role": roles[(i + i // 4) % 4]}
        for i in range(8)
    ]


def _budgets(office: OtherOffice, titles: list[str]) -> list[Values]:
    return [
        {
            "year": 2024 + i % 2,
            "line": f"Belanja {name}",
            "planned_idr": 50_000_000 + 1_000_000 * i,
            "realised_idr": 45_000_000 + 750_000 * i,
            "planned_participants": 30 + i,
        }
        for i, name in enumerate(["honorarium", "bahan", "sewa gedung", "perjalanan"])
    ]


MAKERS: Final[dict[str, Maker]] = {
    "participants": _participants,
    "courses": _courses,
    "enrolments": _enrolments,
    "assessments": _assessments,
    "reactions": _reactions,
    "appraisals": _appraisals,
    "citizen_surveys": _surveys,
    "service_requests": _requests,
    "projects": _projects,
    "interviews": _interviews,
    "stakeholders": _stakeholders,
    "budgets": _budgets,
}
