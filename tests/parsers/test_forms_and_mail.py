"""What a body is, told from its bytes; and what an e-mail carries."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interchanges import interchange

from parsers.forms import Form, form_of, read_any
from parsers.mail import NESTING_MAX, is_mail, read_mail
from parsers.table import template_csv, template_xlsx

CSV, XLSX, EDIFACT = template_csv(), template_xlsx(), interchange()


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (EDIFACT, Form.EDIFACT),
        (b"QU AMSAPXS\r\n.AMSKLXS 010910\r\n" + EDIFACT, Form.EDIFACT),
        (b'\xef\xbb\xbf {"flight": {}}', Form.JSON),
        (b"[{}]", Form.JSON),
        (CSV, Form.TABLE),
        (CSV.decode("utf-8-sig").encode("utf-16"), Form.TABLE),
        (CSV.replace(b"ABC123", b"UNB"), Form.TABLE),
        (EDIFACT.replace(b"UNB+", b"UNB*").replace(b"UNH+", b"UNH*"), Form.EDIFACT),
        (XLSX, Form.TABLE),
        (b"\xd0\xcf\x11\xe0", Form.TABLE),
        (b"Dear all, the list follows.", None),
        (b"\x89PNG\r\n\x1a\n\0\0", None),
        (b"", None),
    ],
)
def test_forms_are_told_by_content(data: bytes, form: Form | None) -> None:
    assert form_of(data) is form
    assert not is_mail(data)


@pytest.mark.parametrize("data", [CSV, XLSX, EDIFACT], ids=["csv", "xlsx", "edifact"])
def test_every_form_is_read_through_its_door(data: bytes) -> None:
    [message] = read_any(data)
    assert message.manifest is not None
    [again] = read_any(message.manifest.model_dump_json().encode())
    assert again.manifest is not None
    assert again.manifest.flight.flight_key == message.manifest.flight.flight_key == "OR260-AMS-2026-03-01"


def mail(text: str = "Please find the list attached.", **attachments: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "operations@example.com", "api@example.org"
    message["Message-ID"], message["Subject"] = "<1@example.com>", "Passenger list"
    message.set_content(text)
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return message


def test_attachments_are_taken_and_pictures_left_out() -> None:
    data = mail(list_csv=CSV, list_xlsx=XLSX, logo_png=b"\x89PNG\0", empty_csv=b"?").as_bytes()
    assert is_mail(data)
    reading = read_mail(data)
    assert [(part.name, part.data) for part in reading.parts] == [("list.csv", CSV), ("list.xlsx", XLSX), ("empty.csv", b"?")]
    assert reading.left_out == ("logo.png",)


def test_the_text_is_read_where_nothing_is_attached() -> None:
    reading = read_mail(mail(EDIFACT.decode(), logo_png=b"\x89PNG\0").as_bytes())
    [part] = reading.parts
    assert form_of(part.data) is Form.EDIFACT
    assert EDIFACT.decode().split() == part.data.decode().split()


def test_forwarded_mails_are_looked_into() -> None:
    outer = mail()
    outer.add_attachment(mail(list_csv=CSV))
    assert [part.data for part in read_mail(outer.as_bytes()).parts] == [CSV]


def test_mails_without_a_manifest() -> None:
    assert read_mail(mail("Hello").as_bytes()) == ((), (), None)


@pytest.mark.parametrize("line", [b"Content-Type: message/rfc822\n\n", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n"])
def test_nesting_is_limited(line: bytes) -> None:
    reading = read_mail(b"MIME-Version: 1.0\n" + line * (NESTING_MAX + 1))
    assert reading.fault is not None
    deep = read_mail(b"MIME-Version: 1.0\n" + line * NESTING_MAX)
    assert deep.parts == ()


@given(st.binary(max_size=150), st.sampled_from([b"", b"Message-ID: <1>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_sniffed_and_taken_apart(data: bytes, before: bytes) -> None:
    form_of(data)
    is_mail(before + data)
    read_mail(before + data)


@given(st.integers(0, 10_000), st.binary(max_size=6))
@settings(max_examples=100, deadline=None)
def test_mutated_mails(place: int, put: bytes) -> None:
    data = bytearray(mail(list_csv=CSV).as_bytes())
    data[place % len(data) : place % len(data) + 3] = put
    read_mail(bytes(data))
