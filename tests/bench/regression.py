"""Time and memory of the gain regression on a million people."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import TextIO

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from asn_research.models.gain import fit_gain
from asn_research.models.regression import fit_ols
from asn_research.models.result import Fit

N_ROWS, N_CLUSTERS, ROUNDS = 1_000_000, 15_000, 3
FORMULA = "gain ~ C(method, contr.treatment('lecture')) + participation_share"


def people(n_rows: int, n_clusters: int) -> pd.DataFrame:
    """Simulated people in batches; methods belong to batches."""
    rng = np.random.default_rng(1)
    batch = rng.integers(0, n_clusters, n_rows)
    method = np.array(["lecture", "simulation", "blended"])[batch % 3]
    share = rng.uniform(0.3, 1.0, n_rows)
    pre = rng.normal(60, 10, n_rows)
    post = pre + 5 + 10 * share + rng.normal(0, 2, n_clusters)[batch] + rng.normal(0, 5, n_rows)
    columns = {"pre": pre, "post": post, "gain": post - pre, "method": method, "participation_share": share}
    return pd.DataFrame({**columns, "batch": batch})


def best_time(call: Callable[[], object]) -> float:
    """The shortest of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(frame: pd.DataFrame, vcov: str) -> Fit:
    return fit_ols(FORMULA, frame, vcov=vcov, clusters="batch")


def gain(frame: pd.DataFrame, vcov: str) -> Fit:
    return fit_gain(frame, clusters="batch", vcov=vcov)


def theirs(frame: pd.DataFrame) -> object:
    formula = FORMULA.replace("contr.treatment('lecture')", "Treatment('lecture')")
    return smf.ols(formula, frame).fit(cov_type="cluster", cov_kwds={"groups": frame["batch"]}).bse


def main(out: TextIO = sys.stdout) -> int:
    """Print times and ratios; 1 when CR1 is slower than statsmodels or CR2 than five times CR1."""
    warnings.simplefilter("ignore")
    frame = people(N_ROWS, N_CLUSTERS)
    reference = best_time(lambda: theirs(frame))
    times = {kind: best_time(lambda kind=kind: ours(frame, kind)) for kind in ("CR1", "CR2")}
    gains = {kind: best_time(lambda kind=kind: gain(frame, kind)) for kind in ("CR1", "CR2")}
    print(f"{N_ROWS:,} rows in {N_CLUSTERS:,} clusters, shortest of {ROUNDS} rounds, in seconds", file=out)
    print(f"statsmodels, clustered   {reference:6.2f}", file=out)
    for name, found in (("fit_ols", times), ("fit_gain", gains)):
        for kind, seconds in found.items():
            print(
                f"{name + ', ' + kind:24s} {seconds:6.2f}  {seconds / reference:5.2f} × statsmodels", file=out
            )
        print(f"{name}, CR2 / CR1       {found['CR2'] / found['CR1']:6.2f}", file=out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = frame.memory_usage().sum() / 2**20
    print(f"peak memory              {peak:6.0f} MB, of which the data {size:.0f} MB", file=out)
    kept = times["CR1"] <= reference and times["CR2"] <= 5 * times["CR1"]
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
