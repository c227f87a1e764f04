"""How an office writes a value: numbers, money, dates, words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asn_research.contract.column import Kind
from asn_research.simulation.chance import Chance

Cell = str | int | float | datetime.date | None
Words = Mapping[str, tuple[str, ...]]

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip
_SHORT = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")

WORDS: dict[str, Words] = {
    "employment": {"PNS": ("PNS",), "PPPK": ("PPPK", "P3K")},
    "position_type": {
        "administrator": ("Administrator", "Eselon III"),
        "supervisor": ("Pengawas", "Eselon IV"),
        "functional": ("Fungsional", "Jabatan Fungsional", "JF"),
        "general": ("Pelaksana", "Staf", "JFU"),
    },
    "sex": {"male": ("L", "Laki-laki"), "female": ("P", "Perempuan")},
    "education": {
        "sma": ("SMA", "SLTA", "SMA/SMK"),
        "d3": ("D3", "D-III", "DIII"),
        "s1": ("S1", "S-1", "Sarjana"),
        "s2": ("S2", "S-2"),
    },
    "group": {
        "trained": ("Peserta",),
        "comparison": ("Pembanding",),
        "eligible": ("Calon peserta",),
    },
    "method": {
        "lecture": ("Ceramah",),
        "discussion": ("Diskusi kelompok", "Diskusi"),
        "simulation": ("Simulasi",),
        "practice": ("Praktik", "Praktek"),
        "seminar": ("Seminar",),
        "workshop": ("Workshop", "Lokakarya"),
        "classroom": ("Klasikal", "Tatap muka"),
        "mentoring": ("Pendampingan", "Coaching"),
    },
    "topic": {
        "administration": ("Administrasi",),
        "service_ethics": ("Etika pelayanan", "Etika Pelayanan Publik"),
        "public_service": ("Pelayanan publik", "Pelayanan prima"),
        "project_management": ("Manajemen proyek",),
        "information_technology": ("Teknologi informasi", "TIK", "TI"),
        "leadership": ("Kepemimpinan",),
        "technical": ("Teknis", "Bimtek"),
    },
    "delivery": {"classroom": ("Tatap muka", "Luring")},
    "competency": {
        "technical_skill": ("Keterampilan teknis", "Kompetensi Teknis"),
        "professional_attitude": ("Sikap profesional", "Sikap kerja"),
        "communication": ("Komunikasi",),
        "information_technology": ("Teknologi informasi", "TIK"),
        "daily_task": ("Pelaksanaan tugas harian", "Tugas harian"),
    },
    "source": {
        "test": ("Tes", "Tes tertulis"),
        "self": ("Penilaian diri",),
        "supervisor": ("Atasan", "Atasan langsung"),
        "observer": ("Observasi", "Pengamat"),
    },
    "wave": {
        "pre": ("Sebelum", "Pre Test", "Awal"),
        "post": ("Sesudah", "Post Test", "Akhir"),
        "followup": ("Tindak lanjut", "3 bulan", "Follow up"),
    },
    "item": {
        "material": ("Materi",),
        "speaker": ("Narasumber",),
        "method": ("Metode",),
        "relevance": ("Relevansi", "Kesesuaian dengan pekerjaan"),
        "facilities": ("Sarana prasarana", "Fasilitas"),
        "confidence": ("Kepercayaan diri",),
        "commitment": ("Komitmen",),
        "overall": ("Keseluruhan",),
    },
    "expectation": {
        "below": ("Di bawah ekspektasi", "Dibawah Ekspektasi"),
        "meets": ("Sesuai ekspektasi", "Sesuai Ekspektasi"),
        "above": ("Di atas ekspektasi", "Diatas ekspektasi"),
    },
    "party": {
        "government": ("Pemerintah", "Pemda"),
        "university": ("Perguruan tinggi", "Universitas"),
        "private": ("Swasta", "Dunia usaha"),
        "community": ("Masyarakat", "LSM"),
    },
    "stakeholder_role": {
        "design": ("Perancangan", "Penyusunan kurikulum"),
        "teaching": ("Pengajaran", "Narasumber"),
        "evaluation": ("Evaluasi", "Monev"),
        "funding": ("Pendanaan",),
    },
}
"""Spellings by vocabulary and code; the first is the usual one."""

AGREEMENT: Words = {
    "1": ("Sangat tidak setuju", "STS"),
    "2": ("Tidak setuju", "TS"),
    "3": ("Netral", "N"),
    "4": ("Setuju", "S"),
    "5": ("Sangat setuju", "SS", "Sangat Setuju "),
}
SATISFACTION: Words = {
    "1": ("1 – Sangat Tidak Puas", "Sangat tidak puas"),
    "2": ("2 – Tidak Puas", "Tidak puas"),
    "3": ("3 – Cukup Puas", "Cukup puas"),
    "4": ("4 – Puas", "Puas"),
    "5": ("5 – Sangat Puas", "Sangat puas"),
}
FITNESS: Words = {
    "1": ("Tidak sesuai", "1. Tidak sesuai"),
    "2": ("Kurang sesuai", "2. Kurang sesuai"),
    "3": ("Sesuai", "3. Sesuai"),
    "4": ("Sangat sesuai", "4. Sangat sesuai"),
}


def grouped(value: float, *, mark: str = ".") -> str:
    """A whole number with thousands separators."""
    return f"{round(value):,}".replace(",", mark)


@dataclass(frozen=True)
class Notation:
    """The habits of one office in one file.

    Attributes
    ----------
    decimal : str
        ``","`` or ``"."`` for text; empty for number cells of a workbook.
    dates : str
        ``cell`` (date cell of a workbook), ``slash`` (03/04/2025), ``dash`` (03-04-2025), ``month``
        (3 April 2025), ``short`` (03 Apr 2025) or ``iso``.
    money : str
        ``cell``, ``plain``, ``dots`` (1.250.000) or ``rupiah`` (Rp 1.250.000).
    shares : str
        ``cell`` (0.85), ``percent`` (85%) or ``hundred`` (85).
    flags : tuple of str
        Words for yes and no.
    words : mapping
        Spellings that replace those of ``WORDS``, by vocabulary.
    usual : float
        Share (0–1) of cells that use the usual spelling.
    """

    decimal: str = ""
    dates: str = "cell"
    money: str = "cell"
    shares: str = "cell"
    flags: tuple[str, str] = ("Ya", "Tidak")
    words: Mapping[str, Words] = field(default_factory=dict)
    usual: float = 0.8

    def word(self, spellings: tuple[str, ...], chance: Chance) -> str:
        """The usual spelling, or now and then another."""
        if len(spellings) == 1 or chance.once(self.usual):
            return spellings[0]
        return chance.one(spellings[1:])

    def number(self, value: float) -> Cell:
        """A number as a cell, without needless decimals."""
        whole = float(value).is_integer()
        if not self.decimal:
            return int(value) if whole else round(float(value), 4)
        return f"{value:.0f}" if whole else f"{value:.4f}".rstrip("0").replace(".", self.decimal)

    def date(self, day: datetime.date) -> Cell:
        """A date as a cell."""
        if self.dates == "cell":
            return day
        if self.dates == "month":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        if self.dates == "short":
            return f"{day.day:02d} {_SHORT[day.month - 1]} {day.year}"
        return day.strftime({"slash": "%d/%m/%Y", "dash": "%d-%m-%Y", "iso": "%Y-%m-%d"}[self.dates])

    def amount(self, value: float) -> Cell:
        """Rupiah as a cell."""
        if self.money == "cell":
            return int(value)
        if self.money == "plain":
            return f"{value:.0f}"
        return ("Rp " if self.money == "rupiah" else "") + grouped(value)

    def share(self, value: float) -> Cell:
        """A share as a cell."""
        if self.shares == "cell":
            return float(value)
        return f"{round(100 * value)}%" if self.shares == "percent" else self.number(round(100 * value, 1))

    def show(self, value: Any, *, kind: Kind, terms: str | None, chance: Chance) -> Cell:
        """Any canonical value as this office writes it."""
        if value is None:
            return None
        if kind is Kind.TERM and terms is not None:
            known = self.words.get(terms) or WORDS.get(terms, {})
            return self.word(known.get(str(value), (str(value),)), chance)
        if kind in (Kind.NUMBER, Kind.INTEGER):
            return self.number(float(value))
        if kind is Kind.DATE:
            return self.date(value)
        if kind is Kind.MONEY:
            return self.amount(float(value))
        if kind is Kind.SHARE:
            return self.share(float(value))
        if kind is Kind.FLAG:
            return self.flags[0 if value else 1]
        return str(value)
