"""What the search is worth on the judged queries; benchmarks/search_quality.py prints the same beside stock CKAN."""

from __future__ import annotations

from typing import Any

import judged
import pytest


@pytest.fixture(scope="module")
def figures(corpus: Any) -> judged.Figures:
    with judged.configured(**corpus.settings):
        return judged.Figures([judged.ask(query) for query in judged.read_queries()])


def test_there_are_enough_queries() -> None:
    """At least 120, each asked once, judged with datasets that exist in the list."""
    queries = judged.read_queries()
    assert len(queries) >= 120
    assert len({query.q for query in queries}) == len(queries)
    assert all(query.musts for query in queries)


def test_judgements_name_datasets(corpus: Any) -> None:
    """A slip in a name would count as a miss for ever."""
    known = {dataset["name"] for dataset in corpus.datasets}
    judged_names = {name for query in judged.read_queries() for name in {*query.grades, *query.unwanted}}
    assert judged_names - known == set()


def test_few_queries_find_nothing(figures: judged.Figures) -> None:
    """The goal is below 5 %."""
    assert figures.zero_rate < 0.05


def test_the_best_comes_first(figures: judged.Figures) -> None:
    """The goal is nDCG@10 of 0.9."""
    assert figures.ndcg >= 0.9


def test_what_must_not_be_found_is_not(figures: judged.Figures) -> None:
    """避難場所 of another town, AED in a dataset about garbage."""
    assert {answer.query.q: answer.wrong for answer in figures.answers if answer.wrong} == {}


def test_the_figures_can_tell_bad_from_good() -> None:
    """A perfect answer is worth 1, an empty or wrong one 0, and a worse order less."""
    query = judged.Query("x", {"a": 3, "b": 1}, frozenset())
    worth = [judged.Answer(query, found, len(found)).ndcg for found in (("a", "b"), ("b", "a"), ("c",), ())]
    assert worth[0] == pytest.approx(1)
    assert worth[0] > worth[1] > worth[2] == worth[3] == 0
