"""How much of its meaning a heading shares with a column: words in common, weighed by how rare they are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from asn_research.contract.heading import read_lexicon
from asn_research.contract.meaning import AGAINST
from asn_research.contract.word import Words, heading_forms, word_bag


@dataclass(frozen=True)
class WordWeights:
    """The words of a table's headings: weight by word, and the bags of words of every column."""

    weights: Mapping[str, float]
    unknown: float
    bags: Mapping[str, frozenset[Words]]

    def share(self, heading: str, column: str) -> float:
        """Share of weight, from 0 to 1, that a heading has in common with the nearest spelling of a column.

        The weight of the words in both over the weight of the words in either (a weighted Jaccard index). A
        word that many columns of the table have weighs little; one that none has weighs most.
        """
        best = 0.0
        for form in heading_forms(heading):
            words = set(word_bag(form))
            for bag in self.bags.get(column, ()):
                common = words.intersection(bag)
                if common and not (words ^ set(bag)) & AGAINST:
                    best = max(best, self._weigh(common) / self._weigh(words.union(bag)))
        return best

    def spellings(self, column: str) -> tuple[str, ...]:
        """The spellings of a column as far as their words count, in alphabetical order."""
        return tuple(sorted(" ".join(bag) for bag in self.bags.get(column, ())))

    def _weigh(self, words: set[str]) -> float:
        return sum(self.weights.get(word, self.unknown) for word in words)


@cache
def weigh_table(table: str) -> WordWeights:
    """The weights of the words of one table, ln((1 + columns) / columns with the word).

    Examples
    --------
    >>> words = weigh_table("courses")
    >>> words.share("Durasi Pelatihan", "hours_jp") > words.share("Durasi Pelatihan", "title")
    True
    """
    bags: dict[str, set[Words]] = defaultdict(set)
    for spelling, column in read_lexicon().columns[table].items():
        bags[column].add(word_bag(spelling))
    having: dict[str, set[str]] = defaultdict(set)
    for column, spelled in bags.items():
        for bag in spelled:
            for word in bag:
                having[word].add(column)
    most = math.log(1 + len(bags))
    weights = {word: math.log((1 + len(bags)) / len(columns)) for word, columns in having.items()}
    return WordWeights(weights, most, {column: frozenset(spelled) for column, spelled in bags.items()})
