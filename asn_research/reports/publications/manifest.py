"""What a published report was made from and consists of; beside each report as manifest.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from asn_research.errors import Problem
from asn_research.language import Language
from asn_research.reports.publications import provenance
from asn_research.reports.publications.problem import problem_record, read_problem

MANIFEST: Final = "manifest.json"
PDF_NAMES: Final = ("report.pdf", "report.en.pdf")
"""Files that a report has only where they were asked for."""

State = Literal["made", "incomplete", "failed"]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One region and period as published.

    ``inputs`` are the hashes of everything the report depends on, ``outputs`` those of its files. ``state``
    is ``made``, ``incomplete`` (a raw file could not be read) or ``failed`` (stub pages instead of reports).
    ``headline`` and ``grade_text`` hold one text per language; ``result`` is the main number and interval.
    """

    region: str
    period: str
    state: State
    name: str = ""
    languages: tuple[Language, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    headline: Mapping[str, str] = field(default_factory=dict)
    grade: int | None = None
    grade_text: Mapping[str, str] = field(default_factory=dict)
    data_until: str | None = None
    synthetic: bool = False
    pdf: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> str:
        """The text of manifest.json."""
        record = asdict(replace(self, problems=()))
        record["problems"] = [problem_record(problem) for problem in self.problems]
        return json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def is_fresh(
        self,
        inputs: Mapping[str, Any],
        languages: Iterable[Language],
        folder: Path,
        *,
        pdf: str = "",
        digest: provenance.Digest = provenance.digest_file,
    ) -> bool:
        """Whether the published files are whole and were made from exactly these inputs.

        ``pdf`` is the version of what makes PDFs where they are wanted; ``digest`` gives that of a file.
        """
        if pdf and self.pdf != pdf:
            return False
        if self.state == "failed" or dict(self.inputs) != dict(inputs):
            return False
        if not set(languages) <= set(self.languages):
            return False
        paths = {folder / name: known for name, known in self.outputs.items()}
        return all(path.is_file() and digest(path) == known for path, known in paths.items())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a report folder, or None where there is none that can be read."""
    try:
        return parse_manifest((folder / MANIFEST).read_bytes())
    except OSError:
        return None


def parse_manifest(text: bytes) -> Manifest | None:
    """The manifest that a text is, or None where it is none."""
    try:
        record = json.loads(text)
        record["problems"] = tuple(read_problem(problem) for problem in record["problems"])
        record["languages"] = tuple(record["languages"])
        return Manifest(**record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def hash_inputs(
    raw: Path,
    region: str,
    period: str,
    notebooks: Iterable[Path],
    *,
    digest: provenance.Digest = provenance.digest_file,
) -> dict[str, Any]:
    """Hashes of everything a report of this region and period depends on."""
    folder = raw / region
    files = {
        path.name: digest(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith((".", "~$"))
    }
    inside = provenance.digest_files(folder / period, digest=digest) if period else {}
    return {
        "raw": files | {f"{period}/{name}": found for name, found in inside.items()},
        "notebooks": {path.name: digest(path) for path in notebooks},
        "code": provenance.code_digest(),
        "packages": dict(provenance.environment()),
    }
