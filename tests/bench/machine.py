"""The machine that numbers were measured on, without names or places."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import psutil


def describe_machine() -> dict[str, str]:
    """Processor, cores, memory, systems; and how busy it was with other work."""
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": system,
        "python": platform.python_version(),
        "load": f"{psutil.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
