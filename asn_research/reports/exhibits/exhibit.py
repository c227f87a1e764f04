"""What a notebook shows of one region and period, each piece bearing whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from IPython.display import display
from markupsafe import Markup

from asn_research.ingest.store import RegionData
from asn_research.language import Language, format_count, phrase
from asn_research.reports.pages.markup import plain_text, render
from asn_research.reports.pages.stamp import STAMP
from asn_research.reports.publications import provenance

FILES_ANCHOR: Final = "files-read"
"""The id of the table of all files that a page was made from."""


class Exhibit:
    """Shows pieces in a notebook, in one language; ``stamp`` says whose every piece is."""

    def __init__(self, *, stamp: Mapping[str, str], language: Language) -> None:
        self.language: Language = language
        self.stamp: Mapping[str, str] = dict(stamp)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' '.join(self.stamp.values())}>"

    def _show_inputs(self, files: Sequence[tuple[str, str]]) -> None:
        """Show files with their hashes, the version of the code and of the packages, the parameters."""
        heads = [("file", ""), ("sha256", "code")]
        table = self._table("inputs_caption", heads, files, anchor=FILES_ANCHOR)
        parameters = ", ".join(f"{name} = {value}" for name, value in self.stamp.items())
        facts = [*provenance.code_facts(self.language), (self._say("parameters"), parameters)]
        self._show_html(table + self._render("facts", title="", facts=facts))

    def _table(
        self,
        caption: str,
        heads: Iterable[tuple[str, str]],
        rows: Sequence[Sequence[object]] | Mapping[str, Sequence[Sequence[object]]],
        *,
        anchor: str = "",
    ) -> Markup:
        """A plain table, its rows perhaps in named groups.

        ``caption`` is a message key; heads are message keys with a kind, ``number``, ``code`` or nothing;
        ``anchor`` is its id in the page.
        """
        shown = [
            {"text": self._say(key), "number": kind == "number", "code": kind == "code"}
            for key, kind in heads
        ]
        named = rows if isinstance(rows, Mapping) else {"": rows}
        groups = [
            (name, [[self._cell(value) for value in row] for row in members])
            for name, members in named.items()
        ]
        return self._render("table", caption=self._say(caption), heads=shown, groups=groups, anchor=anchor)

    def _cell(self, value: object) -> str:
        return format_count(value, self.language) if isinstance(value, int) else str(value or "–")

    def _say(self, key: str, /, **fields: object) -> str:
        return phrase(f"report.{key}", self.language, **fields)

    def _render(self, name: str, **values: Any) -> Markup:
        return render(name, self.language, **values)

    def _show_html(self, fragment: Markup, **extra: Any) -> None:
        self._show({"text/html": str(fragment), "text/plain": plain_text(fragment)}, extra)

    def _show(self, bundle: Mapping[str, Any], extra: Mapping[str, Any]) -> None:
        display(dict(bundle), raw=True, metadata={STAMP: {**self.stamp, **extra}})  # type: ignore[no-untyped-call]


class RegionExhibit(Exhibit):
    """Shows pieces of one region and period."""

    def __init__(self, data: RegionData, *, language: Language) -> None:
        stamp = {"region": data.region.folder, "period": data.period, "language": language}
        super().__init__(stamp=stamp, language=language)
        self.source = data

    def inputs(self) -> None:
        """Show every input with its hash, the version of the code and of the packages, the parameters."""
        self._show_inputs(sorted(self.source.intake["raw_digest"].items()))

    def _flow(self) -> Markup:
        """What became of the raw rows, as a bar with its four parts and their meaning."""
        names = ("accepted", "corrected", "quarantined", "duplicates")
        return self._render("flow", totals=self.source.intake["totals"], names=names)
