"""Where deliveries may go: what is refused, by address and by what a name leads to."""

import pytest

from api_service.settings import Settings
from api_service.webhooks import targets
from api_service.webhooks.sender import ATTEMPTS_MAX, retry_after
from api_service.webhooks.targets import TargetError, TargetRules

RULES = TargetRules(frozenset({"alerts.example.org", "other.example.org:8443"}), private=False, plain_http=False)


@pytest.mark.parametrize(
    "url", ["https://alerts.example.org/x?y=1", "https://ALERTS.example.org:443/", "https://other.example.org:8443"]
)
def test_listed_hosts_are_allowed(url: str) -> None:
    RULES.check(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://alerts.example.org/",
            "https://alerts.example.org:8443/",
            "https://other.example.org/",
            "https://example.org/",
        ),
        *(
            "https://alerts.example.org.evil.test/",
            "https://user@alerts.example.org/",
            "https://alerts.example.org:1@evil.test/",
        ),
        *("https://alerts.example.org/#x", "https://evil.test#@alerts.example.org/", "https://evil.test\\@alerts.example.org/"),
        *(
            "ftp://alerts.example.org/",
            "file:///etc/passwd",
            "//alerts.example.org/",
            "https:///x",
            "",
            "https://[::1",
            "https://alerts.example.org:x/",
        ),
        *(
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://alerts.example.org/\n",
            "https://alerts.exämple.org/",
            "https://alerts.example.org/" + "x" * 500,
        ),
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        RULES.check(url)


def test_a_default_installation_sends_nowhere() -> None:
    rules = TargetRules.of(Settings(_env_file=None))
    assert rules == TargetRules(frozenset(), private=False, plain_http=True)
    assert TargetRules.of(Settings(_env_file=None, webhook_hosts=" A.example , b.example:1 ")).hosts == {
        "a.example",
        "b.example:1",
    }


PUBLIC = ("93.184.215.14", "2606:2800:220:1::1")
PRIVATE = (
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "127.0.0.1",
    "::1",
    "fd00::1",
    "100.64.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
)
NEVER = (
    *("169.254.169.254", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255"),
    *("::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"),
)


@pytest.mark.parametrize(("addresses", "allowed"), [(PUBLIC, (True, True)), (PRIVATE, (False, True)), (NEVER, (False, False))])
def test_addresses_by_range(addresses: tuple[str, ...], allowed: tuple[bool, bool]) -> None:
    for private, expected in zip((False, True), allowed, strict=True):
        rules = TargetRules(frozenset(), private=private, plain_http=False)
        for address in addresses:
            assert rules.permits(address) is expected, (address, private)


async def test_a_name_is_judged_by_every_address_it_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    leads: list[str] = []

    async def addresses(host: str, port: int) -> list[str]:
        return leads

    monkeypatch.setattr(targets, "_addresses", addresses)
    url = "https://alerts.example.org/x"
    for refused in ([], ["10.0.0.1"], [PUBLIC[0], "127.0.0.1"]):
        leads[:] = refused
        with pytest.raises(TargetError):
            await RULES.resolve(url)
    leads[:] = PUBLIC
    target = await RULES.resolve(url)
    assert (target.address, target.host, target.port) == (PUBLIC[0], "alerts.example.org", 443)


async def test_a_name_that_leads_nowhere() -> None:
    rules = TargetRules(frozenset({"nowhere.invalid"}), private=True, plain_http=False)
    with pytest.raises(TargetError):
        await rules.resolve("https://nowhere.invalid/")


def test_waits_grow_with_jitter_and_end_within_half_an_hour() -> None:
    waits = [retry_after(attempts, 0.5).total_seconds() for attempts in range(1, ATTEMPTS_MAX)]
    assert waits == sorted(waits)
    assert (waits[0], waits[3], waits[-1]) == (1, 8, 300)
    assert 15 * 60 < sum(waits) < 30 * 60
    assert (retry_after(4, 0.0).total_seconds(), retry_after(4, 1.0).total_seconds()) == (4, 12)
