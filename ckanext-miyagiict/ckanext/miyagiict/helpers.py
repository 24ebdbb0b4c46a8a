"""Template helpers: words in the visitor's language, and CKAN's own helpers where they do not know Japanese or our fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import has_request_context
from markupsafe import Markup, escape

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import SearchError

from .catalogue import live
from .catalogue.organizations import KNOWN_GROUPS
from .catalogue.titles import english_tag, english_title
from .harvest.options import described
from .packages.areas import english_area
from .packages.metadata import FREQUENCIES, FREQUENCY_BASE, LANGUAGE_BASE
from .pages import kpi_sparkline, kpi_words, licence_words, table, units, words

__all__ = [
    "dataset_display_name", "datastore_dictionary", "get_translated", "humanize_entity_type", "linked_user", "markdown_extract",
    "miyagiict_account_state", "miyagiict_age_state", "miyagiict_amount", "miyagiict_area", "miyagiict_breakable", "miyagiict_cell",
    "miyagiict_date", "miyagiict_descriptor", "miyagiict_editions", "miyagiict_first_rows", "miyagiict_fiscal_year",
    "miyagiict_frequencies", "miyagiict_frequency", "miyagiict_group", "miyagiict_group_description",
    "miyagiict_harvest_options", "miyagiict_in_japanese", "miyagiict_language", "miyagiict_last_change", "miyagiict_latest",
    "miyagiict_lead", "miyagiict_licence", "miyagiict_licence_use", "miyagiict_moment", "miyagiict_naming_column", "miyagiict_number",
    "miyagiict_organization", "miyagiict_other_language", "miyagiict_page_addresses", "miyagiict_pager", "miyagiict_percent",
    "miyagiict_period", "miyagiict_place", "miyagiict_plans", "miyagiict_rows", "miyagiict_sparkline", "miyagiict_tables_and_rows",
    "miyagiict_tag", "miyagiict_terms", "miyagiict_text", "miyagiict_time", "miyagiict_type", "miyagiict_unit", "render_datetime",
    "resource_display_name",
]

_JAPANESE = re.compile(r"[ぁ-ヿ㐀-鿿々]")
_BEFORE_KATAKANA = re.compile(r"(?<=[^\sァ-ヺー・])(?=[ァ-ヺ])")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE_NAMES = {"JPN": {"ja": "日本語", "en": "Japanese"}, "ENG": {"ja": "英語", "en": "English"}}
_FREQUENCIES_EN = {
    "NEVER": "not updated", "IRREG": "irregular", "ANNUAL": "once a year", "ANNUAL_2": "twice a year", "QUARTERLY": "four times a year",
    "MONTHLY": "monthly", "WEEKLY": "weekly", "DAILY": "daily", "CONT": "continuously", "UNKNOWN": "unknown", "AS_NEEDED": "when needed",
}
_ACCOUNT_STATES = {"active": ("有効", "active"), "deleted": ("無効", "deactivated"), "pending": ("手続き中", "pending")}

#: So many rows of a table stand in its page itself.
_FIRST_ROWS = 20

#: Where CKAN asks what groups are called.
_CATEGORIES = ("breadcrumb", "content tab", "facet label", "main nav", "page title")


def miyagiict_text(japanese: str, english: str) -> str:
    """One of two texts, by the language of the page."""
    return japanese if _language() == "ja" else english


def miyagiict_date(value: Any) -> str:
    """A day in words."""
    return words.date_words(value, _language())


def miyagiict_time(start: Any, end: Any, precision: str | None) -> str:
    """A time as exactly as it is known."""
    return words.time_words(start, end, precision, _language())


def miyagiict_moment(text: str) -> str:
    """A day, or a time as CKAN keeps it (UTC, without saying so), for the ``datetime`` of a ``<time>``: reading it gives the day shown."""
    try:
        is_utc = "T" in text and datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        is_utc = False
    return f"{text[:19]}Z" if is_utc else text


def miyagiict_fiscal_year(year: Any) -> str:
    """A fiscal year by both its names."""
    return words.fiscal_year_words(year, _language())


def miyagiict_account_state(state: str) -> str:
    """What a user's account is, for the word that the database has for it."""
    japanese, english = _ACCOUNT_STATES.get(state, (state, state))
    return miyagiict_text(japanese, english)


def miyagiict_licence_use(licence_id: str | None) -> str:
    """What a licence lets people do."""
    return licence_words.use_words(licence_id, _language())


def miyagiict_editions(dataset: dict[str, Any], resource: dict[str, Any]) -> dict[str, str]:
    """Addresses of a table: ``csv``, ``spreadsheet``, ``json``, ``schema``; nothing where a resource is no table."""
    if resource.get("spreadsheet_url"):
        keys = {"csv": "url", "spreadsheet": "spreadsheet_url", "json": "json_url", "schema": "table_schema_url"}
        return {form: resource.get(key) or "" for form, key in keys.items()}
    if not resource.get("datastore_active") or resource.get("package_path"):
        return {}
    return {form: _package_address(dataset, path) for form, path in live.paths(resource["id"]).items()}


def miyagiict_descriptor(dataset: dict[str, Any]) -> str:
    """Address of a dataset's ``datapackage.json``; empty where it has no table."""
    has_table = any(resource.get("datastore_active") for resource in dataset.get("resources", ()))
    return _package_address(dataset, "datapackage.json") if has_table else ""


def _package_address(dataset: dict[str, Any], path: str) -> str:
    return str(tk.h.url_for("miyagiict_datapackage.file", name=dataset["name"], path=path, qualified=True, locale="default"))


def miyagiict_terms(dataset: dict[str, Any], resource: dict[str, Any] | None = None) -> licence_words.Terms:
    """Under what a dataset may be used, or one of its files."""
    return licence_words.terms(dataset, resource)


def miyagiict_licence(licence_id: str) -> dict[str, str]:
    """A licence's ``title`` in the page's language, and its ``url`` (which may be empty)."""
    licence = model.Package.get_license_register().get(licence_id)
    return {"title": tk._(licence.title), "url": licence.url or ""} if licence else {"title": licence_id, "url": ""}


def miyagiict_pager(page: Any, **parameters: Any) -> Markup:
    """Links to the pages of a list; CKAN's own arrows have no words that a screen reader could say."""
    words = {"symbol_previous": miyagiict_text("前へ", "Previous"), "symbol_next": miyagiict_text("次へ", "Next")}
    return page.pager(**words, **parameters)


def miyagiict_period(dataset: Mapping[str, Any]) -> str:
    """The period of a dataset, empty where it has none."""
    periods = dataset.get("temporal_coverage") or []
    return words.period_words(periods[0].get("start"), periods[0].get("end"), _language()) if periods else ""


def miyagiict_naming_column(resource_id: str) -> str:
    """The column of a table that says what a row is about."""
    return table.naming_column([column["id"] for column in tk.h.datastore_dictionary(resource_id)])


def miyagiict_first_rows(resource_id: str) -> dict[str, Any]:
    """The beginning of a table, for those who read it without a script or on paper: ``records``, and ``total`` of all rows."""
    return _ask("datastore_search", {"resource_id": resource_id, "limit": _FIRST_ROWS, "sort": "_id"}, {"records": [], "total": 0})


def miyagiict_number(value: Any) -> str:
    """Digits in groups of three."""
    return words.number_words(value)


def miyagiict_amount(value: Any, unit: str) -> str:
    """A number with its unit."""
    return kpi_words.amount_words(value, unit, _language())


def miyagiict_unit(unit: str) -> str:
    """A unit in the page's language."""
    return units.unit_name(unit, _language())


def miyagiict_percent(share: float | None) -> str:
    """A share (0.5) in per cent."""
    return kpi_words.percent_words(share)


def miyagiict_sparkline(kpi: Mapping[str, Any]) -> Markup:
    """How a KPI went, in a row of a list; numbers alone, so nothing in it has to be escaped."""
    return Markup(kpi_sparkline.sparkline(kpi))  # noqa: S704


def miyagiict_cell(value: Any, column: Mapping[str, Any]) -> str:
    """A cell of a table for people: years, dates, yes and no, numbers, lists."""
    if value in (None, ""):
        return ""
    if column["type"] == "bool":
        return miyagiict_text("はい", "yes") if value else miyagiict_text("いいえ", "no")
    if column["name"].endswith("fiscal_year"):
        return miyagiict_fiscal_year(value)
    if column["name"].endswith("_year") and column["type"] != "text":
        return miyagiict_text(f"{value}年", str(value))
    if column["type"] == "date":
        return miyagiict_date(value)
    return str(value).replace(";", miyagiict_text("、", ", ")) if isinstance(value, str) else words.number_words(value)


def miyagiict_place(row: Mapping[str, Any]) -> str:
    """Lines and page of a row in its document."""
    return words.place_words(row.get("source_lines"), row.get("source_page"), _language())


def miyagiict_lead(text: str | None) -> tuple[str, str]:
    """The first sentence of a description, and the rest."""
    return words.first_sentence(text)


def miyagiict_rows(dataset: Mapping[str, Any]) -> tuple[int, int]:
    """Number of tables and of their rows in a dataset, without those that left it."""
    tables = [entry for entry in dataset.get("resources") or [] if entry.get("datastore_active") and not entry.get("withdrawn")]
    return len(tables), sum(int(entry.get("row_count") or 0) for entry in tables)


def miyagiict_type(type: str) -> str:
    """A column's type in words."""
    return words.column_type(type, _language())


def miyagiict_frequency(uri: str | None) -> str:
    """An update frequency in words."""
    code = (uri or "").removeprefix(FREQUENCY_BASE)
    return (FREQUENCIES if _language() == "ja" else _FREQUENCIES_EN).get(code, "")


def miyagiict_last_change(dataset: Mapping[str, Any]) -> str:
    """When a dataset changed: at its source where that is known, for collecting it makes nothing newer; else in the catalogue."""
    return dataset.get("modified") or dataset.get("metadata_modified") or ""


def miyagiict_age_state(dataset: Mapping[str, Any]) -> str:
    """``fresh``, ``due``, ``overdue``, ``delinquent``, or empty where no frequency is promised."""
    code = (dataset.get("frequency") or "").removeprefix(FREQUENCY_BASE)
    return words.age_state(code, miyagiict_last_change(dataset), date.today())


def miyagiict_frequencies(field: dict[str, Any]) -> list[dict[str, Any]]:
    """Choices of the field ``frequency``: EU address → words."""
    return [{"value": FREQUENCY_BASE + code, "label": label} for code, label in FREQUENCIES.items()]


def miyagiict_harvest_options() -> list[dict[str, Any]]:
    """What the options of a harvest source can say, for its form (``harvest.options.described``)."""
    return described()


def miyagiict_language(uri: str) -> str:
    """Name of a language by its EU address; the address itself where it is not known."""
    names = _LANGUAGE_NAMES.get(uri.removeprefix(LANGUAGE_BASE), {})
    return names.get(_language()) or uri


def miyagiict_area(name: str) -> str:
    """The name of an area, on English pages its English one where we know it."""
    return name if _language() == "ja" else english_area(name) or name


def miyagiict_organization(organization: Mapping[str, Any]) -> str:
    """The title of an organization; its English one is asked for only on English pages."""
    title = organization.get("title") or organization.get("name") or ""
    return title if _language() == "ja" else english_title("organization", organization["id"]) or title


def miyagiict_group(group: Mapping[str, Any]) -> str:
    """The title of a category; its English one is asked for only on English pages."""
    title = group.get("title") or group.get("display_name") or group.get("name") or ""
    return title if _language() == "ja" else english_title("group", group["id"]) or title


def miyagiict_group_description(group: Mapping[str, Any]) -> str:
    """What a category is; in English where the text is still that of our list."""
    said, known = group["description"], KNOWN_GROUPS.get(group["name"], {})
    return miyagiict_text(said, known["description_en"]) if said == known.get("description") else said


def miyagiict_tag(name: str) -> str:
    """A tag, on English pages by its English name where we know it."""
    return name if _language() == "ja" else english_tag(name) or name


def miyagiict_in_japanese(text: str | None) -> Markup:
    """The attribute that tells a screen reader of Japanese on a page in another language; nothing elsewhere."""
    return Markup(' lang="ja"' if _language() != "ja" and _JAPANESE.search(text or "") else "")


def miyagiict_breakable(title: str) -> Markup:
    """A title in which a line may end before a katakana word, and (by the style sheet) nowhere else."""
    return Markup(_BEFORE_KATAKANA.sub("<wbr>", str(escape(title))))  # noqa: S704


def miyagiict_tables_and_rows(tables: int, rows: int) -> str:
    """How many tables and rows; rows are left out where none are counted."""
    if _language() == "ja":
        return f"{tables}表" + (f"・{words.number_words(rows)}行" if rows else "")
    return f"{tables} table{'s' * (tables != 1)}" + (f", {words.number_words(rows)} row{'s' * (rows != 1)}" if rows else "")


def miyagiict_plans() -> list[dict[str, Any]]:
    """The plans that the visitor may see, the latest first."""
    return _ask("miyagiict_plan_list", {})


def miyagiict_latest(count: int = 5) -> list[dict[str, Any]]:
    """The datasets that changed last."""
    return _ask("package_search", {"rows": count, "sort": "metadata_modified desc", "facet": "false"}, {"results": []})["results"]


def miyagiict_other_language() -> dict[str, str]:
    """The same page in the other language: its code, its name in itself, its address."""
    code, name = ("en", "English") if _language() == "ja" else ("ja", "日本語")
    return {"code": code, "name": name, "url": tk.h.url_for(tk.h.current_url(), locale=_locale(code))}


def miyagiict_page_addresses() -> dict[str, str]:
    """Language → the one full address of this page in it; ``/ja/…`` is the same page as the one without."""
    return {code: tk.h.url_for(tk.h.current_url(), locale=_locale(code), qualified=True) for code in ("ja", "en")}


@tk.chained_helper
def get_translated(original: Callable[..., Any], data_dict: dict[str, Any], field: str) -> Any:
    """Our datasets and resources carry their English in fields of its own (``title_en``), organizations and groups in an extra."""
    if field == "title" and _language() == "en" and data_dict.get("type") in ("organization", "group"):
        return english_title(data_dict["type"], data_dict["id"]) or original(data_dict, field)
    return _english(data_dict, field) or original(data_dict, field)


@tk.chained_helper
def datastore_dictionary(original: Callable[..., list[dict[str, Any]]], *arguments: Any, **options: Any) -> list[dict[str, Any]]:
    """The columns of a table, on English pages described in English."""
    return [_in_english(column) for column in original(*arguments, **options)]


@tk.chained_helper
def dataset_display_name(original: Callable[..., str], package_or_package_dict: Any) -> str:
    """The English title on English pages."""
    return _english(package_or_package_dict, "title") or original(package_or_package_dict)


@tk.chained_helper
def resource_display_name(original: Callable[..., str], resource_dict: dict[str, Any]) -> str:
    """The English name on English pages."""
    return _english(resource_dict, "name") or original(resource_dict)


@tk.chained_helper
def humanize_entity_type(original: Callable[..., str | None], entity_type: str, object_type: str, purpose: str) -> str | None:
    """CKAN's groups are the catalogue's categories."""
    if (entity_type, object_type) == ("group", "group") and purpose in _CATEGORIES:
        return miyagiict_text("分類", "Categories")
    return original(entity_type, object_type, purpose)


@tk.chained_helper
def linked_user(original: Callable[..., Any], user: Any, maxlength: int = 0, avatar: int = 20) -> Any:
    """The site's own user, by whom packages and harvested datasets are written, has no page and a technical name."""
    writer = user if isinstance(user, model.User) else model.User.get(str(user))
    if writer and writer.name == tk.config["ckan.site_id"]:
        return miyagiict_text("このサイトの自動処理", "This site's automatic process")
    return original(writer or user, maxlength, avatar)


@tk.chained_helper
def markdown_extract(original: Callable[..., str], text: str, extract_length: int = 190) -> str:
    """CKAN cuts at blanks, and Japanese has none."""
    return words.extract(text, extract_length)


@tk.chained_helper
def render_datetime(
    original: Callable[..., str], datetime_: Any, date_format: str | None = None, with_hours: bool = False, with_seconds: bool = False
) -> str:
    """CKAN puts the parts of a Japanese time in the order of English, and writes an English day otherwise than we do."""
    if date_format or (_language() != "ja" and (with_hours or with_seconds)):
        return original(datetime_, date_format=date_format, with_hours=with_hours, with_seconds=with_seconds)
    try:
        local = datetime.strptime(original(datetime_, date_format="%Y-%m-%d %H:%M"), "%Y-%m-%d %H:%M")
    except ValueError:  # no time: CKAN answers with an empty text
        return ""
    return words.date_time_words(local, "ja") if with_hours or with_seconds else words.date_words(local, _language())


def _language() -> str:
    """The page's language; outside a page (commands, jobs) the site's own."""
    return tk.h.lang() if has_request_context() else tk.config.get("ckan.locale_default") or "ja"


def _locale(code: str) -> str:
    """A language as CKAN's addresses have it: the site's own is not named in them."""
    return "default" if code == tk.config["ckan.locale_default"] else code


def _english(data: Any, field: str) -> str:
    return data.get(f"{field}_en") or "" if _language() == "en" and isinstance(data, Mapping) else ""


def _in_english(column: dict[str, Any]) -> dict[str, Any]:
    """On English pages the English heading, description and unit, as far as the table has them.

    Where there is no English heading, the column's name in words stands for it, with the Japanese heading as ``label_ja``.
    """
    if _language() == "ja":
        return column
    info = dict(column.get("info") or {})
    heading = info.get("label") or ""
    if label := _english(column, "title"):
        info["label"] = label
    elif _JAPANESE.search(heading) and _IDENTIFIER.fullmatch(column["id"]):
        info |= {"label": column["id"].replace("_", " "), "label_ja": heading}
    if notes := _english(column, "description"):
        info["notes"] = notes
    return {**column, "info": info, "unit": _english(column, "unit") or column.get("unit") or ""}


def _ask(action: str, question: dict[str, Any], otherwise: Any = ()) -> Any:
    """An action's answer; a home page without its search index is still a home page."""
    try:
        return tk.get_action(action)({}, question)
    except (SearchError, tk.NotAuthorized):
        return otherwise
