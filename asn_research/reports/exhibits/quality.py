"""The data quality report: for the person who sends the files."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from asn_research.contract.column import TABLES
from asn_research.contract.vocabulary import term_label
from asn_research.ingest.store import open_region
from asn_research.language import Language, format_count, format_number, format_percent, phrase
from asn_research.language.catalogue import has_phrase
from asn_research.reports.exhibits.exhibit import RegionExhibit
from asn_research.reports.publications.parameter import check_parameters
from asn_research.reports.publications.problem import notice, read_problem

_SHOWN_CELLS = 12


class Quality(RegionExhibit):
    """What became of every row of a region's files, opened by :func:`open_quality`."""

    def head(self) -> None:
        """Show whose files these are."""
        region = self.source.region
        totals = self.source.intake["totals"]
        usable = totals["accepted"] + totals["corrected"]
        share = usable / totals["rows"] if totals["rows"] else 0.0
        fragment = self._render(
            "head",
            kicker=self._say("quality_kicker"),
            title=f"{region.region.name}, {self.source.period}",
            programme=self._say("quality_lead"),
            synthetic="synthetic_text" if region.region.synthetic else "",
            facts=[
                (self._say("quality_usable"), format_percent(share, self.language), ""),
                (self._say("quality_files"), self._cell(len({f["file"] for f in self._files()})), ""),
                (self._say("quality_waiting"), self._cell(self._waiting()), ""),
            ],
        )
        self._show_html(fragment)

    def rows(self) -> None:
        """Show the flow of all rows."""
        self._show_html(self._flow())

    def problems(self) -> None:
        """Show what kept files from being read, what the office is asked, and what to do next."""
        intake = self.source.intake
        found = [notice(read_problem(record), self.language) for record in intake["problems"]]
        asked = [notice(read_problem(record), self.language) for record in intake.get("questions") or ()]
        waiting = self._waiting()
        steps = [self._say("quality_step_files")] if found else []
        steps += [self._say("quality_step_questions")] if asked else []
        steps += [self._say("quality_step_quarantine", count=self._cell(waiting))] if waiting else []
        self._show_html(self._render("steps", problems=[*found, *asked], steps=steps))

    def files(self) -> None:
        """Show, for each file and sheet, what became of its rows."""
        names = ("rows", "accepted", "corrected", "quarantined", "duplicates", "left_out")
        heads = [("sheet", ""), ("table", ""), *((f"head_{name}", "number") for name in names)]
        rows: dict[str, list[list[object]]] = defaultdict(list)
        for entry in self._files():
            counts = [int(entry[name]) for name in names]
            rows[entry["file"]].append([entry["sheet"], self._table_name(entry["table"]), *counts])
        self._show_html(self._table("quality_files_caption", heads, rows) + self._notes())

    def _notes(self) -> Markup:
        """Tables that were read from sheets which the office had hidden, and units that it renamed."""
        said = [
            self._say(
                "quality_hidden",
                sheet=entry["sheet"],
                file=entry["file"],
                table=self._table_name(entry["table"]),
            )
            for entry in self.source.intake.get("hidden") or ()
        ]
        said += [self._say("quality_renamed", **entry) for entry in self.source.intake.get("renamed") or ()]
        return self._render("prose", sections=[("", said)]) if said else Markup("")

    def quarantine(self) -> None:
        """Show the reasons for quarantine with counts and the addresses of the cells; no values."""
        groups = group_quarantine(self.source.intake, self.language)
        decided = self._decisions()
        if not groups:
            empty = self._render("prose", sections=[("", [self._say("quality_no_quarantine")])])
            self._show_html(empty + decided)
            return
        rows: dict[str, list[list[object]]] = defaultdict(list)
        for (reason, file, sheet), cells in groups:
            text = reason_text(reason, self.language)
            rows[file].append([text, len(cells), sheet, self._addresses(cells)])
        heads = [("reason", ""), ("count", "number"), ("sheet", ""), ("cells", "code")]
        self._show_html(self._table("quality_quarantine_caption", heads, rows) + decided)

    def _waiting(self) -> int:
        """Rows in quarantine about which nobody has decided."""
        return int(self.source.intake["decisions"]["waiting"])

    def _decisions(self) -> Markup:
        """Decisions applied, by kind, and how many were refused; nothing where there are none."""
        decisions = self.source.intake["decisions"]
        counts = {**decisions["kinds"], "refused": decisions["refused"]}
        rows = [[self._say(f"decision_{kind}"), int(n)] for kind, n in sorted(counts.items()) if n]
        heads = [("decision_kind", ""), ("count", "number")]
        return self._table("decision_caption", heads, rows) if rows else Markup("")

    def repairs(self) -> None:
        """Show how often each kind of certain repair was made."""
        counts = Counter({str(kind): int(n) for kind, n in self.source.intake["repairs"].items() if n})
        rows = [
            [repair_text(kind, self.language), n]
            for kind, n in sorted(counts.items(), key=lambda kn: (-kn[1], kn[0]))
        ]
        if not rows:
            self._show_html(self._render("prose", sections=[("", [self._say("quality_no_repairs")])]))
            return
        heads = [("repair", ""), ("count", "number")]
        self._show_html(self._table("quality_repairs_caption", heads, rows))

    def linkage(self) -> None:
        """Show how many people could be followed from one measurement to the next, and who could not."""
        linkage = self.source.intake["linkage"]
        waves = [
            [
                term_label("competency", wave["competency"], self.language),
                term_label("source", wave["source"], self.language),
                self._pair(wave["first"], wave["second"]),
                int(wave["people_first"]),
                int(wave["matched"]),
                format_percent(wave["match_rate"], self.language),
                format_number(self._difference(wave), self.language, digits=1, sign=True),
            ]
            for wave in linkage.get("waves", ())
        ]
        heads = [
            ("competency", ""), ("measured_by", ""), ("waves", ""), ("measured_first", "number"),
            ("measured_again", "number"), ("match_rate", "number"), ("difference_sd", "number"),
        ]  # fmt: skip
        if not waves:
            self._show_html(self._render("prose", sections=[("", [self._say("quality_no_linkage")])]))
            return
        note = self._render("prose", sections=[("", [self._say("quality_linkage_note")])])
        self._show_html(self._table("quality_linkage_caption", heads, waves) + note)

    def _difference(self, wave: Mapping[str, Any]) -> float:
        """How those measured again differ from the others, where both are at least the minimum cell.

        It is told to one digit: this page is not compared with the one before.
        """
        matched = int(wave["matched"])
        few = min(matched, int(wave["people_first"]) - matched) < self.source.region.disclosure.minimum_cell
        return math.nan if few else float(wave.get("difference_sd", math.nan))

    def _pair(self, first: str, second: str) -> str:
        return " → ".join(term_label("wave", wave, self.language) for wave in (first, second))

    def _files(self) -> list[dict[str, Any]]:
        files: list[dict[str, Any]] = self.source.intake["files"]
        return files

    def _addresses(self, cells: list[str]) -> str:
        shown = ", ".join(cells[:_SHOWN_CELLS])
        more = len(cells) - _SHOWN_CELLS
        return (
            f"{shown} {self._say('and_more', count=format_count(more, self.language))}" if more > 0 else shown
        )

    def _table_name(self, table: str | None) -> str:
        return TABLES[table].label.in_language(self.language) if table in TABLES else "–"


def group_quarantine(
    intake: Mapping[str, Any], language: Language
) -> list[tuple[tuple[str, str, str], list[str]]]:
    """The quarantined cells by reason, file and sheet; the most frequent first."""
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in intake["quarantine"]:
        where = str(row["cell"] or f"{phrase('report.row', language)} {row['row']}")
        places[row["reason"], row["file"], str(row["sheet"] or "")].append(where)
    return sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))


def reason_text(reason: str, language: Language) -> str:
    """Why rows were quarantined, in words."""
    return _intake_text("reason", reason, language)


def repair_text(repair: str, language: Language) -> str:
    """What was repaired, in words."""
    return _intake_text("repair", repair, language)


def _intake_text(kind: str, code: str, language: Language) -> str:
    known = (f"intake.{kind}_{code}", f"intake.{code}")
    key = next((key for key in known if has_phrase(key)), None)
    return phrase(key, language) if key else code.replace("_", " ")


def open_quality(
    *,
    region: str,
    period: str | None = None,
    language: Language = "id",
    raw: str | Path | None = None,
    processed: str | Path | None = None,
) -> Quality:
    """Open the data quality report of a region and period, taking in its raw files first where needed.

    Parameters and errors are those of :func:`asn_research.reports.exhibits.report.open_report`.
    """
    folders = {"raw": raw, "processed": processed}
    asked = check_parameters(
        {"region": region, "period": period, "language": language}
        | {name: None if folder is None else str(folder) for name, folder in folders.items()}
    )
    data = open_region(
        asked.region,
        period=asked.period,
        raw=Path(asked.raw) if asked.raw else None,
        processed=Path(asked.processed) if asked.processed else None,
    )
    return Quality(data, language=asked.language)
