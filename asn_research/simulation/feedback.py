"""What participants and citizens say: reactions, appraisals and the citizen survey."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from asn_research.simulation.chance import Chance, Numbers, Whole
from asn_research.simulation.setting import Setting

ITEMS = (
    "material", "speaker", "method", "relevance", "facilities", "confidence", "commitment", "overall",
)  # fmt: skip
_APPEALING = {"material": 1.0, "speaker": 1.4, "method": 0.7, "facilities": 0.2, "overall": 1.0}
_CUTS = np.array([-2.3, -1.5, -0.45, 0.85])
_COMMENTS = (
    "Materi mudah dipahami.", "Waktu pelatihan terlalu singkat.", "Perlu lebih banyak latihan.",
    "Contoh kasus sesuai dengan pekerjaan kami.", "Ruangan agak panas pada siang hari.",
    "Mohon modul dibagikan sebelum kegiatan.", "Narasumber menguasai bahan – terima kasih.",
    "Sebaiknya ada pendampingan setelah kembali ke kantor.", "“Praktik” di kantor perlu diperbanyak.",
    "Jaringan internet sering terputus.", "Hubungi saya di 0812-0000-0147 untuk bahan tayang.",
    "Kirim materi ke contoh@example.com, terima kasih.",
)  # fmt: skip
_ADVICE = (
    "Petugas ramah.", "Antrean terlalu lama pada hari Senin.", "Informasi biaya sudah jelas.",
    "Mohon loket ditambah.", "Sudah baik, pertahankan.", "Toilet perlu dibersihkan.",
    "Persyaratan sebaiknya ditempel di papan pengumuman.",
)  # fmt: skip


def _steps(latent: Numbers, cuts: Numbers) -> Whole:
    """A response: one more than the number of cuts below the latent value."""
    return np.asarray(1 + np.searchsorted(cuts, latent), dtype=np.int64)


def make_reactions(
    enrolments: pd.DataFrame, learners: pd.DataFrame, courses: pd.DataFrame, chance: Chance
) -> pd.DataFrame:
    """Answers 1–5 of about nine in ten attendants to eight items.

    Commitment and relevance are the same latent traits that drive attendance; the other items share a general
    satisfaction, so that the scale is consistent.
    """
    answering = enrolments[chance.happens(0.9, len(enrolments)) & (enrolments["sessions_attended"] > 0)]
    latent = learners.set_index("person_id").loc[answering["person_id"]]
    appeal = answering["course_id"].map(courses.set_index("course_id")["appeal"]).to_numpy(dtype=np.float64)
    size = len(answering)
    general = chance.normal(size)
    confidence = (latent["gain"].to_numpy() - 8.0) / 6.0
    parts: list[pd.DataFrame] = []
    remarked = chance.happens(0.25, size)
    remarks = chance.pick(_COMMENTS, size)
    for item in ITEMS:
        noise = chance.normal(size, sd=0.65)
        if item in ("commitment", "relevance"):
            value = 0.85 * latent[item].to_numpy() + 0.2 * general + noise * 0.8
        elif item == "confidence":
            value = 0.5 * confidence + 0.4 * general + noise
        else:
            value = 0.75 * general + noise + _APPEALING[item] * appeal
        parts.append(
            pd.DataFrame(
                {
                    "respondent_id": answering["person_id"].to_numpy(),
                    "course_id": answering["course_id"].to_numpy(),
                    "item": item,
                    "response": _steps(value, _CUTS),
                    "comment": [
                        remark if said and item == "overall" else None
                        for said, remark in zip(remarked, remarks, strict=True)
                    ],
                    "_order": np.arange(size),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values("_order", kind="stable")
    return table.drop(columns="_order").reset_index(drop=True)


def make_appraisals(
    people: pd.DataFrame, learners: pd.DataFrame, setting: Setting, chance: Chance
) -> pd.DataFrame:
    """Appraisals of the year before and of the year itself; most of them meet the expectation."""
    people = people[people["group"] != "eligible"]
    caused = people["person_id"].map(learners.set_index("person_id")["caused"]).to_numpy()
    trait = 0.6 * (people["ability"].to_numpy() - setting.truth.ability_mean) / setting.truth.ability_sd
    parts: list[pd.DataFrame] = []
    for year, push in ((setting.starts.year - 1, 0.0), (setting.starts.year, 0.035)):
        row: dict[str, object] = {"person_id": people["person_id"].to_numpy(), "year": year}
        for column in ("result", "behaviour"):
            value = trait + push * caused + chance.normal(len(people), sd=0.8)
            row[column] = np.array(["below", "meets", "above"])[np.searchsorted([-1.75, 1.15], value)]
        parts.append(pd.DataFrame(row))
    table = pd.concat(parts, ignore_index=True)
    return table[~chance.happens(0.03, len(table))].reset_index(drop=True)


def make_citizen_surveys(setting: Setting, chance: Chance) -> pd.DataFrame:
    """Answers 1–4 by element, one survey before and one after; respondents are consistent."""
    units = [unit for unit in setting.services if unit in setting.units]
    element = np.array([0.15, 0.0, -0.25, 0.3, 0.1, 0.1, 0.2, -0.1, -0.15])
    parts: list[pd.DataFrame] = []
    for number, (wave, start) in enumerate((("pre", setting.starts), ("post", setting.ends))):
        size = setting.surveyed
        chosen = chance.integers(0, len(units) - 1, size)
        days = chance.integers(0, 24, size)
        step = datetime.timedelta(days=1 if number == 0 else -1)
        general = chance.normal(size) + 2.2 * setting.truth.citizen_points * number
        values = general[:, None] * 0.7 + element + chance.normal(9 * size, sd=0.7).reshape(size, 9)
        answers = _steps(values, np.array([-2.2, -0.95, 0.75]))
        said, advice = chance.happens(0.2, size), chance.pick(_ADVICE, size)
        part = pd.DataFrame(
            {
                "response_id": [f"SKM-{setting.period}-{number + 1}{place + 1:03d}" for place in range(size)],
                "unit": [units[int(one)] for one in chosen],
                "service": [setting.services[units[int(one)]] for one in chosen],
                "date": [start + step * int(day) for day in days],
                "wave": wave,
            }
        )
        for place in range(9):
            part[f"u{place + 1}"] = answers[:, place]
        part["comment"] = [text if yes else None for yes, text in zip(said, advice, strict=True)]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
