"""The command ``asn-research trace``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import typer

from asn_research.cli.console import console_language, paint, refuse, tell
from asn_research.cli.option import FindingName, PeriodName, ReportsPlace
from asn_research.errors import AsnResearchError, Problem, ReportError
from asn_research.language.catalogue import phrase

if TYPE_CHECKING:
    from asn_research.reports.exhibits.trace import Cited, FindingTrace
    from asn_research.reports.publications.manifest import Manifest

_FINDINGS = "findings.json"


def trace(
    finding: FindingName,
    *,
    reports: ReportsPlace = None,
    region: Annotated[str | None, typer.Option(metavar="region")] = None,
    period: PeriodName = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show where a number of a report comes from."""
    with contextlib.ExitStack() as stack:
        try:
            found = list(_find(stack, finding, reports, region, period))
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        if as_json:
            typer.echo(json.dumps([_as_record(c) for _, c in found], indent=1, ensure_ascii=False))
            return
        for position, (folder, cited) in enumerate(found):
            if position:
                tell("")
            _print(folder, cited)


def _find(
    stack: contextlib.ExitStack, name: str, reports: Any, region: str | None, period: str | None
) -> Iterator[tuple[Path, Cited]]:
    """Every report that has the finding, with what its name stands for.

    Raises
    ------
    ReportError
        If no report has it.
    """
    from asn_research.reports.exhibits.trace import find_cited

    address = name.rpartition("#")[0]
    folder = _folder_of(address)
    if folder is None:
        named = _named(address)
        region, period = region or named[0], period or named[1]
        folder = _reports(stack, reports)
    problems: tuple[Problem, ...] = ()
    seen = False
    for path in _published(folder):
        records = _records(path)
        first = records[0] if records else {}
        if region not in {None, first.get("region")} or period not in {None, first.get("period")}:
            continue
        try:
            yield path.parent, find_cited(records, name)
            seen = True
        except ReportError as error:
            problems = problems or error.problems
    if not seen:
        raise ReportError(problems or Problem("findings_none", "no report here has findings."))


def _folder_of(address: str) -> Path | None:
    """The report folder of a link to a page on this machine."""
    if address.startswith("file:"):
        address = url2pathname(urlsplit(address).path)
    elif "://" in address:
        return None
    folder = Path(address).parent
    return folder if address and (folder / _FINDINGS).is_file() else None


def _named(address: str) -> tuple[str | None, str | None]:
    """Region and period in the address of a page elsewhere, as far as it names them."""
    from asn_research.contract.region import ACROSS

    *_, region, period = ["", "", *(unquote(part) for part in urlsplit(address).path.split("/")[:-1])]
    if period == ACROSS:
        return ACROSS, None
    return (region, period) if region and period else (None, None)


def _records(path: Path) -> list[dict[str, Any]]:
    """The records of a findings.json; none where it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def _reports(stack: contextlib.ExitStack, reports: Any) -> Path:
    from asn_research.cli.choice import find_folders
    from asn_research.cli.place import open_places

    if isinstance(reports, str):
        places = stack.enter_context(open_places(Path(), Path(), reports))
        places.collect()
        return places.folders["reports"]
    return find_folders(Path(), Path(), reports)["reports"]


def _published(folder: Path) -> list[Path]:
    found = [
        folder / _FINDINGS,
        *sorted(folder.glob(f"*/{_FINDINGS}")),
        *sorted(folder.glob(f"*/*/{_FINDINGS}")),
    ]
    return [path for path in found if path.is_file()]


def _as_record(cited: Cited) -> dict[str, Any]:
    first = cited.records[0]
    chosen = [r for r in cited.records if cited.result in {"", r.get("id")}]
    record = {name: first.get(name) for name in ("question", "region", "period", "disclosure", "trace")}
    return record | {"results": chosen, "rows": list(cited.rows)}


def _print(folder: Path, cited: Cited) -> None:
    from asn_research.reports.exhibits.trace import describe_finding, row_facts
    from asn_research.reports.publications.manifest import read_manifest

    language, first = console_language(), cited.records[0]
    if "trace" not in first:
        raise refuse([Problem("findings_older", f"{folder}: these findings have no trace.")])
    described = describe_finding(cited.records, language)
    tell(paint(f"{first['region']} {first['period']} · {described.question}", "head"))
    tell(phrase(f"finding.question_{described.question}", language))
    results = [each for each in described.results if cited.result in {"", each.id}]
    for each in results if not cited.rows else ():
        tell(f"\n{paint(each.id, 'name')}")
        _print_facts(each.facts)
    for row in cited.rows:
        tell(f"\n{paint(phrase('report.trace_row', language), 'name')}")
        _print_facts(row_facts(row))
    tell("")
    _print_facts([*described.facts, *_origin(folder, described, cited, read_manifest(folder))])
    _print_sources(described)


def _origin(
    folder: Path, described: FindingTrace, cited: Cited, manifest: Manifest | None
) -> list[tuple[str, str]]:
    """What stands beside the finding: what it was concluded from, the code, the link."""
    language = console_language()
    facts: list[tuple[str, str]] = []
    if described.draws_on:
        facts.append((phrase("report.trace_draws_on", language), ", ".join(described.draws_on)))
    if manifest is not None and "code" in manifest.inputs:
        facts.append((phrase("report.trace_code", language), f"SHA-256 {manifest.inputs['code']}"))
    made = manifest.outputs if manifest is not None else {}
    page = f"report.{language}.html"
    link = folder / (page if page in made else "report.html")
    facts.append((phrase("report.trace_link", language), f"{link}#{cited.result or described.id}"))
    return facts


def _print_facts(facts: Sequence[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        tell(f"  {name.ljust(width)}  {value}")


def _print_sources(described: FindingTrace) -> None:
    if not described.sources:
        return
    language = console_language()
    heads = tuple(phrase(f"report.trace_head_{n}", language) for n in ("table", "file", "rows", "sha"))
    rows = [heads, *described.sources]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    tell(f"\n{paint(phrase('report.trace_sources', language), 'head')}")
    for table, file, count, digest in rows:
        told = (table.ljust(widths[0]), file.ljust(widths[1]), count.rjust(widths[2]), digest)
        tell("  " + "  ".join(told))
