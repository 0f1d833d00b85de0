"""What the guide for carriers promises, tried where no other test tries it; and its own example of a schedule."""

import re
from pathlib import Path
from typing import Any

import httpx
from interchanges import Sent, interchange

from api_service.sandbox import certification
from api_service.settings import REFUSE_AFTER_DEPARTURE_HOURS, Settings
from parsers.paxlst.functions import FUNCTIONS
from parsers.schedule import ScheduleFault, TableReader
from parsers.schedule.table import OPTIONAL, REQUIRED
from schemas.roles import Role

GUIDE = (certification.DOCS / "guide.md").read_text("utf-8")
EDIFACT = {"Content-Type": "application/edifact"}


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([a-z_/-]+\.(?:md|json))\)", GUIDE + certification.PAGE.read_text("utf-8")):
        assert (certification.DOCS / target).is_file(), target


def test_the_limits_are_those_of_the_settings() -> None:
    defaults = Settings(_env_file=None, data_dir=Path())
    assert f"{defaults.submission_bytes_max // 1024**2} MiB" in GUIDE
    assert f"{defaults.retention_hours:.0f} hours" in GUIDE
    assert f"{REFUSE_AFTER_DEPARTURE_HOURS:.0f} hours" in GUIDE
    assert f"{defaults.manifest_due_minutes} minutes before departure" in GUIDE


def test_the_messages_of_a_flights_life_are_read_as_such() -> None:
    codes = re.findall(r"\| `(\d{3})`(?: with `(\w+)`(?: \([^)]*\) or `(\w+)`)?)?", GUIDE)
    pairs = [(document, function) for document, *functions in codes for function in functions if function or not any(functions)]
    assert ("266", "CLNB") in pairs
    assert ("250", "") in pairs
    assert set(pairs) <= set(FUNCTIONS)


def test_the_schedule_in_the_guide_is_read_and_every_column_is_explained() -> None:
    example = "\n".join(line.strip() for line in GUIDE.splitlines() if line.startswith(("    carrier,", "    OS,")))
    reader = TableReader()
    items = [*reader.feed(example.encode()), *reader.close()]
    assert len(items) == 1
    assert not isinstance(items[0], ScheduleFault)
    assert all(column in GUIDE for column in (*REQUIRED, *OPTIONAL))


async def test_another_key_of_the_carrier_is_recognised_and_another_byte_is_not(service: Any) -> None:
    answers: list[httpx.Response] = []
    for body in (interchange(), interchange(), interchange() + b"\n"):
        async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
            answers.append(await client.post("/v1/manifests", content=body, headers=EDIFACT))
    assert [answer.status_code for answer in answers] == [202, 200, 202]
    assert [answer.json()["replayed"] for answer in answers] == [False, True, False]


async def test_a_message_that_is_wrong_does_not_spoil_its_neighbour(carrier: httpx.AsyncClient) -> None:
    two = interchange(Sent(reference="1"), Sent("OR261", reference="2")).replace(b"+1'\r\nUNH+2", b"+9'\r\nUNH+2")
    answer = await carrier.post("/v1/manifests", content=two, headers=EDIFACT)
    assert [message["status"] == "rejected" for message in answer.json()["messages"]] == [True, False]
