"""Under what licences something may be used, and what each lets people do, in one sentence.

Read off the licence's id (packages/licences.json), whose parts are Creative Commons' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Terms", "terms", "use_words"]

_UNKNOWN = ("", "notspecified")

_FREE = ("自由に使えます。出典の表示は必須ではありません。", "Free to use; naming the source is not required.")
_ASK = ("使う前に公表者に確かめてください。", "Ask the publisher before you use it.")
_WORDS: dict[frozenset[str], tuple[str, str]] = {
    frozenset(): ("出典を書けば、商用でも加工しても使えます。", "Free to use, also commercially and changed, if you name the source."),
    frozenset({"SA"}): (
        "出典を書けば、商用でも加工しても使えます。加工したものも同じライセンスで公開してください。",
        "Free to use, also commercially and changed, if you name the source and share what you make of it alike.",
    ),
    frozenset({"NC"}): (
        "営利目的では使えません。出典を書けば、加工して使えます。オープンデータではありません。",
        "Not for commercial use. May be changed if you name the source. Not open data.",
    ),
    frozenset({"NC", "SA"}): (
        "営利目的では使えません。出典を書けば加工して使えますが、加工したものも同じライセンスで公開してください。オープンデータではありません。",
        "Not for commercial use. May be changed if you name the source and share alike. Not open data.",
    ),
    frozenset({"ND"}): (
        "出典を書けば商用でも使えますが、加工したものは公開できません。オープンデータではありません。",
        "May be used commercially if you name the source, but not published in a changed form. Not open data.",
    ),
    frozenset({"NC", "ND"}): (
        "営利目的では使えず、加工したものは公開できません。オープンデータではありません。",
        "Not for commercial use, and not to be published in a changed form. Not open data.",
    ),
}
_SAY_CHANGES = (
    "出典を書けば、商用でも加工しても使えます。加工したときは、そのことも書いてください。",
    "Free to use, also commercially, if you name the source and say that you changed it.",
)


@dataclass(frozen=True)
class Terms:
    """Under what something may be used, as far as it is known.

    :param licences: ids of the catalogue's list; of a dataset several, where its files have different ones
    :param stated: what the source says where that is no one licence; empty where it is, or where nothing is said
    :param is_partly: whether some files have none of the licences
    """

    licences: tuple[str, ...] = ()
    stated: str = ""
    is_partly: bool = False


def terms(dataset: Mapping[str, Any], resource: Mapping[str, Any] | None = None) -> Terms:
    """Of a dataset, or of one of its files: a file's own licence comes first, and a dataset without one is under those of its files."""
    own = _known(dataset.get("license_id"))
    stated = dataset.get("license_stated") or ""
    if resource is not None:
        licence = _known(resource.get("license")) or (own if not resource.get("license_stated") else "")
        return Terms((licence,)) if licence else Terms(stated=resource.get("license_stated") or stated)
    if own:
        return Terms((own,))
    of_files = [_known(one.get("license")) for one in dataset.get("resources") or () if not one.get("withdrawn")]
    return Terms(tuple(dict.fromkeys(filter(None, of_files))), stated, any(of_files) and not all(of_files))


def _known(licence: str | None) -> str:
    return "" if (licence or "") in _UNKNOWN else str(licence)


def use_words(licence_id: str | None, language: str) -> str:
    """What one may do; of an unknown licence, whom to ask.

    :param licence_id: of the catalogue's list
    :param language: ``ja`` or another
    """
    said = _sentence((licence_id or "").upper())
    return said[0] if language == "ja" else said[1]


def _sentence(licence: str) -> tuple[str, str]:
    if licence in ("CC0-1.0", "PDM-1.0", "PDDL-1.0", "PUBLIC-DOMAIN"):
        return _FREE
    if licence in ("PDL-1.0", "GOV-STD-2.0"):
        return _SAY_CHANGES
    if licence == "ODBL-1.0":
        return _WORDS[frozenset({"SA"})]
    if licence == "ODC-BY-1.0":
        return _WORDS[frozenset()]
    if licence.startswith("CC-BY"):
        return _WORDS[frozenset(licence.split("-")) & {"NC", "ND", "SA"}]
    return _ASK
