"""The folder of a user's own keys: one key for all who make it at once, and nothing that others can read."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from apportion.errors import BookError, Code
from apportion.files.keys import (
    key_file,
    key_folder,
    key_names,
    load_key,
    load_or_make_key,
    next_key,
    put_next_key,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


def refused(name: str = "mara") -> BookError:
    with pytest.raises(BookError) as caught:
        load_key(name)
    return caught.value


def test_a_key_is_made_once_and_is_its_users_alone(folder: Path) -> None:
    made = load_or_make_key("mara")
    assert load_or_make_key("mara") == load_key("mara") == made
    assert load_or_make_key("noor") != made
    assert key_names() == ("mara", "noor")
    assert stat.S_IMODE((folder / "mara.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(one.name for one in folder.iterdir()) == ["mara.key", "noor.key"]


def test_a_file_is_what_other_programs_read_as_a_private_key(folder: Path) -> None:
    load_or_make_key("mara")
    assert (folder / "mara.key").read_text().startswith("-----BEGIN PRIVATE KEY-----\n")


def test_the_folder_is_that_of_the_settings_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPORTION_KEYS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert key_folder() == tmp_path / "apportion" / "keys"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "own"))
    assert key_folder() == tmp_path / "own" / ".config" / "apportion" / "keys"


def test_processes_that_make_one_key_at_once_all_have_the_same(folder: Path) -> None:
    code = "from apportion.files.keys import load_or_make_key; print(load_or_make_key('mara').public.hex)"
    several = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(4)]
    told = {one.communicate()[0] for one in several}
    assert told == {f"{load_key('mara').public.hex}\n".encode()}
    assert [one.name for one in folder.iterdir()] == ["mara.key"]


def test_a_key_that_is_not_there_is_told_with_its_folder(folder: Path) -> None:
    error = refused()
    assert error.code is Code.KEY_MISSING
    assert str(folder) in error.message
    assert key_names() == ()
    assert not folder.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o777])
def test_a_key_that_others_can_read_or_write_is_refused(folder: Path, mode: int) -> None:
    load_or_make_key("mara")
    (folder / "mara.key").chmod(mode)
    error = refused()
    assert error.code is Code.KEY_UNUSABLE
    assert "chmod 600" in error.fix


@pytest.mark.parametrize(
    "content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_refused_and_not_made_anew(folder: Path, content: bytes) -> None:
    load_or_make_key("mara")
    (folder / "mara.key").write_bytes(content)
    assert refused().code is Code.KEY_UNUSABLE
    with pytest.raises(BookError):
        load_or_make_key("mara")
    assert (folder / "mara.key").read_bytes() == content


def test_a_key_cut_at_any_byte_is_refused_or_the_same(folder: Path) -> None:
    made = load_or_make_key("mara")
    whole = (folder / "mara.key").read_bytes()
    for size in range(len(whole) - 1):
        (folder / "mara.key").write_bytes(whole[:size])
        assert refused().code is Code.KEY_UNUSABLE
    (folder / "mara.key").write_bytes(whole)
    assert load_key("mara") == made


def test_a_link_or_a_folder_or_a_pipe_in_the_place_of_a_key_is_refused(folder: Path) -> None:
    load_or_make_key("noor")
    (folder / "mara.key").symlink_to(folder / "noor.key")
    assert "link" in refused().message
    (folder / "mara.key").unlink()
    (folder / "mara.key").mkdir()
    assert refused().code is Code.KEY_UNUSABLE
    (folder / "mara.key").rmdir()
    os.mkfifo(folder / "mara.key", 0o600)
    assert "no file" in refused().message


def test_a_key_of_another_kind_is_refused(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - as the program
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    load_or_make_key("mara")
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "mara.key").write_bytes(other)
    assert "no Ed25519 key" in refused().message


@pytest.mark.parametrize("name", ["a/b", "..", "../up", "林", "a%b", "A b"])
def test_any_name_has_a_file_of_its_own_in_the_folder(folder: Path, name: str) -> None:
    load_or_make_key(name)
    assert key_file(name).parent == folder
    assert key_names() == (name,)


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_that_no_file_can_have_is_told(name: str) -> None:
    assert refused(name).code is Code.KEY_MISSING


def test_a_folder_that_cannot_be_made_is_told(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(BookError) as caught:
        load_or_make_key("mara")
    assert caught.value.code is Code.KEY_UNUSABLE
    assert key_names() == ()


def test_the_next_key_is_the_same_until_it_is_put_in_its_place(folder: Path) -> None:
    old = load_or_make_key("mara")
    new = next_key("mara")
    assert next_key("mara") == new != old
    assert (load_key("mara"), key_names()) == (old, ("mara",))
    put_next_key("mara")
    assert load_key("mara") == new
    assert [one.name for one in folder.iterdir()] == ["mara.key"]
