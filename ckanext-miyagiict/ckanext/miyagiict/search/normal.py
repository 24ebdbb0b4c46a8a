"""The form in which search compares text, as Solr's char filters make it (solr/conf/schema.xml)."""

from __future__ import annotations

import re
import unicodedata

from ..packages.text import normalise

__all__ = ["hiragana", "katakana", "normal"]

#: Old, printed and mistaken forms of a character → the one in use.
_CHARACTERS = {
    "ヶ": "ケ", "髙": "高", "﨑": "崎", "碕": "崎", "〜": "~", "鹽": "塩", "竃": "竈", "釡": "釜", "濱": "浜", "濵": "浜", "澤": "沢", "邊": "辺", "邉": "辺",
    "齋": "斎", "齊": "斉", "廣": "広", "國": "国", "學": "学", "會": "会", "櫻": "桜", "瀧": "滝", "嶋": "島", "嶌": "島", "圓": "円", "德": "徳", "惠": "恵",
    "榮": "栄", "眞": "真", "總": "総", "縣": "県", "廳": "庁", "區": "区", "體": "体", "醫": "医", "驛": "駅", "鐵": "鉄", "萬": "万", "團": "団", "傳": "伝",
    "藝": "芸", "聲": "声", "藏": "蔵", "亙": "亘", "冨": "富", "桒": "桑", "栁": "柳", "𠮷": "吉", "渕": "淵", "舘": "館", "舩": "船", "峯": "峰", "嶽": "岳",
    "壽": "寿", "篭": "籠", "湧": "涌", "觀": "観", "關": "関", "圖": "図", "將": "将", "條": "条", "豐": "豊", "寳": "宝", "寶": "宝", "彌": "弥", "灣": "湾",
    "變": "変", "應": "応", "對": "対", "發": "発", "當": "当", "檢": "検", "險": "険", "齡": "齢", "嚴": "厳", "假": "仮", "價": "価", "獨": "独", "縱": "縦",
    "橫": "横", "黑": "黒", "綠": "緑", "靑": "青", "淸": "清", "內": "内", "戶": "戸", "步": "歩", "每": "毎", "賴": "頼", "佛": "仏",
}
#: Of a name in several such forms each is one, since Solr looks at every place of a text once.
_NAMES = {f"{first}{second}": "塩竈" for first in "塩鹽" for second in "釜釡竃"} | {"鹽竈": "塩竈"}
#: Forms that are the same to a reader; solr/conf/variants_ja.txt, made from it, says the same to Solr.
VARIANTS = {**_CHARACTERS, **_NAMES}
_VARIANT = re.compile("|".join(sorted(VARIANTS, key=len, reverse=True)))
#: A dash that was typed for ー.
_DASH = re.compile(r"(?<=[ァ-ヺ])[‐-―−](?![0-9a-z])")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_TO_HIRAGANA = {code + 0x60: code for code in range(ord("ぁ"), ord("ゖ") + 1)}


def normal(text: str) -> str:
    """NFKC in small letters, one form for what looks the same, and nothing unseen.

    Doing it again changes nothing.
    """
    folded = normalise("".join(map(_seen, text)))
    folded = unicodedata.normalize("NFKC", folded.casefold())
    folded = _VARIANT.sub(lambda found: VARIANTS[found.group()], folded)
    return normalise(_DASH.sub("ー", folded))


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return text.translate(_TO_HIRAGANA)


def katakana(text: str) -> str:
    """Hiragana as katakana."""
    return text.translate(_TO_KATAKANA)


def _seen(character: str) -> str:
    """A control character is a blank; marks of direction, joiners and halves of pairs are nothing."""
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character
