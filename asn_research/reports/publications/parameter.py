"""What a report may be asked for, checked before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from asn_research.contract.vocabulary import nearest
from asn_research.errors import ParameterError, Place, Problem
from asn_research.language import Language

if TYPE_CHECKING:
    import nbformat

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
FOLDERS = ("raw", "processed", "reports")
"""Parameters that say where things lie, which is no part of what a report says."""


class ReportParameters(BaseModel):
    """The parameters of the product notebooks: names, types and defaults in one place.

    ``region`` is a folder below the raw data, ``period`` one of its periods (None: the last one), ``raw`` and
    ``processed`` the folders of raw and clean data, ``reports`` that of published reports (None: those of the
    project).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    region: str
    period: str | None = None
    language: Language = "id"
    raw: str | None = None
    processed: str | None = None
    reports: str | None = None

    def given(self) -> dict[str, Any]:
        """The values to hand to a notebook: all but the folders left to the project."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class CrossRegionParameters(BaseModel):
    """The parameters of the notebook across regions.

    ``reports`` is the folder of published reports (None: that of the project).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    language: Language = "id"
    reports: str | None = None

    def given(self) -> dict[str, Any]:
        """The values to hand to the notebook."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def check_cross_region_parameters(values: Mapping[str, Any]) -> CrossRegionParameters:
    """Check names and types of the parameters of the report across regions.

    Raises
    ------
    ParameterError
        With every unknown name, missing value and value of the wrong type.
    """
    try:
        return CrossRegionParameters.model_validate(dict(values))
    except ValidationError as error:
        known = tuple(CrossRegionParameters.model_fields)
        raise ParameterError([_problem(detail, known=known) for detail in error.errors()]) from error


def check_parameters(values: Mapping[str, Any]) -> ReportParameters:
    """Check names and types of report parameters.

    Raises
    ------
    ParameterError
        With every unknown name (naming the nearest known one), missing value and value of the wrong type.

    Examples
    --------
    >>> check_parameters({"region": "kalianda"}).language
    'id'
    """
    try:
        return ReportParameters.model_validate(dict(values))
    except ValidationError as error:
        known = tuple(ReportParameters.model_fields)
        raise ParameterError([_problem(detail, known=known) for detail in error.errors()]) from error


def _problem(detail: Any, *, known: tuple[str, ...]) -> Problem:
    name, place = str(detail["loc"][0]), Place()
    if detail["type"] == "extra_forbidden":
        hint = nearest(name, known)
        remedy = f"Did you mean {hint!r}?" if hint else f"Known parameters: {', '.join(known)}."
        fields = {"name": name, "known": ", ".join(known)}
        return Problem("parameter_unknown", f"there is no parameter {name!r}.", place, remedy, fields)
    if detail["type"] == "missing":
        fields = {"name": name}
        return Problem("parameter_missing", f"parameter {name!r} has no value.", place, "Give it.", fields)
    found = detail["input"]
    fields = {"name": name, "found": repr(found), "expected": detail["msg"]}
    as_text = detail["type"] == "string_type" and isinstance(found, int | float)
    remedy = f"With papermill, hand it as text: -r {name} {found}." if as_text else ""
    return Problem("parameter_value", f"{name}: {detail['msg']} (found {found!r}).", place, remedy, fields)


def read_declared(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Names and annotations of the one cell tagged ``parameters``, such as ``{"period": "str or None"}``.

    Annotations of more than a name stand in quotes: papermill's own reading, by which it lists and checks
    parameters for whoever calls it directly, knows no ``int | None``.

    Raises
    ------
    ParameterError
        If there is not exactly one such cell, or a line in it is not an annotated literal.
    """
    cells = [c for c in notebook.cells if PARAMETERS_TAG in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParameterError(
            Problem("parameter_cell", f"expected one cell tagged 'parameters', found {len(cells)}.")
        )
    declared: dict[str, str] = {}
    for line in ast.parse(cells[0].source).body:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and _is_literal(line)):
            text = ast.unparse(line)
            raise ParameterError(
                Problem(
                    "parameter_literal",
                    f"{text!r} is not an annotated literal.",
                    remedy="Write name: type = value.",
                )
            )
        quoted = line.annotation.value if isinstance(line.annotation, ast.Constant) else None
        declared[line.target.id] = quoted if isinstance(quoted, str) else ast.unparse(line.annotation)
    return declared


def _is_literal(line: ast.AnnAssign) -> bool:
    if line.value is None:
        return False
    try:
        ast.literal_eval(line.value)
    except ValueError:
        return False
    return True


def check_declared(notebook: nbformat.NotebookNode, values: Mapping[str, Any], *, name: str) -> None:
    """Check that a notebook declares every parameter it will be handed.

    Raises
    ------
    ParameterError
        With every value that the notebook would silently ignore.
    """
    declared = read_declared(notebook)
    problems = []
    for given in values:
        if given not in declared:
            hint = nearest(given, declared)
            remedy = f"Did you mean {hint!r}?" if hint else f"It declares: {', '.join(declared)}."
            message = f"the notebook does not declare the parameter {given!r}."
            problems.append(Problem("parameter_undeclared", message, Place(name), remedy, {"name": given}))
    if problems:
        raise ParameterError(problems)
