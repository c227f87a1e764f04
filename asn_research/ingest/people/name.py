"""Names of people in running text: whole, in part, with initials and titles; common words stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from asn_research.contract.vocabulary import fold

PLACEHOLDER: Final = "[nama]"
TITLES: Final = frozenset(
    ["dr", "drs", "dra", "drg", "ir", "prof", "kh", "h", "hj", "hajah", "haji", "bapak", "ibu", "sdr", "sdri",
     "tn", "ny", "nn", "apt", "ns"]
)  # fmt: skip
"""What stands before names, folded."""

AMBIGUOUS: Final = frozenset(
    [
     "abadi", "adil", "agung", "agustus", "ahli", "air", "aman", "amanah", "amin", "anak", "anggun",
     "anugerah", "api", "april", "ari", "arif", "asih", "asli", "asri", "awal", "awan", "ayu", "bagus",
     "bahagia", "bahari", "baik", "bakti", "bandung", "bapa", "barat", "barokah", "batu", "bayi",
     "berkah", "bersih", "bestari", "bijak", "bintang", "budaya", "budi", "budiman", "bumi", "bunda",
     "bunga", "cahaya", "cahya", "camat", "cantik", "catur", "cemerlang", "cendana", "cerah", "cerdas",
     "cinta", "citra", "damai", "dara", "dewa", "dewi", "dian", "dini", "dosen", "dua", "dwi", "eka",
     "eko", "elok", "emas", "embun", "empat", "fajar", "fitrah", "fitri", "gagah", "gemilang", "giat",
     "guru", "hadi", "halim", "harapan", "harum", "hasil", "hebat", "hijau", "hikmah", "hujan", "ikhlas",
     "ilham", "ilmu", "iman", "indah", "indra", "intan", "jakarta", "januari", "jaya", "jelita", "jujur",
     "juli", "jumat", "juni", "kalianda", "kamis", "kartika", "karya", "kasih", "kembar", "kenanga",
     "kencana", "kesuma", "ketua", "khusus", "kirana", "kurnia", "kusuma", "laksana", "lampung",
     "langit", "lapang", "lestari", "lili", "lima", "lincah", "lindung", "lintang", "luhur", "lurah",
     "mahir", "mahkota", "maju", "makmur", "malam", "mandiri", "manis", "mantap", "mapan", "mas",
     "mawar", "mega", "mei", "mekar", "melati", "mentari", "menteri", "merdeka", "mesra", "muda",
     "mudah", "mukti", "mulia", "mulya", "murni", "mustika", "mutiara", "naga", "nikmat", "nirmala",
     "nur", "nusa", "nyata", "oktober", "padang", "pagi", "pahlawan", "palupi", "panca", "pandu",
     "panji", "patria", "perdana", "permai", "permana", "permata", "pertama", "pertiwi", "perwira",
     "polisi", "pratama", "prima", "purnama", "puspa", "putera", "putih", "putra", "putri", "raden",
     "rahmat", "raja", "rama", "ramah", "rani", "ratih", "ratna", "ratu", "rejeki", "rela", "rezeki",
     "riang", "rina", "rindu", "rizki", "rukun", "sakti", "salam", "saleh", "samudra", "santun",
     "saputra", "sari", "satria", "satu", "sederhana", "sehat", "sejahtera", "selamat", "selasa",
     "selatan", "semangat", "sena", "senja", "septi", "seri", "setia", "setiawan", "sinar", "siti",
     "solok", "sri", "suci", "sukses", "sultan", "surya", "syukur", "tama", "tanjung", "taqwa", "taruna",
     "tata", "tegar", "teguh", "tenang", "tengah", "tentara", "terang", "teratai", "tiara", "tiga",
     "timur", "tirta", "tri", "tulus", "ulang", "umi", "unggul", "usaha", "utama", "utami", "utara",
     "wahyu", "wibawa", "widya", "wijaya", "wira", "wulan", "yakin", "yogya", "yuda", "zaman",
    ]
)  # fmt: skip
"""Names that are also words, months, places or titles. Such a word alone is a name only after *Pak*, *Ibu*
and the like, or with a capital in the midst of small words."""

_OFFICES: Final = frozenset(
    [
     "tim", "bkpsdm", "bkd", "bkn", "lan", "dinas", "badan", "universitas", "kementerian", "lembaga",
     "pusat", "kepala", "bidang", "atasan", "peserta", "seksi", "sekretariat", "sekretaris", "kantor",
     "kecamatan", "kelurahan", "balai", "widyaiswara", "narasumber", "fasilitator", "instruktur",
     "pengajar", "penilai", "langsung", "diri", "sendiri", "rekan", "kerja", "masyarakat", "warga",
     "pemohon", "camat", "lurah", "asn", "internal", "eksternal", "luar", "dalam", "kota", "kabupaten",
     "provinsi", "daerah", "dosen", "akademisi", "konsultan", "swasta", "perusahaan", "pt", "cv",
     "yayasan", "politeknik", "institut", "direktorat",
    ]
)  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`](?=[^\W\d_]))*")
_ADDRESSED: Final = frozenset(
    ["pak", "bapak", "bpk", "bp", "ibu", "bu", "mas", "mbak", "mba", "bang", "kang", "uda", "uni",
     "abang", "kak", "kakak", "saudara", "saudari", "sdr", "sdri", "bernama", "namanya"]
)  # fmt: skip
_ENDS: Final = re.compile(r"[.!?:;\n\"“(\[]\s*$")
_SHORT: Final = 3
_NEAR: Final = 4
_JOINED: Final = 8
"""Letters of names written together, as in an account: "sitirahmawati"."""
_LONGEST: Final = 8
"""Words of a name that are looked at together."""
_BEFORE: Final = re.compile(
    r"(?:\b(?:drs|dra|drg|dr|ir|prof|kh|hj|h)\b\.?\s*){1,6}(?=\[nama\])", re.IGNORECASE
)
_INITIAL_BEFORE: Final = re.compile(r"(?<![\w.])(?:[A-Z]\.\s*){1,2}(?=\[nama\])")
_INITIAL_AFTER: Final = re.compile(r"(?<=\[nama\])(?:\s+[A-Z]\b\.?(?!\w))+")
_DEGREES: Final = re.compile(
    r"(?<=\[nama\])(?:\s*,?\s*(?:[SM](?:\.\s?[A-Z][A-Za-z]{0,5})+|[AS]\.?\s?Md(?:\.\s?[A-Z][a-z]{0,4})?|"
    r"SE|SH|ST|MM|MH|MT|MAP|Ph\.?D|Sp\.\s?[A-Z]{1,3}|A\.?P)\b\.?)+"
)
_RUN: Final = re.compile(r"\[nama\](?:\s+(?:bin|binti)?\s*\[nama\])+")


class _Word(NamedTuple):
    """A word of a text: where it stands, folded, and how it is written."""

    start: int
    end: int
    folded: str
    shown: str


def strip_titles(name: str) -> str:
    """A name without degrees: what stands after a comma, words with a point, and titles in front; folded."""
    words = [word for word in name.split(",")[0].split() if "." not in word[:-1]]
    return " ".join(word for word in fold(" ".join(words)).split() if word not in TITLES)


def is_person(text: str) -> bool:
    """Whether what stands where people are named is the name of one: some words, none of an office or role.

    >>> is_person("Dr. Andi Wijaya, M.Si"), is_person("Tim BKPSDM"), is_person("ATS-01")
    (True, False, False)
    """
    if any(character.isdigit() for character in text):
        return False
    words = strip_titles(text).split()
    return 2 <= len(words) <= _LONGEST and not _OFFICES & set(words)


class Names:
    """The names to look for.

    Parameters
    ----------
    names
        Names of people as an office wrote them, with or without titles.

    Examples
    --------
    >>> Names(["Siti Rahmawati, S.Sos", "Indah Permata"]).hide("Bu Siti R. dan Indah bagus, taman indah")
    'Bu [nama] dan [nama] bagus, taman indah'
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._parts: set[tuple[str, ...]] = set()
        self._single: set[str] = set()
        self._longest = 0
        for name in sorted(set(names)):
            words = tuple(word for word in strip_titles(name).split() if len(word) > 1)
            self._single.update(words)
            ends = range(2, min(len(words), _LONGEST) + 1)
            parts = {words[i : i + n] for i in range(len(words)) for n in ends if i + n <= len(words)}
            self._parts |= parts
            self._longest = max(self._longest, ends.stop - 1)
            self._single.update(joined for part in parts if len(joined := "".join(part)) >= _JOINED)

    def __bool__(self) -> bool:
        return bool(self._single)

    def hide(self, text: str) -> str:
        """The text with a placeholder for every name."""
        if not self._single:
            return text
        words = [_Word(m.start(), m.end(), fold(m.group()), m.group()) for m in _WORD.finditer(text)]
        pieces: list[str] = []
        position = index = 0
        while index < len(words):
            length = self._match(words, index, text)
            if length:
                pieces += [text[position : words[index].start], PLACEHOLDER]
                position = words[index + length - 1].end
                index += length
            else:
                index += 1
        if not pieces:
            return text
        return _tidy("".join([*pieces, text[position:]]))

    def _match(self, words: list[_Word], index: int, text: str) -> int:
        """How many words beginning here are a name, or part of one."""
        if words[index].folded not in self._single:
            return 0
        run = self._run(words, index, text)
        if any(word.folded not in AMBIGUOUS and len(word.folded) > _SHORT for word in run[1:]):
            return len(run)
        for length in range(min(self._longest, len(run)), 1, -1):
            if tuple(word.folded for word in run[:length]) in self._parts and _is_written(run[:length]):
                return length
        if not self._is_single(words, index, text):
            return 0
        return len(run) if _is_written(run) else 1

    def _run(self, words: list[_Word], index: int, text: str) -> list[_Word]:
        """Words of names beginning here, one after the other, all written with capitals or none."""
        run = [words[index]]
        for word in words[index + 1 : index + _LONGEST]:
            apart = text[run[-1].end : word.start]
            alike = word.shown[:1].isupper() == run[-1].shown[:1].isupper()
            if word.folded not in self._single or not alike or apart.strip(" \t-_"):
                break
            run.append(word)
        return run

    def _is_single(self, words: list[_Word], index: int, text: str) -> bool:
        word = words[index]
        before = words[index - 1] if index else None
        apart = text[before.end : word.start] if before else ""
        if before and before.folded in _ADDRESSED and apart.strip(" .\t") == "":
            return True
        plain = word.folded not in AMBIGUOUS
        if plain and len(word.folded) > _SHORT:
            return True
        if not (word.shown[:1].isupper() and word.shown[1:].islower()):
            return False
        if before and len(before.shown) == 1 and before.shown.isupper() and apart.strip() == ".":
            return True
        if before is None or _ENDS.search(text[max(0, word.start - _NEAR) : word.start]):
            return plain
        after = words[index + 1] if index + 1 < len(words) else None
        beside = [before.shown] if apart.strip() == "" else []
        if after and text[word.end : after.start].strip() == "" and len(after.shown) > 1:
            beside.append(after.shown)
        return not any(shown[:1].isupper() for shown in beside)


def _is_written(run: list[_Word]) -> bool:
    """Whether common words are written as names are: with capitals."""
    return all(word.shown[:1].isupper() for word in run)


def _tidy(text: str) -> str:
    """Placeholders without the titles, initials and degrees around them."""
    text = _RUN.sub(PLACEHOLDER, text)
    text = _INITIAL_AFTER.sub("", text)
    text = _DEGREES.sub("", text)
    text = _INITIAL_BEFORE.sub("", text)
    return _BEFORE.sub("", text)
