"""Older kinds of workbooks read on trial, in a process of its own with little memory and time.

Nothing comes back but whether it went well: what the reader does with the same bytes once more is known then.
"""

from __future__ import annotations

import subprocess
import sys
from enum import IntEnum
from pathlib import Path
from typing import Final

from asn_research.ingest.files import limit


class Ending(IntEnum):
    """How the reading on trial ended."""

    WELL = 0
    PROTECTED = 10
    DAMAGED = 11
    EXHAUSTED = 12


_SCRIPT: Final = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({limit.TRIAL_MEMORY},) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, ({limit.TRIAL_SECONDS},) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
try:
    with CalamineWorkbook.from_path(sys.argv[1]) as workbook:
        for number in range(len(workbook.sheet_names)):
            sheet = workbook.get_sheet_by_index(number)
            if sheet.total_height * max(1, sheet.total_width) > {limit.MAXIMUM_CELLS}:
                sys.exit({int(Ending.EXHAUSTED)})
            sheet.to_python(skip_empty_area=False)
except PasswordError:
    sys.exit({int(Ending.PROTECTED)})
except (CalamineError, OSError, ValueError):
    sys.exit({int(Ending.DAMAGED)})
except MemoryError:
    sys.exit({int(Ending.EXHAUSTED)})
"""


def try_reading(path: Path) -> Ending:
    """Read a workbook in another process that may take little, and say how that ended."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-P", "-c", _SCRIPT, str(path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=limit.TRIAL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Ending.EXHAUSTED
    if done.returncode in set(Ending):
        return Ending(done.returncode)
    return Ending.DAMAGED if done.returncode == 1 else Ending.EXHAUSTED
