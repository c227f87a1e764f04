"""Free text without what identifies people: numbers, addresses and names are replaced by what they were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from asn_research.contract.vocabulary import fold
from asn_research.ingest.people.name import Names, strip_titles

_AT: Final = r"\s{0,2}(?:@|[(\[]at[)\]])\s{0,2}"
_DOT: Final = r"(?:\s?[(\[](?:dot|titik)[)\]]\s?|\s(?:dot|titik)\s|\.)"
_EMAIL: Final = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]{{1,64}}(?:{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}})+|@[\w-]{{1,63}}|"
    r"\sat\s[\w-]{1,63}(?:\s(?:dot|titik)\s\w{2,})+)",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|(?:t\.me|wa\.me|instagram\.com)/\S+", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w[\w.]{2,}")
_SEPARATOR: Final = r"[\s.\-()/–—‑_]"
_DIGITS: Final = re.compile(rf"(?<!\d)\+?\(?\d(?:{_SEPARATOR}{{0,3}}\d){{7,}}")
_MONEY: Final = re.compile(r"\b(?:rp|idr)\.?\s*$", re.IGNORECASE)
_DAY: Final = (
    r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)?\d{2}|(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2})"
)
_TO: Final = r"\s{0,2}[-–—/]\s{0,2}"
_TIME: Final = r"\d{1,2}[.:]\d{2}"
_DAYS: Final = re.compile(
    rf"\d{{1,2}}{_TO}{_DAY}|{_DAY}(?:{_TO}{_DAY})?(?:[\s(]{{1,2}}{_TIME}(?:{_TO}{_TIME})?)?|"
    rf"{_TIME}{_TO}{_TIME}|(?:19|20)\d{{2}}(?:{_TO}(?:19|20)\d{{2}})+"
)
_AMOUNTS: Final = re.compile(
    r"\d{1,3}(?:\.\d{3})+|(?:100|[1-9]?\d)(?:[\s/–—-]{1,3}(?:100|\d{1,2}))+|"
    r"(?:19|20)\d{2}(?:\s(?:19|20)\d{2})+"
)
"""Amounts, scores one after the other, and years."""
_MOBILE: Final = re.compile(r"^8\d{2}[\s.–—‑-]?\d{3,4}[\s.–—‑-]?\d{2,5}$")
_HONORIFIC: Final = re.compile(
    r"\b((?:[Bb]apak|[Pp]ak|[Ii]bu|[Bb]u|[Bb]pk\.?|[Mm]as|[Mm]bak|[Kk]ang|[Uu]da|[Uu]ni|[Ss]audara|[Ss]audari|[Ss]dri?\.?|"
    r"[Hh]j?\.|[Dd]r\.|[Dd]rs\.|[Dd]ra\.|[Ii]r\.|[Pp]rof\.|Mr\.?|Mrs\.?|Ms\.?)\s+)((?:[A-Z][\w'’]+)(?:\s+[A-Z][\w'’]+){0,3})"
)
_ROLES: Final = frozenset(
    ["kepala", "camat", "lurah", "bupati", "wali", "walikota", "sekretaris", "narasumber", "pelatih",
     "pengajar", "widyaiswara", "fasilitator", "instruktur", "panitia", "ketua", "kadis", "kabid", "kasi",
     "kasubag", "peserta", "petugas", "dan", "di", "ke", "yang", "guru", "dokter", "direktur"]
)  # fmt: skip
_IDENTITIES: Final = (16, 18)
_PHONE_DIGITS: Final = 10
_LONGEST_PHONE: Final = 15
_NEAR: Final = 8


def scrub_label(text: str) -> str:
    """A short label without numbers and addresses of people; names stay, as offices are named after people.

    >>> scrub_label("RSUD dr. Contoh (0812 3456 7890)")
    'RSUD dr. Contoh ([telepon])'
    """
    text = _LINK.sub("[tautan]", _EMAIL.sub("[surel]", text))
    return _DIGITS.sub(_replace_digits(text), text)


def is_personal_code(text: str) -> bool:
    """Whether what stands as a code is really the number or address of a person."""
    digits = "".join(filter(str.isdigit, text))
    phone = digits.startswith(("08", "628")) and len(digits) >= _PHONE_DIGITS
    number = len(digits) >= len(text.strip()) - 6 and (phone or len(digits) in _IDENTITIES)
    return number or _EMAIL.search(text) is not None


class Scrubber:
    """Replaces what identifies people in free text.

    Parameters
    ----------
    names
        Names of the people concerned, as the office wrote them, with or without titles.

    Examples
    --------
    >>> Scrubber(["Siti Rahmawati, S.Sos"]).scrub("Hubungi Siti Rahmawati di 0812-3456-7890")
    'Hubungi [nama] di [telepon]'
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = Names(names)

    def scrub(self, text: str) -> str:
        """The text with placeholders instead of numbers, addresses and names."""
        text = self._names.hide(_HANDLE.sub("[akun]", scrub_label(text)))
        return _HONORIFIC.sub(_replace_honorific, text)


def name_words(name: str) -> list[str]:
    """The words of a name without titles and initials, folded.

    >>> name_words("Dr. Siti R. Rahmawati, S.Sos")
    ['siti', 'rahmawati']
    """
    return [word for word in strip_titles(name).split() if len(word) > 1]


def _replace_digits(text: str) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        shown = match.group().strip()
        digits = "".join(filter(str.isdigit, shown))
        if _MONEY.search(text[max(0, match.start() - _NEAR) : match.start()]) or _is_harmless(shown, digits):
            return match.group()
        bracket = "(" if shown.startswith("(") and ")" not in shown else ""
        return bracket + _name_number(shown, digits)

    return replace


def _is_harmless(shown: str, digits: str) -> bool:
    """Whether a long number is an amount, days, hours, years, or scores one after the other."""
    plain = shown.strip("()")
    if _DAYS.fullmatch(plain):
        return True
    private = len(digits) in _IDENTITIES or digits.startswith(("08", "62"))
    return not private and _AMOUNTS.fullmatch(plain) is not None


def _name_number(shown: str, digits: str) -> str:
    """What a long number is, by its length and beginning."""
    if len(digits) == 16:
        return "[NIK]"
    if len(digits) in {9, 18} and not digits.startswith("08"):
        return "[NIP]"
    if shown.startswith(("+62", "(0", "0", "62", "(62")) or _MOBILE.match(shown):
        return "[telepon]" if len(digits) <= _LONGEST_PHONE else "[nomor]"
    return "[nomor]"


def _replace_honorific(match: re.Match[str]) -> str:
    first = match.group(2).split()[0]
    if fold(first) in _ROLES:
        return match.group()
    return f"{match.group(1)}[nama]"
