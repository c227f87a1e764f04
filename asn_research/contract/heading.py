"""What a column heading of an office file stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from asn_research.contract.column import TABLES
from asn_research.contract.likeness import Likeness, correct_words, find_like
from asn_research.contract.meaning import is_changed
from asn_research.contract.phrase import Phrases, Span, find_spans
from asn_research.contract.vocabulary import fold, read_vocabulary
from asn_research.contract.word import Words, heading_forms, read_headers, spell_out, word_bag, word_core

_ELEMENT_CODE = re.compile(r"^(?:u|unsur)\s?([1-9])$")
_SCALE = re.compile(
    r"[(\[]\s*(?:skala|scale)?\s*\d+\s*(?:(?:-|–|—|s/d|s\.d\.|to)\s*\d+)?\s*[)\]]", re.IGNORECASE
)
_QUESTION_WORDS = 3
_FIRST_WINS = {
    ("material", "speaker"), ("speaker", "material"), ("method", "material"), ("method", "speaker"),
    ("facilities", "method"), ("speaker", "facilities"),
}  # fmt: skip
_OVERRULES: Mapping[str, frozenset[str]] = {
    "confidence": frozenset({"material", "method", "relevance", "overall", "speaker"}),
    "commitment": frozenset({"material", "method", "relevance", "overall", "speaker"}),
    "relevance": frozenset({"material"}),
}


@dataclass(frozen=True, slots=True)
class ScoreHeading:
    """What a heading says about the scores below it, as far as it does."""

    wave: str | None = None
    competency: str | None = None
    source: str | None = None

    def __bool__(self) -> bool:
        return bool(self.wave or self.competency or self.source)


@dataclass(frozen=True)
class Lexicon:
    """All spellings of headings, ready to be looked up."""

    columns: Mapping[str, Mapping[str, str]]
    bags: Mapping[str, Mapping[Words, str]]
    cores: Mapping[str, Mapping[Words, str]]
    questions: Mapping[str, Mapping[Words, str]]
    hints: Mapping[str, tuple[str, ...]]
    ignored: frozenset[str]
    items: Mapping[Words, str]
    elements: Mapping[Words, str]
    waves: Mapping[Words, str]
    sources: Mapping[Words, str]
    competencies: Mapping[Words, str]
    groups: Mapping[Words, str]
    noise: frozenset[str]
    words: frozenset[str]

    def find_column(self, table: str, heading: str) -> str | None:
        """The column of a table that a heading names, or None; names beginning with ``_`` are not stored."""
        spellings, bags = self.columns[table], self.bags[table]
        for form in heading_forms(heading):
            if form in spellings:
                return spellings[form]
        if self.is_ignored(heading):
            return None
        for form in heading_forms(heading):
            if (bag := word_bag(form)) in bags:
                return bags[bag]
        parts = heading.split("/")
        found = {spellings[form] for part in parts for form in heading_forms(part) if form in spellings}
        return found.pop() if len(parts) > 1 and len(found) == 1 else None

    def is_ignored(self, heading: str) -> bool:
        """Whether a heading is known to hold nothing of any table."""
        return any(form in self.ignored for form in heading_forms(heading))

    def find_core(self, table: str, heading: str) -> str | None:
        """The one column that is left when words are looked through that may stand beside any name."""
        found = {
            name
            for form in heading_forms(heading)
            if (name := self.cores[table].get(word_core(form))) and not is_changed(form, table, name)
        }
        return found.pop() if len(found) == 1 else None

    def find_like(self, table: str, heading: str) -> Likeness:
        """The columns of a table that a misspelt heading may name; a heading that is known names none."""
        for form in heading_forms(heading):
            if form not in self.ignored and form not in self.columns[table]:
                found = _find_like(table, form)
                if found.candidates:
                    return found
        return Likeness()

    def find_question(self, table: str, heading: str) -> str | None:
        """The column that a whole question asks for, or None."""
        if len(fold(heading).split()) < _QUESTION_WORDS or table not in self.questions:
            return None
        codes = {span.code for span in find_spans(heading, self.questions[table])}
        return codes.pop() if len(codes) == 1 else None

    def name_item(self, heading: str) -> str | None:
        """The feedback item that a heading is the name of and nothing more."""
        for form in heading_forms(heading):
            exact = read_vocabulary("item").find(form) or self.items.get(tuple(form.split()))
            if exact:
                return exact
        return None

    def find_item(self, heading: str) -> str | None:
        """The feedback item that a heading or question is about; None where it may be two."""
        if exact := self.name_item(heading):
            return exact
        spans = find_spans(heading, self.items)
        codes = list(dict.fromkeys(span.code for span in spans))
        words = set(fold(heading).split())
        if words & _FITTING and words & _WORK and "relevance" not in codes:
            codes.append("relevance")
        for code in list(codes):
            if code in _OVERRULES:
                codes = [other for other in codes if other not in _OVERRULES[code]]
        if len(codes) == 2 and (codes[0], codes[1]) in _FIRST_WINS:
            codes = codes[:1]
        return codes[0] if len(codes) == 1 else None

    def find_element(self, heading: str) -> str | None:
        """The citizen survey element that a heading names; ``U8`` counts by its number only when alone."""
        codes = {span.code for span in find_spans(heading, self.elements)}
        if len(codes) == 1:
            return codes.pop()
        bare = _ELEMENT_CODE.match(fold(heading))
        return f"u{bare.group(1)}" if bare and not codes else None

    def find_score(self, heading: str, *, mistyped: bool = True) -> ScoreHeading | None:
        """Wave, competency and source that a heading of a score column names.

        None where the heading holds other words as well, or two different terms of one kind. With
        ``mistyped``, words that are known nowhere are taken for the one word of score headings that they are
        like; in a cell that would be a guess.
        """
        heading = _SCALE.sub(" ", heading)
        said = self._find_score(spell_out(heading))
        if mistyped and said is None and any(word not in self.words for word in spell_out(heading).split()):
            said = self._find_score(" ".join(correct_words(spell_out(heading).split(), _score_words())))
        return said

    def _find_score(self, heading: str) -> ScoreHeading | None:
        words = heading.split()
        spans = {
            "wave": find_spans(heading, self.waves),
            "source": find_spans(heading, self.sources),
            "competency": find_spans(heading, self.competencies),
        }
        spans["source"] = _outside(spans["source"], spans["competency"])
        spans["competency"] = _outside(spans["competency"], spans["source"])
        found: dict[str, str] = {}
        covered: set[int] = set()
        for kind, matches in spans.items():
            codes = {span.code for span in matches}
            if len(codes) > 1:
                return None
            if codes:
                found[kind] = codes.pop()
            covered.update(index for span in matches for index in range(span.start, span.end))
        rest = {word for index, word in enumerate(words) if index not in covered}
        if not found or any(not self.is_noise(word) for word in rest):
            return None
        return ScoreHeading(**found)

    def is_noise(self, word: str) -> bool:
        """Whether a word may stand in any heading of scores: one of those listed, or of the same meaning."""
        return word in self.noise or word_bag(word) in _NOISE_BAGS

    def find_context(self, text: str, *, title: bool = True) -> ScoreHeading:
        """What a title, sheet or file name says about all scores below it; other words may stand there.

        A name of a course, such as "Diklat Kepemimpinan Pengawas", says nothing about the competency that is
        scored. In the short name of a sheet or file (``title`` false) nothing else may stand beside it.
        """
        words = set(spell_out(text).split())
        waves = {span.code for span in find_spans(text, self.waves)}
        sources = find_spans(text, self.sources)
        competencies = find_spans(text, self.competencies)
        sources = _outside(sources, competencies)
        source_codes = {span.code for span in sources}
        competencies = _outside(competencies, sources)
        codes = {span.code for span in competencies}
        said = spell_out(text).split()
        inside = {
            said[i]
            for spans in (competencies, sources)
            for span in spans
            for i in range(span.start, span.end)
        }
        rest = words - inside - self.noise - {word for phrase in self.waves for word in phrase}
        spoken = {said[i] for span in find_spans(text, self.waves) for i in range(span.start, span.end)}
        if (words - spoken) & _COURSE_WORDS or (not title and rest - _SHEET_WORDS):
            codes = set()
        return ScoreHeading(*(next(iter(c)) if len(c) == 1 else None for c in (waves, codes, source_codes)))

    def find_group(self, text: str) -> str | None:
        """The group of people that a title, sheet or file name speaks of."""
        codes = {span.code for span in find_spans(text, self.groups)}
        return codes.pop() if len(codes) == 1 else None

    def count_hints(self, table: str, text: str) -> int:
        """Length in words of the longest hint of a table that stands in a text."""
        padded = f" {fold(text)} "
        return max((len(hint.split()) for hint in self.hints[table] if f" {hint} " in padded), default=0)


_NOISE_BAGS = frozenset({("pelatihan",), ("nilai",), ("penilaian",), ()})
_FITTING = frozenset(
    {
        "sesuai", "kesesuaian", "relevan", "relevansi", "berguna", "kegunaan", "bermanfaat", "manfaat",
        "relevant", "useful", "suited",
    }
)  # fmt: skip
_ANY_COURSE = ("pelatihan",)
"""Left over when the rest is looked through, it says that a heading is about courses and no more."""
_WORK = frozenset(["pekerjaan", "tugas", "jabatan", "kebutuhan", "tupoksi", "job", "work", "tasks", "duties"])
_SHEET_WORDS = {
    "rekap", "rekapitulasi", "daftar", "data", "tabel", "sheet", "lembar", "hasil", "nilai", "asn", "xlsx",
    *map(str, range(10)), "2023", "2024", "2025", "2026", "tahun", "aspek", "form", "formulir",
}  # fmt: skip
_COURSE_WORDS = {
    "pelatihan", "diklat", "bimtek", "workshop", "seminar", "kursus", "training", "course", "lokakarya",
    "angkatan", "batch", "gelombang",
}  # fmt: skip


def _outside(spans: list[Span], others: list[Span]) -> list[Span]:
    return [span for span in spans if not any(span.inside(other) for other in others)]


def _collect_words(declared: Mapping[str, Any], columns: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """All words that stand in a known spelling of anything: they are not misspelt."""
    texts = [spelling for spellings in columns.values() for spelling in spellings]
    texts += declared["ignored"]["headings"] + declared["score"]["noise"]
    texts += [text for part in ("item", "element") for spelled in declared[part].values() for text in spelled]
    for name in sorted(
        {column.terms for table in TABLES.values() for column in table.columns if column.terms}
    ):
        texts += list(read_vocabulary(name).spellings)
    texts += [text for wave in ("pre", "post", "followup", "test") for text in declared["score"][wave]]
    return frozenset(word for text in texts for word in spell_out(text).split())


def _collect_bags(
    spellings: Mapping[str, str], reduce: Callable[[str], Words] = word_bag, ignored: Iterable[str] = ()
) -> dict[Words, str]:
    """Bags of words that stand for one column only, and for no heading that is passed over."""
    found: dict[Words, set[str]] = {}
    for spelling, name in [*spellings.items(), *((text, "") for text in ignored if text not in spellings)]:
        found.setdefault(reduce(spelling), set()).add(name)
    sure = {bag: names for bag, names in found.items() if len(names) == 1 and bag not in {(), _ANY_COURSE}}
    return {bag: next(iter(names)) for bag, names in sure.items()}


def _phrases(spellings: Mapping[str, Iterable[str]]) -> dict[Words, str]:
    return {
        tuple(spell_out(text).split()): code
        for code, texts in spellings.items()
        for text in texts
        if fold(text)
    }


def _terms(vocabulary: str) -> dict[Words, str]:
    return {
        tuple(spell_out(spelling).split()): code
        for spelling, code in read_vocabulary(vocabulary).spellings.items()
    }


def _table_columns(table: str, declared: Mapping[str, Any]) -> dict[str, str]:
    names = TABLES[table].names
    own = declared["table"][table]["columns"]
    spellings: dict[str, str] = {}
    common = {
        name: texts
        for name, texts in declared["common"].items()
        if (name in names or (name in {"_title", "_batch"} and "course_id" in names and table != "courses"))
    }
    for source in ({c.name: [c.name, *c.label] for c in TABLES[table].columns}, own, common):
        for name, texts in source.items():
            for text in texts:
                spellings.setdefault(spell_out(text), name)
    return spellings


@cache
def _find_like(table: str, form: str) -> Likeness:
    lexicon = read_lexicon()
    ignored = dict.fromkeys(lexicon.ignored, "")
    found = find_like(form, {**ignored, **lexicon.columns[table]}, sound=lexicon.words)
    if found.candidates:
        return found
    cores = {
        " ".join(core): name
        for core, name in lexicon.cores[table].items()
        if not is_changed(form, table, name)
    }
    return find_like(" ".join(word_core(form)), {**ignored, **cores}, sound=lexicon.words)


@cache
def _score_words() -> frozenset[str]:
    lexicon = read_lexicon()
    phrases = (*lexicon.waves, *lexicon.sources, *lexicon.competencies)
    return lexicon.noise | {word for phrase in phrases for word in phrase}


@cache
def read_lexicon() -> Lexicon:
    """The lexicon of headers.toml together with the names and labels of the contract.

    Examples
    --------
    >>> read_lexicon().find_column("participants", "Gol./Ruang")
    'grade'
    >>> read_lexicon().find_score("Nilai Pre-Test")
    ScoreHeading(wave='pre', competency=None, source='test')
    """
    declared = read_headers()
    columns = {table: _table_columns(table, declared) for table in TABLES}
    score = declared["score"]
    waves = _terms("wave") | _phrases({wave: score[wave] for wave in ("pre", "post", "followup")})
    groups = {
        words: code for words, code in _terms("group").items() if code != "trained" and len(words[0]) > 1
    }
    tables: dict[str, Any] = {table: declared["table"][table] for table in TABLES}
    ignored = frozenset(spell_out(text) for text in declared["ignored"]["headings"])
    return Lexicon(
        columns=columns,
        cores={table: _collect_bags(spelled, word_core, ignored) for table, spelled in columns.items()},
        bags={table: _collect_bags(spellings) for table, spellings in columns.items()},
        questions={table: Phrases(_phrases(own.get("questions", {}))) for table, own in tables.items()},
        hints={
            table: tuple(
                dict.fromkeys(
                    fold(hint) for hint in (table, *TABLES[table].label, *declared["table"][table]["hints"])
                )
            )
            for table in TABLES
        },
        ignored=ignored,
        items=Phrases(_terms("item") | _phrases(declared["item"])),
        elements=Phrases(_phrases(declared["element"])),
        waves=Phrases(waves),
        sources=Phrases(_terms("source") | _phrases({"test": score["test"]})),
        competencies=Phrases(_terms("competency")),
        groups=Phrases(groups),
        noise=frozenset(score["noise"]),
        words=_collect_words(declared, columns),
    )
