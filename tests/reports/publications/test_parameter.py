"""A report runs for exactly what was asked, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from asn_research.errors import ParameterError
from asn_research.reports.publications.parameter import check_declared, check_parameters, read_declared

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def notebook(source: str, *, tags: tuple[str, ...] = ("parameters",)) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": list(tags)})])


def test_defaults_are_indonesian_and_the_last_period() -> None:
    asked = check_parameters({"region": "kalianda"})
    assert (asked.language, asked.period) == ("id", None)
    assert asked.given() == {"region": "kalianda", "language": "id"}


def test_an_unknown_parameter_names_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"'regoin'.*Did you mean 'region'\?"):
        check_parameters({"region": "kalianda", "regoin": "bukittinggi"})


def test_an_unknown_parameter_without_a_neighbour_lists_what_there_is() -> None:
    with pytest.raises(ParameterError, match="region, period, language, raw, processed"):
        check_parameters({"region": "kalianda", "xyzzy": 1})


@pytest.mark.parametrize(
    ("name", "value"),
    [("region", 3), ("period", 2025), ("language", "fr"), ("language", "ID"), ("raw", False)],
)
def test_a_value_of_the_wrong_type_is_refused_not_converted(name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=name):
        check_parameters({"region": "kalianda", name: value})


def test_a_number_where_text_belongs_is_answered_with_how_to_hand_it_over() -> None:
    """papermill's -p makes a number of 2025; its -r leaves text as it is."""
    with pytest.raises(ParameterError, match=r"hand it as text: -r period 2025\."):
        check_parameters({"region": "kalianda", "period": 2025})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ParameterError) as caught:
        check_parameters({"period": 2025, "langauge": "id"})
    assert {problem.code for problem in caught.value.problems} == {
        "parameter_missing",
        "parameter_value",
        "parameter_unknown",
    }


def test_annotations_with_a_bar_are_read() -> None:
    """papermill's own reading (2.7) knows no ``|`` in an annotation."""
    declared = read_declared(notebook('region: str = "a"  # folder\nlimit: int | None = None  # seconds'))
    assert declared == {"region": "str", "limit": "int | None"}


@pytest.mark.parametrize("source", ['region = "a"', "n: int = 1 + 1", "import os", "n: int"])
def test_the_parameters_cell_holds_annotated_literals_only(source: str) -> None:
    with pytest.raises(ParameterError, match="annotated literal"):
        read_declared(notebook(source))


def test_a_notebook_without_a_parameters_cell_is_refused() -> None:
    with pytest.raises(ParameterError, match="found 0"):
        read_declared(notebook('region: str = "a"', tags=()))


def test_a_parameter_that_the_notebook_would_ignore_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"'perod'.*Did you mean 'period'"):
        check_declared(notebook('period: str = "2025"'), {"perod": "2024"}, name="a.ipynb")


def test_papermill_itself_lists_every_parameter_with_its_type_and_words() -> None:
    """Else it warns whoever calls it directly that a right parameter is unknown."""
    from papermill import inspect_notebook

    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        listed = inspect_notebook(path)
        declared = read_declared(book)
        assert {name: found["inferred_type_name"] for name, found in listed.items()} == declared, path.name
        assert all(found["help"] for found in listed.values()), path.name
