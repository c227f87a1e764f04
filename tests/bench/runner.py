"""The region report made in the usual way, by this runner, at the warm limit and by R Markdown."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.bench.cost import Cost, run_measured
from tests.bench.project import LANGUAGE, NOTEBOOK, PERIOD, ROOT, Project, bench_environment, make_project

BIN: Final = Path(sys.executable).parent
USUAL: Final = "papermill, then nbconvert, one by one"
ONE: Final = "this runner, one worker"
TWO: Final = "this runner, two workers"
WARM: Final = "warm limit: the same cells in a warm process, no kernel, no page"
R: Final = "R Markdown in a loop: one regression, five plots"


def compare(*, usual: int = 3, many: int = 12, rounds: int = 1) -> dict[str, Any]:
    """Cost of one region report by each way.

    Parameters
    ----------
    usual
        Reports made in the usual way and by R Markdown in each round.
    many
        Reports made by the runner in each round; the start of its workers is shared out over them. A third as
        many are made at the warm limit, before, between and after the runner's.
    rounds
        How often all ways take turns, so that a machine that grows slower is slower for each of them.
    """
    before = dict(os.environ)
    os.environ.update(bench_environment())
    try:
        with tempfile.TemporaryDirectory() as name:
            project = make_project(Path(name), max(usual, many) + 1)
            turns = [_take_turns(project, usual=usual, many=many) for _ in range(rounds)]
    finally:
        os.environ.clear()
        os.environ.update(before)
    rows = {way: asdict(_total([turn[way] for turn in turns]) / rounds) for way in turns[0]}
    return {"rows": rows, "usual": usual, "many": many, "rounds": rounds}


def _take_turns(project: Project, *, usual: int, many: int) -> dict[str, Cost]:
    """Every way once; the warm limit around the runner, with which it is compared."""
    costs, some = {USUAL: _usual(project, usual)}, max(1, many // 9)
    warm = [_warm(project, some)]
    for way, jobs in ((ONE, 1), (TWO, 2)):
        costs[way] = _runner(project, many, jobs=jobs)
        warm.append(_warm(project, some))
    costs[WARM] = _total(warm) / len(warm)
    if (found := _r_markdown(project, usual)) is not None:
        costs[R] = found
    return costs


def _usual(project: Project, count: int) -> Cost:
    project.forget()
    costs = []
    for region in project.regions[:count]:
        output = project.folder / f"{region}.ipynb"
        given = {"region": region, "period": PERIOD, "language": LANGUAGE, **project.given}
        parameters = [word for name, value in given.items() for word in ("-r", name, value)]
        costs += [
            run_measured([str(BIN / "papermill"), str(NOTEBOOK), str(output), *parameters], cwd=ROOT),
            run_measured([str(BIN / "jupyter"), "nbconvert", "--to", "html", str(output)], cwd=ROOT),
        ]
    return _total(costs) / count


def _total(costs: list[Cost]) -> Cost:
    return Cost(
        wall=sum(cost.wall for cost in costs),
        cpu=sum(cost.cpu for cost in costs),
        largest=max(cost.largest for cost in costs),
        together=max(cost.together for cost in costs),
    )


def _contender(project: Project, way: str, count: int, jobs: int) -> Cost:
    project.forget()
    command = [sys.executable, "-m", "tests.bench.contender", way, str(project.folder), str(count), str(jobs)]
    return run_measured(command, cwd=ROOT)


def _runner(project: Project, count: int, *, jobs: int) -> Cost:
    return _contender(project, "runner", count, jobs) / count


def _warm(project: Project, count: int) -> Cost:
    """Only the seconds that the process itself has counted: imports and its first report are left out."""
    whole = _contender(project, "warm", count, 1)
    seconds = json.loads((project.folder / "warm.json").read_text(encoding="utf-8"))
    mean = sum(seconds) / len(seconds)
    return Cost(wall=mean, cpu=mean, largest=whole.largest, together=whole.together)


def _r_markdown(project: Project, count: int) -> Cost | None:
    """The same data, far less work: a regression with robust errors and five plots; None without R."""
    if shutil.which("Rscript") is None or shutil.which("pandoc") is None:
        return None
    source = project.folder / "report.Rmd"
    shutil.copy(Path(__file__).with_name("report.Rmd"), source)
    _write_gains(project)
    costs = []
    for region in project.regions[:count]:
        render = (
            f"rmarkdown::render('{source}', output_file='{region}_r.html', quiet=TRUE, "
            f"params=list(region='{region}', data='{project.folder / 'gains.csv'}'))"
        )
        try:
            costs.append(run_measured(["Rscript", "-e", render], cwd=project.folder))
        except RuntimeError:  # R without the package rmarkdown
            return None
    return _total(costs) / count


def _write_gains(project: Project) -> None:
    """What the R report reads: one row per person and course."""
    from asn_research.ingest.store import open_region
    from asn_research.measures.score import measure_gains

    data = open_region(
        project.regions[0],
        period=PERIOD,
        raw=Path(project.given["raw"]),
        processed=Path(project.given["processed"]),
    )
    gains = measure_gains(data.tables, competency="technical_skill", source="test")
    gains.to_csv(project.folder / "gains.csv", index=False)
