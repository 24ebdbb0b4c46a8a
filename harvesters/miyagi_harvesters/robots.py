"""robots.txt as RFC 9309 has it: who may fetch what, and how slowly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

from .problems import Severity, register

__all__ = ["LONGEST", "Rules"]

#: Bytes that are read; the RFC asks for at least 500 KiB.
LONGEST = 512 * 1024
#: The lines that begin a group, in all the spellings that Protego takes.
AGENT = re.compile(r"(?i)^\s*user[\s-]*agent\s*[:\s]\s*([^#]*)")


@dataclass(frozen=True)
class Rules:
    """What one origin says.

    :param agent: product token that we go by
    :param parsed: None where nothing is forbidden
    """

    agent: str
    parsed: Protego | None = None

    @classmethod
    def read(cls, body: bytes, agent: str) -> Rules:
        """The rules of a file, which may be in any encoding and of any shape."""
        text = body.decode("utf-8", "replace").removeprefix("\ufeff")
        # Protego keeps each rule once for every agent of its group; a file of agents and rules could fill the memory
        lines = (_named(line, agent.lower()) for line in text.splitlines())
        return cls(agent, Protego.parse("\n".join(lines)))

    def allow(self, url: str) -> bool:
        """Whether an address may be fetched."""
        return self.parsed is None or self.parsed.can_fetch(url, self.agent)

    @property
    def delay(self) -> float:
        """Seconds between requests that the site asks for; 0 where it does not."""
        return (self.parsed.crawl_delay(self.agent) or 0.0) if self.parsed else 0.0


def _named(line: str, agent: str) -> str:
    """A line that begins a group, for us, for all or for anybody else; other lines as they are."""
    match = AGENT.match(line)
    if not match:
        return line
    named = match[1].strip().lower()
    token = named.partition("/")[0].replace("*", "").strip()
    return f"User-agent: {named if named == '*' else agent if token == agent else 'other'}"


register(
    "robots-disallows", Severity.ERROR,
    ("{place} は、サイトの robots.txt で自動取得が禁止されています。",
     "ポータルの管理者の許可を得たうえで、収集元の設定に例外として加えてください。"),
    ("robots.txt of the site forbids fetching {place} automatically.",
     "Ask the portal's operator; with a permission, add it to the exceptions of the source."),
)
register(
    "robots-unreachable", Severity.ERROR,
    ("{place} は取得しませんでした。サイトの robots.txt を読めず、取得してよいか分からないためです（{detail}）。",
     "しばらくして収集し直してください。続くときはポータルの管理者に知らせてください。"),
    ("{place} was not fetched: robots.txt of the site cannot be read, so it is not known whether it may be ({detail}).",
     "Run again later. If this goes on, tell the portal's operator."),
)
register(
    "robots-exception", Severity.WARNING,
    ("{place} は robots.txt で禁止されていますが、収集元の設定の例外として取得しました。",
     "ポータルの管理者の許可が続いているか確かめてください。"),
    ("{place} was fetched as an exception of the source, though robots.txt forbids it.",
     "Check that the operator's permission still holds."),
)
