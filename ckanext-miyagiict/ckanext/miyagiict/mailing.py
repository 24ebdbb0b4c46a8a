"""Mail that a worker sends, by CKAN's mailer. A fault of an address or a server is an answer, never an exception or an endless wait."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

import ckan.plugins.toolkit as tk
from ckan.lib.mailer import mail_recipient

__all__ = ["MOST_ADDRESSES", "Unsent", "addresses", "is_set_up", "send"]

#: So many addresses are named at most in one place.
MOST_ADDRESSES = 20
#: CKAN's mailer waits for ever; a mail server that says nothing for so many seconds is taken to be away.
PATIENCE = 30
# What CKAN's mailer can put into a header and a server's command. It knows no addresses in other letters (SMTPUTF8).
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Unsent:
    """Why a mail did not go out.

    :param reason: for the log; it may name addresses and servers, and is for nobody else
    :param is_of_one: this address or this mail is not taken, others may be; False where the server is away
    """

    reason: str
    is_of_one: bool


def addresses(text: str) -> list[str]:
    """The addresses in a text with blanks between.

    :raises ValueError: one of them is no mail address, or there are too many
    """
    found = text.split()
    if len(found) > MOST_ADDRESSES or not all(_ADDRESS.fullmatch(one) for one in found):
        raise ValueError(text)
    return found


def is_set_up() -> bool:
    """Whether this site sends mail at all."""
    return bool(tk.config.get("smtp.mail_from") and tk.config.get("smtp.server"))


def send(address: str, subject: str, text: str) -> Unsent | None:
    """Send one mail to one address.

    :param subject: whatever white space is in it, it stays one line
    :returns: None where a server took it
    """
    if not _ADDRESS.fullmatch(address):
        return Unsent(f"{address!r} is no mail address", is_of_one=True)
    try:
        with _patience():
            mail_recipient(address, address, " ".join(subject.split()), text)
    except Exception as error:  # also what a wrong setting makes of it: a worker has other work to do
        return None if _is_good_bye(error) else Unsent(" ".join(str(error).split())[:300] or repr(error), _is_of_one(error))
    return None


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """CKAN's mailer takes no timeout, but the default of new sockets. Only workers send, and they do one thing at a time."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__context__


def _is_of_one(error: Exception) -> bool:
    """Whether the server is there and does not take this address or this mail. CKAN's mailer keeps the cause behind its own exception."""
    for one in _chain(error):
        if isinstance(one, smtplib.SMTPRecipientsRefused):
            # 421: the server closes, whatever was asked (RFC 5321, 3.8)
            return any(code != 421 for code, _said in one.recipients.values())
        if isinstance(one, smtplib.SMTPDataError):
            return one.smtp_code >= 500  # below: out of space, busy
    return False


def _is_good_bye(error: Exception) -> bool:
    """Whether the mail was taken, and the server went without an answer to the good-bye. Sent again, it would come twice."""
    _last, *before = _chain(error)
    return isinstance(error, smtplib.SMTPServerDisconnected) and not any(
        frame.f_code.co_name == "_mail_recipient" for one in before for frame, _line in traceback.walk_tb(one.__traceback__)
    )
