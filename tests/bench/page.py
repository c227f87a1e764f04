"""The page ``docs/performance.md``, from what was measured and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.bench.runner import ONE, TWO, USUAL, WARM, R

TEXTS: Final = {
    "answering": "Answering all questions of a region, seconds of a processor",
    "reading": "Taking workbooks in",
    "regression": "The gain regression on a million people",
}
"""Benches that are programs of their own, with their headings."""

_TARGET_WALL: Final = 1 / 8
_TARGET_CPU: Final = 1.3
_TARGET_WARM: Final = 2.5
_TARGET_GROWTH: Final = 11.0
_TARGET_MEMORY: Final = 1_500.0
_TARGET_AGAIN: Final = 10.0
_HEAD: Final = """\
# Performance

Written by `make bench`; another machine gives other numbers, and much the same ratios. Seconds are those of
the wall and of all processors together (CPU), with every process that a way of working starts.
"""


def write_page(measured: Mapping[str, Any]) -> str:
    """The text of the page."""
    parts = [_HEAD]
    if "runner" in measured:
        parts.append(_runner(measured["runner"]))
    parts.append(_scale(measured.get("scale", {})))
    for part, heading in TEXTS.items():
        if part in measured:
            found = measured[part]
            held = "Its targets hold." if found["held"] else "ITS TARGETS: ONE DOES NOT HOLD."
            parts.append(f"## {heading}\n\n{_machine(found)} {held}\n\n```\n{found['text']}```\n")
    return "\n".join(parts)


def _machine(found: Mapping[str, Any]) -> str:
    machine = found["machine"]
    busy = (
        " It was busy with other work: seconds of the wall are too many, and unevenly so between the ways;"
        " seconds of processors are somewhat too many."
        if float(machine["load"]) > int(machine["cores"]) / 2
        else ""
    )
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory']} of memory, "
        f"{machine['system']}, Python {machine['python']}; load by other work at the start "
        f"{machine['load']}.{busy}"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _runner(found: Mapping[str, Any]) -> str:
    rows = found["rows"]
    usual, warm = rows[USUAL], rows[WARM]
    order = [name for name in (USUAL, ONE, TWO, WARM, R) if name in rows]
    table = _table(
        ["one region report", "wall s", "× usual", "CPU s", "× warm limit", "largest process MB", "all MB"],
        [
            [
                name,
                f"{rows[name]['wall']:.2f}",
                f"{rows[name]['wall'] / usual['wall']:.3f}",
                f"{rows[name]['cpu']:.2f}",
                f"{rows[name]['cpu'] / warm['cpu']:.2f}",
                f"{rows[name]['largest']:.0f}",
                f"{rows[name]['together']:.0f}",
            ]
            for name in order
        ],
    )
    two = rows[TWO]
    verdicts = [
        _verdict("wall time on two workers, of the usual way", two["wall"] / usual["wall"], _TARGET_WALL),
        _verdict("CPU, of the warm limit", min(two["cpu"], rows[ONE]["cpu"]) / warm["cpu"], _TARGET_CPU),
        _verdict("CPU seconds of the warm limit itself", warm["cpu"], _TARGET_WARM),
    ]
    note = "" if R in rows else "\nR or its package rmarkdown was not on this machine.\n"
    return f"""\
## One region report

The same notebook (`region_report.ipynb`), the same data, one language, answers computed anew every time.
{found["usual"]} reports in the usual way, {found["many"]} by the runner, whose start is shared out over them.
Rounds in which all ways took turns: {found["rounds"]}.

{_machine(found)}

{table}

The runner's rows contain the checks and the export of the page; the warm limit does not. R Markdown does far
less: one regression and five plots.
{note}
{chr(10).join(verdicts)}
"""


def _verdict(what: str, found: float, target: float) -> str:
    held = "holds" if found <= target else "DOES NOT HOLD"
    return f"- {what}: {found:.3f}, target at most {target:.3f}: {held}"


def _scale(found: Mapping[str, Any]) -> str:
    heading = "## Many regions, from raw files to the report across regions\n\n"
    if not found:
        return heading + "Not measured yet: `python -m tests.bench --parts --scale 51 514`.\n"
    rows = []
    for regions in sorted(found, key=int):
        run = found[regions]
        rows.append(
            [
                regions,
                f"{run['regions'] * run['people']:,}",
                f"{run['megabytes']:.0f}",
                f"{run['first']['wall']:.0f}",
                f"{run['first']['cpu']:.0f}",
                f"{run['first']['largest']:.0f}",
                f"{run['again']['wall']:.1f}",
                f"{run['again']['cpu']:.1f}",
                f"{run['one']['wall']:.1f}",
                run["machine"]["load"],
            ]
        )
    table = _table(
        ["regions", "people", "raw MB", "wall s", "CPU s", "largest process MB", "again, unchanged s",
         "its CPU s", "one region changed s", "load by other work"],
        rows,
    )  # fmt: skip
    return f"{heading}{_machine(next(iter(found.values())))}\n\n{table}\n\n{_growth(found)}\n"


def _growth(found: Mapping[str, Any]) -> str:
    if not {"51", "514"} <= set(found):
        return "The pair of 51 and 514 regions with three million people has not been measured in full yet."
    few, many, again = found["51"]["first"], found["514"]["first"], found["514"]["again"]
    verdicts = [
        _verdict(f"{name} of 514 regions, of that of 51", many[key] / few[key], _TARGET_GROWTH)
        for name, key in (("wall time", "wall"), ("CPU", "cpu"))
    ]
    verdicts += [
        _verdict("MB of the largest process", many["largest"], _TARGET_MEMORY),
        _verdict("seconds of a second run of 514 unchanged regions", again["wall"], _TARGET_AGAIN),
    ]
    note = (
        "A second run compares the hashes of all raw and all published files. It reads those that changed, "
        "and those that were written in the last minute of the first; of the others it remembers the hash "
        "as long as size, date and time of change stay the same. Where its CPU is far below its wall time, "
        "it waited for the disk."
    )
    return "\n".join([note, "", *verdicts])
