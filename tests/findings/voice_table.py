"""Interviews and stakeholders of the made-up region, with themes that can be counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

EXCERPTS = {
    "Penerapan di tempat kerja": "Cara memeriksa berkas itu sekarang kami pakai setiap hari.",
    "Kualitas pendampingan": "Pendamping memberi contoh langsung, lalu berhenti terlalu cepat.",
    "Waktu dan beban kerja": "Kalau waktunya sore, peserta sudah lelah.",
    "Dukungan atasan": "Rencana aksi kami belum sempat ditindaklanjuti.",
}
NAMING = "Menurut Kepala Dinas Kesehatan, Siti Rahma, pelatihan ini berdampak besar."
ROLES = {"Peserta": 0.6, "Atasan langsung": 0.3, "Warga": 0.1}


def make_interviews(people: int) -> pd.DataFrame:
    """One informant for every five people; each second one speaks of mentoring; coders differ rarely."""
    informants = max(people // 5, 1)
    bounds = np.cumsum([round(share * informants) for share in ROLES.values()])
    themes = list(EXCERPTS)
    rows = []
    for informant in range(informants):
        role = list(ROLES)[min(int(np.searchsorted(bounds, informant, side="right")), len(ROLES) - 1)]
        spoken = [themes[0], themes[1]] if informant % 2 else [themes[0], themes[2 + informant // 2 % 2]]
        for number, theme in enumerate(spoken, start=1):
            text = NAMING if theme == themes[0] and informant % 3 == 0 else EXCERPTS[theme]
            for coder in ("A", "B"):
                differs = coder == "B" and (informant + number) % 7 == 0
                rows.append(
                    {
                        "excerpt_id": f"W{informant:03d}-K{number}",
                        "interview_id": f"W{informant:03d}",
                        "role": role,
                        "question": "Apa yang berubah?",
                        "text": text,
                        "coder_id": f"C{coder}",
                        "theme": themes[(themes.index(theme) + 1) % len(themes)] if differs else theme,
                    }
                )
    return pd.DataFrame(rows)


def make_stakeholders(courses: pd.DataFrame) -> pd.DataFrame:
    """The government designs and pays for every course; a university teaches each fourth."""
    rows = []
    for number, course in enumerate(courses["course_id"]):
        parts = [("government", "design"), ("government", "funding")]
        parts += [("university", "teaching")] if number % 4 == 0 else []
        rows += [{"course_id": course, "party": party, "role": role} for party, role in parts]
    return pd.DataFrame(rows)


def review_dates(courses: pd.DataFrame) -> pd.Series:
    """Curricula reviewed a year before their course, that of the first title five years before."""
    years = np.where(courses["title"] == courses["title"].iloc[0], 5, 1)
    return courses["start_date"] - pd.to_timedelta(years * 366, unit="D")
