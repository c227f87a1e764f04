"""One way of making the region report, many times over, in a process of its own.

``python -m tests.bench.contender WAY FOLDER COUNT JOBS``, so that what it costs can be told from what the
bench itself costs.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.project import LANGUAGE, NOTEBOOK, PERIOD, Project


def runner(project: Project, count: int, jobs: int) -> None:
    """Our runner: warm workers and forked kernels; execution, checks and export of each page."""
    from asn_research.reports.processes.pool import Pool
    from asn_research.reports.processes.worker import Returned
    from asn_research.reports.runs.schedule import MODULES

    waiting, running = project.regions[:count], 0
    with Pool(size=jobs, modules=MODULES) as pool:
        while waiting or running:
            while waiting and pool.free:
                region = waiting.pop(0)
                pool.submit(region, "tests.bench.contender:make_page", str(project.folder), region)
                running += 1
            for done in pool.wait(60.0):
                running -= 1
                if not isinstance(done.reply, Returned):
                    raise SystemExit(f"{done.key}: {done.reply}")


def make_page(folder: str, region: str) -> int:
    """Execute, check and export one region report; its size in bytes."""
    from asn_research.errors import ReportError
    from asn_research.reports.pages.edition import REPORT, make_edition
    from asn_research.reports.publications.parameter import ReportParameters

    project = Project(Path(folder))
    edition = make_edition(
        REPORT,
        NOTEBOOK.parent,
        ReportParameters(region=region, period=PERIOD, language=LANGUAGE, **project.given),
        region=region,
        period=PERIOD,
        name=region,
        languages=(LANGUAGE,),
    )
    if edition.problems:
        raise ReportError(edition.problems)
    return (project.folder / f"{region}.html").write_text(edition.page, encoding="utf-8")


def warm(project: Project, count: int, jobs: int) -> None:
    """The limit: the same cells in one process that has everything imported and has made a report before."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    seconds = []
    for region in project.regions[: count + 1]:
        shell.reset()
        start = time.process_time()
        with capture_output():
            for cell in cells:
                shell.run_cell(cell.source).raise_error()
                if "parameters" in cell.metadata.get("tags", []):
                    shell.push({"region": region, "period": PERIOD, "language": LANGUAGE, **project.given})
        seconds.append(time.process_time() - start)
    (project.folder / "warm.json").write_text(json.dumps(seconds[1:]), encoding="utf-8")


WAYS: dict[str, Callable[[Project, int, int], None]] = {"runner": runner, "warm": warm}


if __name__ == "__main__":
    way, place, number, workers = sys.argv[1:]
    WAYS[way](Project(Path(place)), int(number), int(workers))
