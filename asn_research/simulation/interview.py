"""Interviews after the programme: excerpts that two people coded on their own."""

from __future__ import annotations

import pandas as pd

from asn_research.simulation.chance import Chance
from asn_research.simulation.setting import Setting

THEMES: dict[str, tuple[str, ...]] = {
    "Penerapan di tempat kerja": (
        "Setelah pembinaan saya menyusun daftar periksa berkas dan memakainya setiap hari.",
        "Cara memeriksa persyaratan yang dicontohkan sekarang kami pakai di loket.",
        "Baru sebagian yang bisa diterapkan, karena aplikasinya belum siap.",
    ),
    "Dukungan atasan": (
        "Kepala bidang memberi waktu satu jam setiap Jumat untuk membahas hasil pembinaan.",
        "Atasan belum sempat menindaklanjuti rencana aksi yang kami buat.",
        "Tanpa persetujuan atasan, perubahan alur tidak bisa berjalan.",
    ),
    "Waktu dan beban kerja": (
        "Jadwal pembinaan bertabrakan dengan hari layanan yang paling ramai.",
        "Kami kekurangan orang, jadi sulit meninggalkan loket.",
        "Kalau waktunya sore, peserta sudah lelah.",
    ),
    "Kualitas pendampingan": (
        "Pendamping datang langsung ke meja dan memberi contoh.",
        "Pendampingan berhenti setelah dua bulan, padahal masih dibutuhkan.",
        "Umpan balik dari pendamping jelas dan bisa langsung dikerjakan.",
    ),
    "Layanan kepada warga": (
        "Warga sekarang lebih jarang bolak-balik karena syaratnya dijelaskan di awal.",
        "Keluhan tentang lamanya izin berkurang sejak alur baru.",
        "Masih ada warga yang menunggu karena berkas berpindah meja.",
    ),
}
_ROLES = ("Peserta", "Atasan langsung", "Pendamping", "Pengguna layanan")
_QUESTIONS = (
    "Apa yang berubah dalam pekerjaan setelah pembinaan?",
    "Apa yang membantu atau menghambat penerapan?",
    "Apa saran untuk pembinaan berikutnya?",
)


def make_interviews(setting: Setting, chance: Chance) -> pd.DataFrame:
    """One row per excerpt and coder; the coders agree imperfectly."""
    themes = tuple(THEMES)
    rows: list[dict[str, str]] = []
    for interview in range(1, setting.interviews + 1):
        role = chance.pick(_ROLES, 1, weights=(0.5, 0.2, 0.15, 0.15))[0]
        for excerpt in range(1, int(chance.integers(3, 5, 1)[0]) + 1):
            theme = chance.one(themes)
            text, question = chance.one(THEMES[theme]), _QUESTIONS[(excerpt - 1) % len(_QUESTIONS)]
            for coder in ("Pengode A", "Pengode B"):
                sure = chance.once(setting.truth.coder_agreement)
                other = chance.one([one for one in themes if one != theme])
                rows.append(
                    {
                        "excerpt_id": f"W{interview:02d}-K{excerpt}",
                        "interview_id": f"W{interview:02d}",
                        "role": role,
                        "question": question,
                        "text": text,
                        "coder_id": coder,
                        "theme": theme if sure else other,
                    }
                )
    return pd.DataFrame(rows)
