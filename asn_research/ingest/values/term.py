"""Words of a controlled list: terms, yes and no, answers on a scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from asn_research.contract.column import Column
from asn_research.contract.heading import read_lexicon
from asn_research.contract.phrase import find_spans
from asn_research.contract.scale import read_answers, read_scales
from asn_research.contract.vocabulary import fold, nearest, read_vocabulary
from asn_research.contract.word import spell_out
from asn_research.ingest.values.number import read_number
from asn_research.ingest.values.reading import Reading, clean

_NUMBERING: Final = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[a-eA-E][.)])\s*")
_PARTS: Final = re.compile(r"[()\[\],;:=]|\s[-–—]\s|\s/\s")
_NUMBER_WORD: Final = re.compile(r"^[(\[]?(\d)[)\]]?\s*[-–—.:=)]?\s*(?:\(\s*(.+?)\s*\)|(\D.*))$")
_WORD_NUMBER: Final = re.compile(r"^(\D.*?)\s*[-–—:=]?\s*[(\[]?\s*(\d)\s*[)\]]?$")
_ABBREVIATION: Final = re.compile(r"(?<=\w)\s*[(\[][A-Za-z]{1,4}[)\]]$")
_LETTER: Final = re.compile(r"^[a-eA-E][.)]\s+(?=\w{2})")
_YES: Final = frozenset(
    [
        "ya", "y", "yes", "true", "benar", "1", "v", "x", "lulus", "selesai", "tuntas", "hadir",
        "sudah", "completed", "passed", "complete", "pass", "memenuhi", "tamat", "done", "finished",
        "kompeten"
    ]
) | {"telah selesai", "sudah selesai", "ya lulus", "ya selesai", "sudah lulus", "menyelesaikan",
     "bersertifikat",
     "dinyatakan lulus", "telah lulus", "memuaskan", "l", "sudah tuntas", "ada",
     "terbit", "sudah terbit"}  # fmt: skip
_NO: Final = frozenset(
    [
        "tidak", "t", "tdk", "no", "n", "false", "salah", "0", "belum", "gagal", "incomplete", "failed",
        "fail"
    ]
) | {"tidak lulus", "tidak selesai", "belum selesai", "belum lulus", "tdk lulus", "tdk selesai",
     "tidak tuntas",
     "belum tuntas", "not completed", "not passed", "mengundurkan diri", "mundur", "tidak memenuhi",
     "tidak menyelesaikan", "tidak kompeten", "belum kompeten", "drop out", "tidak tamat", "dropped out",
     "not complete", "ditunda", "tl", "tidak memuaskan", "tidak ada",
     "belum ada", "belum terbit"}  # fmt: skip
_LONGEST_TERM: Final = 60
_CLASSES: Final = {
    "grade": frozenset({"golongan", "ruang", "pangkat"}),
    "method": frozenset({"metode", "dengan", "pembelajaran"}),
    "education": frozenset({"lulusan", "ijazah", "jenjang", "tamat", "setara"}),
    "group": frozenset({"kelompok", "grup", "kelas"}), "position_type": frozenset({"jabatan", "pejabat"}),
    "expectation": frozenset({"rating", "predikat"}), "delivery": frozenset({"secara", "moda"}),
    "employment": frozenset({"status", "pegawai"}), "party": frozenset({"unsur", "pihak"}),
    "stakeholder_role": frozenset({"peran", "sebagai", "tahap"}),
    "topic": frozenset({"bidang", "topik", "rumpun"}),
}  # fmt: skip
_SCORE_TERMS: Final = frozenset({"wave", "source", "competency"})
_TICKS: Final = {"√": True, "✓": True, "✔": True, "✗": False, "×": False, "✘": False}


@lru_cache(maxsize=10_000)
def find_nearest_term(vocabulary: str | None, value: Any) -> str:
    """The code of the term whose spelling comes nearest to a word; empty where none is near.

    >>> find_nearest_term("method", "praktk langsng")
    'practice'
    """
    if vocabulary is None or not isinstance(value, str):
        return ""
    terms = read_vocabulary(vocabulary)
    found = nearest(fold(value)[:_LONGEST_TERM], terms.spellings)
    return terms.spellings[found] if found else ""


def find_term(vocabulary: str, text: str) -> str | None:
    """The code of a written term, also where it is numbered or explained in brackets; never a guess.

    Examples
    --------
    >>> find_term("grade", "Penata Muda (III/a)")
    'III/a'
    >>> find_term("grade", "Penata Muda (III/b)") is None
    True
    """
    terms = read_vocabulary(vocabulary)
    plain = _NUMBERING.sub("", text)
    for form in (text, plain):
        found = terms.find(form)
        if found:
            return found
    codes = {code for part in _PARTS.split(plain) if fold(part) and (code := terms.find(part))}
    if len(codes) == 1:
        return codes.pop()
    if not codes and (found := _find_inside(vocabulary, plain)):
        return found
    if vocabulary in _SCORE_TERMS and not codes:
        said = read_lexicon().find_score(plain, mistyped=False)
        return getattr(said, vocabulary) if said else None
    return None


def _find_inside(vocabulary: str, text: str) -> str | None:
    """A term beside words that only say what it is a term of, or a degree before the field that it is in."""
    terms, words = read_vocabulary(vocabulary), spell_out(text).split()
    rest = [word for word in words if word not in _CLASSES.get(vocabulary, ())]
    if len(rest) < len(words) and (found := terms.find(" ".join(rest))):
        return found
    if vocabulary != "education":
        return None
    phrases = {tuple(spelling.split()): code for spelling, code in terms.spellings.items()}
    spans = find_spans(text, phrases)
    return (
        spans[0].code if spans and spans[0].start == 0 and len({span.code for span in spans}) == 1 else None
    )


def read_term(value: Any, column: Column) -> Reading:
    """The code of the term in one cell."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    code = find_term(column.terms or "", clean(str(value)).lstrip("'’"))
    return Reading(code) if code else Reading(reason="unknown_term")


def read_flag(value: Any) -> Reading | None:
    """Yes or no in one cell; None where it is neither."""
    if isinstance(value, bool):
        return Reading(value)
    if isinstance(value, (int, float)):
        return Reading(bool(value)) if value in (0, 1) else None
    text = clean(str(value)).lstrip("'’")
    if text in _TICKS:
        return Reading(_TICKS[text])
    word = fold(text)
    if word in _YES:
        return Reading(True)
    return Reading(False) if word in _NO else None


def split_answer(text: str) -> tuple[int | None, str]:
    """The number and the word of an answer such as ``5 – Sangat Puas`` or ``Baik (4)``.

    Examples
    --------
    >>> split_answer("5 – Sangat Puas")
    (5, 'Sangat Puas')
    """
    text = _LETTER.sub("", _ABBREVIATION.sub("", text))
    match = _NUMBER_WORD.match(text)
    if match:
        return int(match.group(1)), (match.group(2) or match.group(3)).strip()
    match = _WORD_NUMBER.match(text)
    if match:
        return int(match.group(2)), match.group(1).strip()
    return None, text


def read_scale_words(values: Iterable[Any], *, size: int) -> dict[str, int | None]:
    """The numbers of all answers in words that stand together in a sheet."""
    answers = [split_answer(clean(value)) for value in values if isinstance(value, str)]
    together: dict[str, set[int]] = {}
    for number, word in answers:
        if number is not None:
            together.setdefault(word, set()).add(number)
    numbered = {word: next(iter(numbers)) for word, numbers in together.items() if len(numbers) == 1}
    return read_answers((word for _, word in answers), size=size, numbered=numbered)


def _size(column: Column) -> int:
    return int(column.maximum or 0)


def read_answer(value: Any, column: Column, *, words: Mapping[str, int | None]) -> Reading:
    """The answer in one cell of a column of answers: a number, a word of the scale, or both in agreement."""
    if not isinstance(value, str):
        return read_number(value, column, decimals=frozenset())
    text = clean(value).lstrip("'’")
    number, word = split_answer(text)
    folded = fold(word)
    if folded not in words:
        plain = read_number(value, column, decimals=frozenset())
        return plain if plain.reason != "not_a_number" else Reading(reason="unknown_answer")
    said = words[folded]
    if number is None:
        return Reading(float(said)) if said is not None else Reading(reason="answer_ambiguous")
    if said is not None and said != number:
        return Reading(reason="answer_contradiction")
    if said is None and not any(scale.get(folded) == number for scale in read_scales(_size(column))):
        return Reading(reason="answer_contradiction")
    return read_number(number, column, decimals=frozenset())
