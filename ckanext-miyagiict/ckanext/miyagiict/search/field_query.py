"""Tells a query in Solr's own language (``tags:避難所``, ``+owner_org:"…"``), as API users and CKAN itself send it, from ordinary words.

``計画：2021`` and ``https://…`` have a colon as well, and are words: only the names of fields make a field query, and only where the
whole reads as Solr reads it, so that Solr never answers with an error.
"""

from __future__ import annotations

import re

__all__ = ["is_field_query"]

#: Fields of CKAN's schema, and those that CKAN and we put beside them. A name with ``_`` in it is a field's in any case.
FIELDS = frozenset({
    "author", "capacity", "documentation", "frequency", "groups", "id", "identifier", "isopen", "issued", "language",
    "license", "maintainer", "name", "notes", "num_resources", "num_tags", "organization", "private", "provenance",
    "publisher", "state", "tags", "text", "title", "type", "url", "urls", "version",
})
#: Fields that hold dates or numbers: Solr refuses other values there.
_TYPED = re.compile(r".*_date|metadata_(?:created|modified)|indexed_ts|views_(?:total|recent)|resources_accessed_(?:total|recent)")
_DATE = r"(?:\*|NOW[-+/A-Z0-9]*|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z(?:[-+/][0-9A-Z]+)*)"

_MOST_CLAUSES = 900
_DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name>(?:[A-Za-z_][A-Za-z0-9_.\-]*|\*):(?!:))(?P<gap>\s*)
    | (?P<phrase>"(?:[^"\\]|\\.)*"(?:~[0-9]+)?)
    | (?P<range>[\[{]\s*(?P<low>"[^"]*"|[^\s\]}"]+)\s+TO\s+(?P<high>"[^"]*"|[^\s\]}"]+)\s*[\]}])
    | (?P<open>\()
    | (?P<close>\))
    | (?P<operator>&&|\|\||(?:AND|OR|NOT)(?=[\s()\[\]{}"^~!]|$))
    | (?P<sign>[+\-!](?=\S))
    | (?P<boost>\^[0-9]+(?:\.[0-9]+)?)
    | (?P<word>(?:[^\s()\[\]{}"^~:\\/+\-!&|*?]|\\.)(?:[^\s()\[\]{}"^~:\\/!&|]|\\.)*(?:~[0-2]?)?|\*(?=[\s)^]|$))
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_DATE = re.compile(_DATE)


def is_field_query(q: str) -> bool:
    """Whether a query names a field and reads, to its end, as Solr reads it."""
    if ":" not in q or "{!" in q or any(character < " " for character in q):
        return False
    return _Reader(q).reads()


class _Reader:
    """Reads clauses: ``[+-!] [field:] (word | "phrase" | [a TO b] | (clauses)) [^boost]``, with AND, OR, NOT between them."""

    def __init__(self, q: str) -> None:
        self.q = q.rstrip()
        self.place = 0
        self.clauses = 0
        self.fields = 0

    def reads(self) -> bool:
        return self._clauses(0) and self.place == len(self.q) and self.fields > 0

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self.q, self.place)

    def _clauses(self, depth: int) -> bool:
        """At least one clause, up to the end or a closing bracket."""
        count, dangling = 0, False
        while self.place < len(self.q) and (token := self._next()):
            if token["close"]:
                break
            if token["operator"]:
                if dangling or (count == 0 and token["operator"] != "NOT"):
                    return False
                dangling = True
                self.place = token.end()
                continue
            if not self._clause(depth):
                return False
            count += 1
            dangling = False
        return count > 0 and not dangling

    def _clause(self, depth: int) -> bool:
        self.clauses += 1
        if self.clauses > _MOST_CLAUSES or depth > _DEEPEST:
            return False
        token = self._next()
        if token and token["sign"]:
            self.place = token.end()
            token = self._next()
        field = ""
        if token and token["name"]:
            field = token["name"][:-1]
            if not _is_field(field):
                return False
            self.fields += 1
            self.place = token.end()
            token = self._next()
        if not token or not self._value(token, field, depth):
            return False
        boost = self._next()
        if boost and boost["boost"] and not self.q[self.place].isspace():
            self.place = boost.end()
        return True

    def _value(self, token: re.Match[str], field: str, depth: int) -> bool:
        if token["open"]:
            self.place = token.end()
            if field and _TYPED.fullmatch(field):
                return False
            if not self._clauses(depth + 1):
                return False
            closing = self._next()
            if not closing or not closing["close"]:
                return False
            self.place = closing.end()
            return True
        if not (token["phrase"] or token["range"] or token["word"]):
            return False
        if field == "*" and token["word"] != "*":
            return False
        if field and _TYPED.fullmatch(field) and not _fits(token):
            return False
        self.place = token.end()
        return True


def _is_field(name: str) -> bool:
    return name == "*" or name in FIELDS or ("_" in name and name.isascii() and name.strip("_") != "" and not name.startswith("_"))


def _fits(token: re.Match[str]) -> bool:
    """Whether a value is a date: a range of dates, or ``*``."""
    if token["range"]:
        return all(_PLAIN_DATE.fullmatch(token[end].strip('"')) for end in ("low", "high"))
    return token["word"] == "*" or bool(token["phrase"] and _PLAIN_DATE.fullmatch(token["phrase"].strip('"')))
