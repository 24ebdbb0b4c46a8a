"""What a portal's words about the update frequency mean, as a code of the EU's frequency authority list.

Source: ``update_frequencies.csv`` of miyagi-reference, and the ways in which Japanese portals write the same. Words that promise nothing
clear give no code: the printed words stand beside it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

__all__ = ["frequency_code"]

TABLES = Path(__file__).with_name("tables_of_facts")
_ADDRESS = re.compile(r"https?://publications\.europa\.eu/resource/authority/frequency/([A-Z0-9_]+)")
#: Words around a frequency that change nothing of it.
_AROUND = re.compile(r"[\s　・。()（）]|(?:に|を|の)?(?:更新|公開|改定)(?:予定|頻度|する|します)?|(?:に|程度|ごと|毎)$|約|原則")
#: What is written otherwise than in the table; whole words, after NFKC and without the words around them.
_WRITTEN = {
    "ANNUAL": r"毎年度?|年に?[1一]度?回?|1年に?[1一]?回?|年次|年度(?:ごと|毎)?|yearly|annually|once a year|p1y|r/p1y",
    "ANNUAL_2": r"年に?[2二]度?回?|半年に?[1一]?回?|半期|6(?:か|ヶ|カ|ケ|箇)月に?[1一]?回?|biannual|r/p6m",
    "QUARTERLY": r"年に?4回|四半期(?:に[1一]回)?|3(?:か|ヶ|カ|ケ|箇)月に?[1一]?回?|r/p3m",
    "MONTHLY": r"毎月|月に?[1一]度?回?|月次|[1一](?:か|ヶ|カ|ケ|箇)月(?:に?[1一]?回)?|once a month|r/p1m",
    "WEEKLY": r"毎週|週に?[1一]度?回?|週次|once a week|r/p1w",
    "DAILY": r"日次|[1一]日に?[1一]回|日々|every day|r/p1d",
    "CONT": r"随時|常時|リアルタイム|continuous(?:ly)?|real-?time",
    "IRREG": r"不定期|irregular(?:ly)?",
    "AS_NEEDED": r"必要に応じて?|必要時|変更(?:が)?(?:の都度|時|あり次第|があった(?:時|とき|場合))|都度|as needed",
    "NEVER": r"(?:しない|なし|無し)|never|not updated",
    "UNKNOWN": r"不明|未定|unknown",
}


def frequency_code(stated: str) -> str:
    """The code of a frequency (``ANNUAL``); empty where the words name none.

    :param stated: as the portal writes it: words, a code or an address of the authority list
    """
    if found := _ADDRESS.fullmatch(stated.strip()):
        return found[1]
    folded = unicodedata.normalize("NFKC", stated).strip().casefold()
    if "更新" in folded and re.fullmatch(r"(?:更新)?(?:しない|なし|無し)", folded.replace("の予定", "").replace("予定", "")):
        return "NEVER"
    words = _AROUND.sub("", folded) if not folded.isascii() else folded
    table = _table()
    return table.get(folded) or table.get(words) or next((code for code, written in _WRITTEN.items() if re.fullmatch(written, words)), "")


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """Code, Japanese and English label → code."""
    text = (TABLES / "update_frequencies.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    return {row[name].casefold(): row["code"] for row in rows for name in ("code", "label", "label_en")}
