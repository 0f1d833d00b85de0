"""Bodies at rest: nobody reads them without the key of their day, and with the key gone nobody ever does."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api_service.cli import app
from storage.bodies import deflate
from storage.day_keys import DayKeys, KeyDestroyedError
from storage.master_keys import MasterKeyError, MasterKeys
from storage.vault import NO_VAULT, Vault, sealed_on

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
TODAY = date(2026, 3, 1)


@pytest.fixture
def masters(tmp_path: Path) -> MasterKeys:
    return MasterKeys.made_at_need(tmp_path / "master.key")


@pytest.fixture
def keys(tmp_path: Path, masters: MasterKeys) -> DayKeys:
    return DayKeys(tmp_path / "days", masters)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    home = tmp_path_factory.mktemp("vault")
    return Vault(DayKeys(home / "days", MasterKeys.made_at_need(home / "master.key")))


@given(st.binary(max_size=2_000))
def test_what_is_sealed_is_opened_and_hides_its_content(vault: Vault, body: bytes) -> None:
    sealed = vault.seal(NOW, body)
    assert vault.open(sealed) == body
    assert sealed_on(sealed) == TODAY
    assert vault.seal(NOW, body) != sealed, "a nonce was used twice"
    if len(body) > 8:
        assert body not in sealed


@given(st.binary(min_size=1, max_size=200), st.data())
def test_whoever_changes_a_bit_is_found(vault: Vault, body: bytes, data: st.DataObject) -> None:
    sealed = bytearray(vault.seal(NOW, body))
    place = data.draw(st.integers(5, len(sealed) - 1))
    sealed[place] ^= 1
    with pytest.raises(InvalidTag):
        vault.open(bytes(sealed))


def test_another_day_has_another_key(keys: DayKeys) -> None:
    vault = Vault(keys)
    first, second = vault.seal(NOW, b"one"), vault.seal(NOW + timedelta(hours=1), b"two")
    assert keys.days() == [TODAY, TODAY + timedelta(days=1)]
    forged = first[:1] + second[1:5] + first[5:]
    with pytest.raises(InvalidTag):
        vault.open(forged)
    keys.destroy(TODAY)
    with pytest.raises(KeyDestroyedError):
        vault.open(first)
    assert vault.open(second) == b"two"


def test_other_processes_share_the_keys(tmp_path: Path, masters: MasterKeys) -> None:
    one, other = (Vault(DayKeys(tmp_path / "days", masters)) for _ in range(2))
    assert other.open(one.seal(NOW, b"body")) == b"body"
    assert one.open(other.seal(NOW, b"body")) == b"body"
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "days").iterdir()] == [0o600]


def test_what_was_stored_before_is_read_as_it_is(vault: Vault) -> None:
    stored = deflate(b'{"a": 1}')
    assert vault.open(stored) == stored
    assert NO_VAULT.open(NO_VAULT.seal(NOW, stored)) == stored


def test_a_rotation_loses_nothing_and_ends_the_old_key(tmp_path: Path, masters: MasterKeys, keys: DayKeys) -> None:
    running = Vault(keys)
    sealed, old = running.seal(NOW, b"body"), (tmp_path / "master.key").read_bytes()
    done = CliRunner(
        env={"KULLA_MASTER_KEY_FILE": str(tmp_path / "master.key"), "KULLA_DAY_KEYS_DIR": str(tmp_path / "days")}
    ).invoke(app, ["encryption", "rotate"])
    assert done.exit_code == 0, done.output
    assert "1 keys of days" in done.output
    assert running.open(sealed) == b"body"
    assert Vault(DayKeys(tmp_path / "days", masters)).open(sealed) == b"body", (
        "a service that runs meets a key it does not know"
    )
    later = running.seal(NOW + timedelta(days=1), b"later")
    assert Vault(DayKeys(tmp_path / "days", MasterKeys(tmp_path / "master.key"))).open(later) == b"later"
    (tmp_path / "old.key").write_bytes(old)
    with pytest.raises(MasterKeyError):
        Vault(DayKeys(tmp_path / "days", MasterKeys(tmp_path / "old.key"))).open(sealed)


@pytest.mark.parametrize("content", [None, "", "no base64!", "YWJj"])
def test_a_bad_master_key_is_said_without_showing_it(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "master.key"
    if content is not None:
        path.write_text(content)
    with pytest.raises(MasterKeyError) as refused:
        MasterKeys(path)
    assert "master.key" in str(refused.value)
    assert not content or content not in str(refused.value)


def test_make_key_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    assert CliRunner().invoke(app, ["encryption", "make-key", str(path)]).exit_code == 0
    made = path.read_bytes()
    assert CliRunner().invoke(app, ["encryption", "make-key", str(path)]).exit_code == 2
    assert path.read_bytes() == made
