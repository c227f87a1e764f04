"""Free text without what identifies people: numbers, addresses and names are replaced by what they were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from asn_research.contract.vocabulary import fold

_EMAIL: Final = re.compile(r"[\w.+%-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|(?:t\.me|wa\.me|instagram\.com)/\S+", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w{3,}")
_DIGITS: Final = re.compile(r"(?<![\w])\+?\(?\d(?:[\s.\-()/]{0,2}\d){7,}(?!\w)")
_MONEY: Final = re.compile(r"\b(?:rp|idr)\.?\s*$", re.IGNORECASE)
_GROUPED: Final = re.compile(r"^\d{1,3}(?:\.\d{3})+$")
_DATE: Final = re.compile(
    r"^(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}|(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2})$"
)
_YEARS: Final = re.compile(r"^(?:19|20)\d{2}\s*[-–/]\s*(?:19|20)\d{2}$")
_HONORIFIC: Final = re.compile(
    r"\b((?:[Bb]apak|[Pp]ak|[Ii]bu|[Bb]u|[Bb]pk\.?|[Mm]as|[Mm]bak|[Kk]ang|[Uu]da|[Uu]ni|[Ss]audara|[Ss]audari|[Ss]dri?\.?|"
    r"[Hh]j?\.|[Dd]r\.|[Dd]rs\.|[Dd]ra\.|[Ii]r\.|[Pp]rof\.|Mr\.?|Mrs\.?|Ms\.?)\s+)((?:[A-Z][\w'’]+)(?:\s+[A-Z][\w'’]+){0,3})"
)
_ROLES: Final = frozenset(
    [
        "kepala",
        "camat",
        "lurah",
        "bupati",
        "wali",
        "walikota",
        "sekretaris",
        "narasumber",
        "pelatih",
        "pengajar",
        "widyaiswara",
        "fasilitator",
        "instruktur",
        "panitia",
        "ketua",
        "kadis",
        "kabid",
        "kasi",
        "kasubag",
        "peserta",
        "petugas",
        "dan",
        "di",
        "ke",
        "yang",
        "guru",
        "dokter",
        "direktur",
    ]
)
_WORD: Final = re.compile(r"[^\W\d_][\w'’]*")
_TITLES: Final = frozenset(
    ["dr", "drs", "dra", "ir", "prof", "h", "hj", "hajah", "haji", "bapak", "ibu", "sdr", "sdri"]
)
_SHORT: Final = 3
_PHONE_DIGITS: Final = 10


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
    number = len(digits) >= len(text.strip()) - 6 and (phone or len(digits) in {16, 18})
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
        self._names: set[tuple[str, ...]] = set()
        self._longest = 0
        for name in sorted(set(names)):
            words = tuple(word for word in _strip_titles(name).split() if len(word) > 1)
            if len(words) >= 2:
                self._names.update(
                    words[i:j] for i in range(len(words)) for j in range(i + 2, len(words) + 1)
                )
                self._longest = max(self._longest, len(words))
            elif words and len(words[0]) > _SHORT:
                self._names.add(words)
                self._longest = max(self._longest, 1)

    def scrub(self, text: str) -> str:
        """The text with placeholders instead of numbers, addresses and names."""
        text = self._scrub_names(_HANDLE.sub("[akun]", scrub_label(text)))
        return _HONORIFIC.sub(_replace_honorific, text)

    def _scrub_names(self, text: str) -> str:
        if not self._names:
            return text
        words = [(match.start(), match.end(), fold(match.group())) for match in _WORD.finditer(text)]
        pieces: list[str] = []
        position = index = 0
        while index < len(words):
            length = self._match(words, index)
            if length:
                pieces += [text[position : words[index][0]], "[nama]"]
                position = words[index + length - 1][1]
                index += length
            else:
                index += 1
        return "".join([*pieces, text[position:]])

    def _match(self, words: list[tuple[int, int, str]], index: int) -> int:
        for length in range(min(self._longest, len(words) - index), 0, -1):
            if tuple(word for *_, word in words[index : index + length]) in self._names:
                return length
        return 0


def _strip_titles(name: str) -> str:
    """A name without degrees: what stands after a comma, words with a point, and titles in front."""
    words = [word for word in name.split(",")[0].split() if "." not in word[:-1]]
    return " ".join(word for word in fold(" ".join(words)).split() if word not in _TITLES)


def _replace_digits(text: str) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        shown = match.group().strip()
        digits = "".join(filter(str.isdigit, shown))
        if (
            _MONEY.search(text[: match.start()])
            or _GROUPED.match(shown)
            or _DATE.match(shown)
            or _YEARS.match(shown)
        ):
            return match.group()
        bracket = "(" if shown.startswith("(") and ")" not in shown else ""
        return bracket + _name_number(shown, digits)

    return replace


def _name_number(shown: str, digits: str) -> str:
    """What a long number is, by its length and beginning."""
    if len(digits) == 16:
        return "[NIK]"
    if len(digits) in {9, 18} and not digits.startswith("08"):
        return "[NIP]"
    if shown.startswith(("+62", "(0", "0", "62", "8")) and len(digits) <= 14:
        return "[telepon]"
    return "[nomor]"


def _replace_honorific(match: re.Match[str]) -> str:
    first = match.group(2).split()[0]
    if fold(first) in _ROLES:
        return match.group()
    return f"{match.group(1)}[nama]"
