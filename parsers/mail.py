"""E-mails that carry manifests: the parts worth reading, each under its name.

Attachments are taken, if any of them is a manifest by its content or wants to be one by its name; else the text of the message.
Nothing in a mail is believed but the bytes of its parts: who may send is not decided here.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

from parsers.forms import HEAD_BYTES, form_of

PARTS_MAX = 100
"""A forwarded thread with a month of attachments."""

NESTING_MAX = 50
"""Marks of nested parts in the whole mail; the standard library's reader goes down once for each."""

_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]|From [^ \n]+@", re.ASCII)
_MAIL_HEADER = re.compile(rb"^(mime-version|message-id|received):", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_WANTS_TO_BE_READ = (".csv", ".xlsx", ".xls", ".tsv", ".edi", ".edifact", ".pnl", ".json", ".txt")


class MailPart(NamedTuple):
    """`name` as the mail gives it, for people only; `data` decoded from its transfer encoding."""

    name: str
    data: bytes


class MailReading(NamedTuple):
    """`parts` to be read; `left_out`: names of the others. `fault`: why the mail could not be taken apart."""

    parts: tuple[MailPart, ...] = ()
    left_out: tuple[str, ...] = ()
    fault: str | None = None


def is_mail(data: bytes) -> bool:
    """Whether the bytes begin with the headers of an e-mail, and one that no table has."""
    headers = _BLANK_LINE.split(data[:HEAD_BYTES].lstrip(), maxsplit=1)
    return len(headers) == 2 and _HEADER_LINE.match(headers[0]) is not None and _MAIL_HEADER.search(headers[0]) is not None


def read_mail(data: bytes) -> MailReading:
    """Take a mail apart. Never raises on any input."""
    lower = data.lower()
    if lower.count(b"boundary") > NESTING_MAX or lower.count(b"message/") > NESTING_MAX:
        return MailReading(fault="the e-mail has too many nested parts")
    try:
        found = list(_leaves(email.message_from_bytes(data, policy=email.policy.compat32)))
    except Exception:  # the standard library's reader raises all kinds of errors on invented mails
        return MailReading(fault="the e-mail cannot be taken apart")
    if len(found) > PARTS_MAX:
        return MailReading(fault=f"the e-mail has more than {PARTS_MAX} parts")
    attached = [part for part, is_attached in found if is_attached]
    parts = tuple(part for part in attached if _worth_reading(part))
    if not parts:
        parts = tuple(part for part, is_attached in found if not is_attached and form_of(part.data) is not None)[:1]
    return MailReading(parts, tuple(part.name for part in attached if part not in parts))


def _leaves(message: "Message[str, str]") -> Iterator[tuple[MailPart, bool]]:
    """Parts that hold something, and whether each is an attachment."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes) or not payload.strip():
            continue
        name = part.get_filename()
        attached = name is not None or part.get_content_maintype() != "text"
        if attached or part.get_content_subtype() == "plain":
            yield MailPart(_printable(name) or f"part {number}", payload), attached


def _printable(name: str | None) -> str:
    return "".join(letter for letter in name or "" if letter.isprintable())[:120]


def _worth_reading(part: MailPart) -> bool:
    return form_of(part.data) is not None or part.name.lower().endswith(_WANTS_TO_BE_READ)
