"""Where a report comes from: code, packages, raw files and plan, by content."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from asn_research.contract.column import TABLES
from asn_research.contract.region import Region
from asn_research.contract.vocabulary import term_label
from asn_research.language import Language, format_date, phrase

DISTRIBUTION = "asn-research"
APART = (
    "cli/",
    "simulation/",
    "language/message/cli.",
    "language/message/notice.",
    "reports/processes/pool.py",
    "reports/runs/",
)
"""Parts of the package that no report depends on; a test follows the imports to see that it stays so."""
_CODE = (".py", ".toml", ".j2", ".css", ".js", ".json")

Digest = Callable[[Path], str]
"""Gives the SHA-256 of a file's bytes, in hexadecimal."""


def digest_bytes(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_json(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest_bytes(text.encode())


def digest_files(folder: Path, *, digest: Digest = digest_file) -> dict[str, str]:
    """SHA-256 of whatever stands below a folder, by its path inside it without numbers of people.

    Lock files of open programs are left out; what is no file, or leads elsewhere, is not opened.
    """
    from asn_research.ingest.files.source import digest_entry, list_files, show_name
    from asn_research.ingest.people.alias import find_aliases
    from asn_research.ingest.people.text import scrub_label

    paths = {show_name(path.relative_to(folder).as_posix()): path for path in list_files(folder)}
    aliases = find_aliases(paths, scrub_label)
    return {
        aliases.get(name, name): digest_entry(path, folder, digest=digest) for name, path in paths.items()
    }


@cache
def code_digest() -> str:
    """SHA-256 over every source file, rule, message and template that a report can depend on.

    That is the whole package but ``APART``: what starts, keeps and tells of reports, and what makes up data.
    """
    return digest_json([part for part in _sources() if not part[0].startswith(APART)])


@cache
def package_digest() -> str:
    """SHA-256 over every source file of the package, whatever it is for."""
    return digest_json(_sources())


def _sources() -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []

    def walk(folder: Traversable, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.is_dir() and entry.name != "__pycache__":
                walk(entry, f"{prefix}{entry.name}/")
            elif entry.name.endswith(_CODE):
                parts.append((prefix + entry.name, digest_bytes(entry.read_bytes())))

    walk(files("asn_research"), "")
    return parts


@cache
def package_versions() -> dict[str, str]:
    """Python and the packages that the project depends on, with the versions in use."""
    wanted = [Requirement(text) for text in requires(DISTRIBUTION) or ()]
    names = sorted({r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})})
    return {"python": platform.python_version()} | {name: version(name) for name in names}


@cache
def environment() -> dict[str, str]:
    """Python and all packages that the project needs, also through others, with the versions in use."""
    versions: dict[str, str] = {}
    waiting = [(DISTRIBUTION, "")]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        versions[canonicalize_name(name)] = found.version
        for needed in map(Requirement, found.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                needs = [(canonicalize_name(needed.name), extra) for extra in ("", *sorted(needed.extras))]
                waiting += [need for need in needs if need not in seen]
                seen |= set(needs)
    versions.pop(DISTRIBUTION)
    return {"python": platform.python_version()} | dict(sorted(versions.items()))


def pdf_version() -> str:
    """The version of weasyprint, which makes PDFs; empty where it is not installed."""
    try:
        return version("weasyprint")
    except PackageNotFoundError:
        return ""


def code_facts(language: Language) -> list[tuple[str, str]]:
    """Version and digest of the code and the versions of its packages, for readers."""
    packages = ", ".join(f"{name} {number}" for name, number in package_versions().items())
    return [
        (phrase("report.code", language), f"{DISTRIBUTION} {version(DISTRIBUTION)}, SHA-256 {code_digest()}"),
        (phrase("report.packages", language), packages),
    ]


def _covariate(name: str, language: Language) -> str:
    return TABLES["participants"][name].label.in_language(language).lower()


def plan_facts(region: Region, period: str, language: Language) -> list[tuple[str, str]]:
    """The declared plan, its date and its digest, for readers."""
    plan = region.plan

    def say(key: str) -> str:
        return phrase(f"report.{key}", language)

    primary = (
        f"{term_label('competency', plan.primary.competency, language)} "
        f"({term_label('source', plan.primary.source, language)})"
    )
    return [
        (
            say("plan_written"),
            format_date(plan.written_on, language) if plan.written_on else say("plan_undated"),
        ),
        (say("plan_design"), say(f"design_{region.periods[period].design}")),
        (say("plan_primary"), primary),
        (say("plan_reference"), term_label("method", plan.reference_method, language)),
        (
            say("plan_covariates"),
            ", ".join(_covariate(name, language) for name in plan.covariates) or say("plan_none"),
        ),
        (say("plan_clusters"), say(f"clusters_{plan.clusters}")),
        ("SHA-256", plan.digest),
    ]
