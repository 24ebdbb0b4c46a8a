"""Measures of the plans, what is linked to them, and ready questions to that chain."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ...chain import questions, showing
from ...search.names import has_all
from ...tracking import chain
from .. import schema_chain as schema
from ..language import language_of

__all__ = ["miyagiict_chain_question_list", "miyagiict_chain_question_show", "miyagiict_measure_list", "miyagiict_measure_show"]


@tk.side_effect_free
@tk.validate_action_data(schema.measure_list)
def miyagiict_measure_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Measures (施策) of the published plans, each once, the latest plan first.

    ``ckanapi action miyagiict_measure_list plan=miyagi-informatization-policy-2021 has_kpi=false``

    :param plan: package of the plan (optional)
    :param group: heading that the measure stands under, as printed (optional)
    :param department: in charge, as printed (optional)
    :param has_kpi: whether the plan prints a KPI for the measure itself (optional)
    :param q: words that name, number, group or department must have, all of them, as they are written or as they sound (optional)
    :param language: of words: ``ja`` or ``en`` (optional, default: the page's)
    :returns: measures: ``id``, ``plan``, ``plan_title``, ``plan_dataset``, ``number``, ``name``, ``groups``, ``departments``,
        ``start_year``, ``is_under_adjustment``, ``has_kpi_mark``, ``has_kpi``, ``kpis``, ``group_kpis`` and ``project_count`` (how many),
        ``source`` (place in print)
    """
    tk.check_access("miyagiict_measure_list", context, data_dict)
    known, reader = chain.chain(), chain.reader(language_of(data_dict))
    found = [
        showing.in_short(measure, known, reader)
        for measure in known.measures.values() if has_all(showing.texts(measure), data_dict.get("q") or "")
    ]
    for key, column in (("group", "groups"), ("department", "departments")):
        if wanted := data_dict.get(key):
            found = [measure for measure in found if wanted in measure[column]]
    if wanted := data_dict.get("plan"):
        found = [measure for measure in found if measure["plan"] == wanted]
    if data_dict.get("has_kpi") is not None:
        found = [measure for measure in found if measure["has_kpi"] == data_dict["has_kpi"]]
    return found


@tk.side_effect_free
@tk.validate_action_data(schema.measure_show)
def miyagiict_measure_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One measure and its chain: KPIs, projects, budgets and actual costs, marks; every link with its basis and where it is printed.

    ``ckanapi action miyagiict_measure_show id=policy2021-ki9``

    :param id: of the measure
    :param language: ``ja`` or ``en`` (optional)
    :returns: as in ``miyagiict_measure_list``, and ``kpis``, ``projects``, ``costs`` (million yen, of the projects' fields), ``previous``
        (items of the plan before), each with ``basis`` (``printed``, ``key``, ``same_name``), ``basis_text`` and ``link_place``;
        ``marks`` (legend), ``same_heading``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such measure
    """
    tk.check_access("miyagiict_measure_show", context, data_dict)
    known = chain.chain()
    measure = known.measures.get(data_dict["id"])
    if measure is None:
        raise tk.ObjectNotFound(tk._("その施策はありません。"))
    return showing.shown(measure, known, chain.reader(language_of(data_dict)))


@tk.side_effect_free
@tk.validate_action_data(schema.question_list)
def miyagiict_chain_question_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The ready questions to the chain of measures, KPIs, projects, costs and marks.

    ``ckanapi action miyagiict_chain_question_list``

    :param language: of words: ``ja`` or ``en`` (optional)
    :returns: questions: ``name``, ``title``, ``description``, ``rule``, ``filters`` (names)
    """
    tk.check_access("miyagiict_chain_question_list", context, data_dict)
    return questions.ask_list(language_of(data_dict))


@tk.side_effect_free
@tk.validate_action_data(schema.question_show)
def miyagiict_chain_question_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The answer to a ready question, from the plans as they are published now.

    Filters that the question does not have (see ``miyagiict_chain_question_list``) change nothing.

    ``ckanapi action miyagiict_chain_question_show name=cost-by-field fiscal_year=2016``

    :param name: of the question
    :param plan: package of the plan (optional)
    :param department: in charge, as printed (optional)
    :param field: as printed (optional)
    :param category: as printed (optional)
    :param mark: of evaluation, as printed (optional)
    :param fiscal_year: (optional)
    :param language: of words: ``ja`` or ``en`` (optional)
    :returns: ``name``, ``title``, ``description``, ``rule``, ``notes``, ``columns``, ``filters`` with their ``options``, ``rows``,
        ``total`` (rows without filters), ``empty`` (why there are no rows), ``bars``
    :raises ckan.plugins.toolkit.ObjectNotFound: no such question
    """
    tk.check_access("miyagiict_chain_question_show", context, data_dict)
    if data_dict["name"] not in questions.NAMES:
        raise tk.ObjectNotFound(tk._("その質問はありません。"))
    reader = chain.reader(language_of(data_dict))
    return questions.answer(data_dict["name"], chain.chain(), reader, {name: data_dict.get(name) for name in questions.FILTERS})
