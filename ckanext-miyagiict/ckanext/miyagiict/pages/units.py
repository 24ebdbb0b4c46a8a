"""The units of KPIs in English: the printed ones, translated word by word. A unit with a word that is not here stays as printed."""

from __future__ import annotations

__all__ = ["unit_name"]

_ENGLISH = {
    "件": "items", "市町村": "municipalities", "市町": "cities and towns", "都道府県": "prefectures", "自治体": "local governments", "人": "people",
    "利用人数": "users", "人・団体": "people and bodies", "団体": "bodies", "法人": "corporations", "データセット": "datasets", "箇所": "places",
    "回": "times", "事業": "projects", "項目": "items", "種類": "kinds", "テーマ区分": "themes", "レイヤ": "layers", "円": "yen",
    "百万円": "million yen", "パーセント": "%", "%": "%", "ポイント": "points", "年度": "fiscal year", "年": "year", "月": "month", "日": "day",
}


def unit_name(unit: str, language: str) -> str:
    """A unit in the page's language: ``件/年度`` → items/fiscal year.

    :param unit: as the plan prints it; empty where there is none
    """
    if language == "ja":
        return unit
    parts = unit.split("/")
    return "/".join(_ENGLISH[part] for part in parts) if all(part in _ENGLISH for part in parts) else unit
