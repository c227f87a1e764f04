"""Small regions and thin notebooks, for tests of where reports are made rather than of what is in them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat

from asn_research.findings.answer import answer_question
from asn_research.findings.catalogue import QUESTIONS
from asn_research.ingest.store import open_region
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE
from asn_research.simulation.scale import write_regions

PERIOD = "2025"
REGIONS = ("region_001", "region_002")
WATCH = "ASN_TEST_WATCH"
"""Environment variable: a folder in which reports say that they have begun, and then wait for a go."""

_SHOW = """\
import json, os, time
from pathlib import Path
from IPython.display import display

project = Path(os.environ.get("ASN_RESEARCH_HOME", "."))
source = Path(raw or project / "data" / "raw") / region / (period or "")
clean = Path(processed or project / "data" / "processed") / region / (period or "") / "intake.json"
rows = json.loads(clean.read_text())["totals"]["rows"]
files = sorted(path.name for path in source.iterdir())
stamp = {"asn_research": {"region": region, "period": period, "language": language}}
shown = f"<h1>{region}</h1><p>{rows}</p><p data-claims='exempt'>{files}</p>"
display({"text/html": shown}, raw=True, metadata=stamp)
"""
_WAIT = f"""\
watch = os.environ.get("{WATCH}")
if watch:
    (Path(watch) / region).touch()
    while not (Path(watch) / "go").exists():
        time.sleep(0.05)
"""
_FINDINGS = """\
display({"MIMETYPE": json.loads(RECORDS)[region]}, raw=True, metadata=stamp)
"""
_ACROSS = """\
import os
from pathlib import Path
from IPython.display import display

published = Path(reports or Path(os.environ["ASN_RESEARCH_HOME"]) / "reports")
found = sorted(path.parent.parent.name for path in published.glob("*/*/findings.json"))
stamp = {"asn_research": {"region": "cross_region", "period": "PERIOD", "language": language}}
display({"text/html": f"<h1>{len(found)}</h1><p data-claims='exempt'>{found}</p>"}, raw=True, metadata=stamp)
display({"MIMETYPE": []}, raw=True, metadata=stamp)
"""


def write_light_notebooks(folder: Path, raw: Path, regions: tuple[str, ...], scratch: Path) -> None:
    """Notebooks that read what intake made and show one finding; they load no data frames."""
    data = open_region(regions[0], period=PERIOD, raw=raw, processed=scratch)
    question = next(each for each in QUESTIONS if each.id == "learning_gain")
    found = answer_question(data, question)
    records = json.dumps({region: replace(found, region=region).as_records() for region in regions})
    shown = _FINDINGS.replace("MIMETYPE", FINDINGS_MIMETYPE).replace("RECORDS", repr(records))
    folder.mkdir(parents=True)
    across = _ACROSS.replace("MIMETYPE", FINDINGS_MIMETYPE).replace("PERIOD", PERIOD)
    sources = {
        "data_quality": _SHOW,
        "region_report": _SHOW + _WAIT + shown,
        "cross_region_report": across,
    }
    for name, source in sources.items():
        lines = ['region: str = ""', "period: str | None = None", 'language: str = "id"']
        lines += [f"{each}: str | None = None" for each in ("raw", "processed", "reports")]
        parameters = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["parameters"]})
        book = nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(source)])
        nbformat.write(book, folder / f"{name}.ipynb")


def write_light_project(folder: Path, *, regions: int) -> Path:
    """A project of simulated regions of sixty people with light notebooks."""
    raw = folder / "data" / "raw"
    write_regions(raw, regions=regions, people=60, seed=7)
    write_light_notebooks(folder / "notebooks", raw, REGIONS[:regions], folder / "scratch")
    return folder
