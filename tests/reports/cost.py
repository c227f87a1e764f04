"""What everything after the findings costs, and what it weighs: ``python -m tests.reports.cost REGION ...``.

CPU seconds in a warm process and one language, per part of the region report, and the bytes of the page.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import nbformat
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets.config import Config

from asn_research.figures import alt_text, draw, to_svg
from asn_research.findings.finding import Finding
from asn_research.findings.wordings.sentence import (
    answer_sentences,
    caveat_sentences,
    question_text,
    reading_sentence,
    sample_sentence,
)
from asn_research.language import Language
from asn_research.reports.exhibits.report import Report, open_report
from asn_research.reports.pages.claim import check_page
from asn_research.reports.pages.page import export_page
from asn_research.tables.table import table_html

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "region_report.ipynb"


def best(call: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """CPU seconds of the quickest of some calls, and what the last gave."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        found = call()
        times.append(time.process_time() - start)
    return min(times), found


def figures(findings: tuple[Finding, ...], language: Language) -> int:
    """Bytes of all figures, each drawn and described once."""
    drawn = [(draw(finding, language), alt_text(finding, language)) for finding in findings if shown(finding)]
    return sum(len(to_svg(figure)) for figure, _ in drawn if figure is not None)


def shown(finding: Finding) -> bool:
    return finding.status.value == "estimated"


def tables(findings: tuple[Finding, ...], language: Language) -> int:
    """Bytes of all tables."""
    return sum(len(table_html(finding, language)) for finding in findings if shown(finding))


def sentences(findings: tuple[Finding, ...], language: Language) -> int:
    """Characters of all words around figures and tables."""
    total = 0
    for finding in findings:
        parts = [question_text(finding.question, language), *answer_sentences(finding, language)]
        if shown(finding):
            parts += [reading_sentence(finding, language), *caveat_sentences(finding, language)]
            parts.append(sample_sentence(finding, language))
        total += sum(map(len, parts))
    return total


def shown_notebook(report: Report) -> NotebookNode:
    """The product notebook with what its cells show, run in this process."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.display_pub = CapturingDisplayPublisher()
    for cell in notebook.cells:
        if not cell.source.startswith("report."):
            continue
        shell.display_pub.outputs.clear()
        value = eval(cell.source, {"report": report})  # noqa: S307  (our own notebook)
        if value is not None:
            data, metadata = shell.display_formatter.format(value)
            shell.display_pub.publish(data, metadata)
        cell.outputs = [
            nbformat.v4.new_output("display_data", data=o["data"], metadata=o["metadata"])
            for o in shell.display_pub.outputs
        ]
    return nbformat.from_dict(notebook)


def measure(region: str, options: argparse.Namespace, out: TextIO) -> None:
    """Print one region's costs."""
    language, rounds = options.language, options.rounds
    report = open_report(region=region, language=language, raw=options.raw, processed=options.processed)
    findings = report.findings.findings
    records = report.findings.as_records()
    parts: dict[str, tuple[float, int]] = {}
    for name, call in (("figures", figures), ("tables", tables), ("sentences", sentences)):
        parts[name] = best(lambda call=call: call(findings, language), rounds)
    seconds, notebook = best(lambda: shown_notebook(report), rounds)
    parts["show"] = (seconds, len(nbformat.writes(notebook)))
    seconds, page = best(
        lambda: export_page(notebook, language=language, title="Report", alternate="report.en.html"), rounds
    )
    parts["export"] = (seconds, len(page.encode()))
    seconds, problems = best(lambda: check_page(page, records), rounds)
    parts["claim guard"] = (seconds, len(problems))
    for name, (cost, size) in parts.items():
        print(f"{region:18s} {name:20s} {cost:6.3f} s {size:10,d}", file=out)
    total = sum(parts[name][0] for name in ("show", "export", "claim guard"))
    print(f"{region:18s} {'total':20s} {total:6.3f} s {len(page.encode()):10,d}", file=out)
    if options.output:
        Path(options.output).mkdir(parents=True, exist_ok=True)
        (Path(options.output) / f"{region}.{language}.html").write_text(page, encoding="utf-8")


def main(arguments: list[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Print what each part costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("regions", nargs="*", default=["bukittinggi"])
    parser.add_argument("--language", default="id", choices=["id", "en"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--raw")
    parser.add_argument("--processed")
    parser.add_argument("--output", help="folder for the pages")
    options = parser.parse_args(arguments)
    for region in options.regions:
        measure(region, options, out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
