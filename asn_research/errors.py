"""Every exception and warning of the project, one sentence each.

An error is data first: it carries the problems it found, all of them, each with what was found, where, what
was expected and what to do. The text that a person reads is made from these fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the intake something stands: file, sheet and cell, as far as they are known."""

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        return " › ".join(part for part in (self.file, self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, an English sentence, the place and the remedy.

    ``fields`` holds the values that a translated message of the same ``code`` is filled with.
    """

    code: str
    message: str
    place: Place = Place()
    remedy: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        where = str(self.place)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.remedy}".rstrip()


class AsnResearchError(Exception):
    """Base of all errors of this project."""

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(code="error", message=problems)
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[AsnResearchError], tuple[tuple[Problem, ...]]]:
        """Carry the problems, not only their text, from one process to another."""
        return type(self), (self.problems,)


class RegionError(AsnResearchError):
    """A region folder or its region.toml is missing, incomplete or contradictory."""


class RuleError(AsnResearchError):
    """A dated rule file has no version for the date asked for."""


class IntakeError(AsnResearchError):
    """A raw file cannot be read, or a required table is missing."""


class RowConservationError(AsnResearchError):
    """Rows in differ from accepted + corrected + quarantined + duplicates; the program stops."""


class StoreError(AsnResearchError):
    """Processed tables are missing, incomplete or were changed by hand."""


class KeyFileError(AsnResearchError):
    """The pseudonym key is missing, malformed or readable by others."""


class ParameterError(AsnResearchError):
    """A report parameter is unknown or of the wrong type."""


class ReportError(AsnResearchError):
    """A report could not be executed, checked or published."""


class LocationError(AsnResearchError):
    """Files at a URL cannot be listed, read or written."""


class ClusterError(AsnResearchError):
    """A cluster does not answer, or its workers would not make the same reports."""


class FullDiskError(AsnResearchError):
    """A disk or a quota is full; nothing under a final name was changed."""


class HeldError(AsnResearchError):
    """A folder cannot be held, most often because another run is working in it; nothing was done."""


class NoticeError(AsnResearchError):
    """A notice has no sound address, or did not reach one."""


class EstimationError(AsnResearchError):
    """Base of what an estimator refuses; ``reason`` is the value printed in findings.json."""

    reason: ClassVar[str] = "not_estimable"


class InputError(EstimationError, ValueError):
    """An argument is of the wrong kind, shape or range."""

    reason = "invalid_input"


class TooFewObservationsError(EstimationError):
    """There are fewer observations than the quantity needs."""

    reason = "too_few_observations"


class TooFewClustersError(EstimationError):
    """There are fewer clusters than inference needs."""

    reason = "too_few_clusters"


class NoVariationError(EstimationError):
    """A variable that must vary is constant."""

    reason = "no_variation"


class SingularDesignError(EstimationError):
    """Regressors are collinear, so the coefficients are not identified."""

    reason = "singular_design"


class ConvergenceError(EstimationError):
    """An iterative estimator did not converge."""

    reason = "no_convergence"


class CircularOutcomeError(EstimationError):
    """The outcome contains the treatment by construction, as IP-ASN contains training hours."""

    reason = "circular_outcome"


class NoOverlapError(EstimationError):
    """Treated and untreated units do not overlap in their covariates."""

    reason = "no_overlap"


class AsnResearchWarning(UserWarning):
    """Base of all warnings of this project."""


class FewClustersWarning(AsnResearchWarning):
    """So few clusters that cluster-robust inference is fragile."""


class FewTreatedClustersWarning(AsnResearchWarning):
    """So few clusters are treated that cluster-robust tests over-reject."""


class HighLeverageWarning(AsnResearchWarning):
    """A few observations or clusters carry much of an estimate."""


class BoundaryWarning(AsnResearchWarning):
    """A variance component was estimated at zero."""
