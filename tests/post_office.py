"""A real mail server on this machine, to which CKAN's own mailer sends; what arrived is read as a mail program reads it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller

from ckanext.miyagiict import mailing
from ckanext.miyagiict.harvest import mail
from ckanext.miyagiict.tracking import reminders

__all__ = ["INJECTION", "SENDER", "SITE_TITLE", "Mail", "PostOffice", "post", "said", "silent_server"]

SENDER = "catalogue@pref.example.jp"
INJECTION = "\r\nBcc: victim@example.jp\nX-Evil: 1\u2028\n\n本文"
"""What a hostile title ends with: more headers, and a text of its own."""
SITE_TITLE = "宮城県オープンデータ"


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived.

    :param to: for whom the server took it, whatever its headers say
    """

    to: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self.message.get_content()

    @property
    def links(self) -> list[str]:
        return [word for word in self.text.split() if "://" in word or word.startswith("/")]


@dataclass
class PostOffice:
    """What the server does with mail; the names of the methods are aiosmtpd's.

    :param refused: addresses that have no mailbox here
    :param is_away: it answers, and closes at once
    :param is_full: it takes addresses, and then not the mail
    :param is_abrupt: it takes a mail, and goes without a good-bye
    :param tried: how many times somebody named an address
    """

    address: str = ""
    mails: list[Mail] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_away: bool = False
    is_full: bool = False
    is_abrupt: bool = False
    tried: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tried += 1
        if self.is_away:
            return "421 4.3.2 closing"
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.is_full:
            return "452 4.3.1 no space"
        message = cast(EmailMessage, message_from_bytes(envelope.content, policy=default))
        self.mails.append(Mail(list(envelope.rcpt_tos), message))
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if self.is_abrupt:
            server.transport.abort()
        return "221 Bye"


@pytest.fixture
def post(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """The server, with CKAN set to it."""
    office = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    office.address = f"127.0.0.1:{port}"
    for setting, value in (("smtp.server", office.address), ("smtp.mail_from", SENDER), ("ckan.site_title", SITE_TITLE)):
        monkeypatch.setitem(ckan_config, setting, value)
    monkeypatch.setattr(reminders, "_failed_at", [])
    yield office
    controller.stop()


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a server that lets everybody in and says nothing; it is waited for shortly."""
    monkeypatch.setattr(mailing, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What was logged about mail. CKAN's configuration silences loggers that were there before it, as those of tests are."""
    for log in (reminders.log, mail.log):
        monkeypatch.setattr(log, "disabled", False)
        monkeypatch.setattr(log, "propagate", False)
        monkeypatch.setattr(log, "handlers", [caplog.handler])
    return lambda: [record.getMessage() for record in caplog.records if record.name in (reminders.log.name, mail.log.name)]
