"""What a licence lets people do, in one sentence. Read off the licence's id (packages/licences.json), whose parts are Creative Commons' own."""

from __future__ import annotations

__all__ = ["use_words"]

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
