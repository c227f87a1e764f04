"""axe-core and Lighthouse, installed by npm as package-lock.json says, outside of the project."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

HERE = Path(__file__).parent


class ToolError(Exception):
    """Why a tool is not there."""


def install(tool: str) -> Path:
    """The ``node_modules`` with ``axe`` or ``lighthouse``, installed at first use.

    Raises
    ------
    ToolError
        If npm is missing or cannot fetch it.
    """
    lock = hashlib.sha256((HERE / tool / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = user_cache_path("asn_research") / "browser" / f"{tool}-{lock}"
    if (folder / "node_modules").is_dir():
        return folder / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise ToolError(f"npm is not installed; it fetches {tool}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / tool / name, Path(made) / name)
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise ToolError(f"npm could not fetch {tool}: {done.stderr.strip()[-300:]}")
        with contextlib.suppress(OSError):  # another process was first
            Path(made).rename(folder)
    return folder / "node_modules"


def axe_script() -> str:
    """The script of axe-core."""
    return (install("axe") / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def run_lighthouse(address: str, chromium: str) -> dict[str, float]:
    """Lighthouse's scores (0 to 100) of a page at an address, by category."""
    program = install("lighthouse") / "lighthouse" / "cli" / "index.js"
    flags = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
    done = subprocess.run(
        ["node", str(program), address, "--output=json", "--quiet", f"--chrome-flags={flags}",
         "--only-categories=accessibility,best-practices,performance"],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "CHROME_PATH": chromium},
    )  # fmt: skip
    if done.returncode:
        raise ToolError(f"Lighthouse failed: {done.stderr.strip()[-600:]}")
    report = json.loads(done.stdout)
    return {name: 100 * category["score"] for name, category in report["categories"].items()} | {
        f"{name}: {audit['title']}": audit["score"]
        for name, category in report["categories"].items()
        for reference in category["auditRefs"]
        if (audit := report["audits"][reference["id"]])["score"] is not None
        and audit["score"] < 0.9
        and reference["weight"]
    }
