"""Decision packs: what a stranger sees, that no byte can change, and that what is hidden stays hidden."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from apportion.commands.decisions import act, propose
from apportion.commands.packing import make_pack
from apportion.commands.session import opened
from apportion.errors import NotPermitted, UsageError
from apportion.govern import verify_pack
from apportion.govern.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from apportion.govern.verify_pack import has_signed, is_consistent, is_included, unzipped, zipped
from apportion.store.places import Place
from tests.kept import SCENARIO, Kept, make_kept

VIEWS = (("full", ""), ("auditor", ""), ("vendor", ""), ("buyer", "alpha"), ("buyer", "gamma"))
# RFC 8032, section 7.1: the public key, message and signature of tests 1 to 3.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, dict[tuple[str, str], Path]]]:
    """Yield a book with a decision under way, and a pack of it for each reader."""
    folder = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APPORTION_KEYS", str(folder / "keys"))
        kept = make_kept(Place.parse(str(folder / "book.db")), folder)
        with opened(kept.place, "u-cal"):
            propose(SCENARIO, "four-now", by="cal")
            act(SCENARIO, "four-now", by="cal", verb="disclose", said={"text": "Both boards know of it."})
        made: dict[tuple[str, str], Path] = {}
        for view, party in VIEWS:
            file = folder / f"{view}{party}.zip"
            with opened(kept.place, "watch"):
                made[view, party] = make_pack("four-now", view=view, party=party, to=file).file
        yield kept, made


def checked(file: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    capsys.readouterr()
    code = verify_pack.main([str(file), *options])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("reader", VIEWS)
def test_the_pack_of_each_reader_holds(
    packs: tuple[Kept, dict[tuple[str, str], Path]],
    reader: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = checked(packs[1][reader], capsys)
    assert code == 0, told
    assert "NOT" not in told
    assert "the only one of its book" in told


def test_every_view_states_the_same_roots(packs: tuple[Kept, dict[tuple[str, str], Path]]) -> None:
    roots = []
    for file in packs[1].values():
        with zipfile.ZipFile(file) as archive:
            roots.append(json.loads(archive.read("manifest.json"))["documents"])
    assert all(one == roots[0] for one in roots)
    assert len(set(roots[0].values())) == 6


@pytest.mark.parametrize("reader", VIEWS)
def test_one_flipped_byte_in_any_member_is_told(
    packs: tuple[Kept, dict[tuple[str, str], Path]],
    reader: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    members = unzipped(packs[1][reader].read_bytes())
    for name, held in members.items():
        at = len(held) // 2
        changed = held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :]
        file = tmp_path / "changed.zip"
        file.write_bytes(zipped({**members, name: changed}))
        code, told = checked(file, capsys)
        assert code == 1, name
        assert name in told or name == "manifest.json", told
        assert "expected" in told or name in {"ledger.json", "manifest.json"}, told


def test_members_added_taken_out_or_renamed_are_told(
    packs: tuple[Kept, dict[tuple[str, str], Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = packs[1]["vendor", ""].read_bytes()
    members = unzipped(whole)
    without = {name: held for name, held in members.items() if name != "README.txt"}
    for changed in (
        zipped(without),
        zipped({**members, "more.txt": b"x"}),
        zipped({**without, "readme.txt": members["README.txt"]}),
        whole + b"x",
        whole[:-1] + b"\1",
        whole[:10] + b"\7" + whole[11:],
    ):
        file = tmp_path / "changed.zip"
        file.write_bytes(changed)
        assert checked(file, capsys)[0] == 1


def test_hostile_archives_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    for members in (
        {"../out": b""},
        {"/out": b""},
        {"manifest.json": deep},
        {"manifest.json": b'{"a":1,"a":2}'},
    ):
        file = tmp_path / "hostile.zip"
        file.write_bytes(zipped(members))
        code, told = checked(file, capsys)
        assert code == 1
        assert "NOT" in told
    pressed = tmp_path / "pressed.zip"
    with zipfile.ZipFile(pressed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(1 << 20))
    assert checked(pressed, capsys)[0] == 1


def test_the_whole_pack_is_replayed_bit_for_bit_and_a_view_cannot_be(
    packs: tuple[Kept, dict[tuple[str, str], Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = checked(packs[1]["full", ""], capsys, "--replay")
    assert code == 0, told
    assert "bit for bit" in told
    assert checked(packs[1]["auditor", ""], capsys, "--replay")[0] == 1


def test_a_checkpoint_or_key_from_outside_is_compared(
    packs: tuple[Kept, dict[tuple[str, str], Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(packs[1]["full", ""]) as archive:
        signed = json.loads(archive.read("ledger.json"))["checkpoint"]
    outside = tmp_path / "outside.json"
    outside.write_bytes(verify_pack.spelt(signed))
    key = signed["checkpoint"]["key"]
    assert checked(packs[1]["full", ""], capsys, "--checkpoint", str(outside), "--key", key)[0] == 0
    # The next pack proves that its ledger begins with the entries of this one.
    assert checked(packs[1]["auditor", ""], capsys, "--checkpoint", str(outside))[0] == 0
    assert checked(packs[1]["vendor", ""], capsys, "--checkpoint", str(outside))[0] == 1
    assert checked(packs[1]["full", ""], capsys, "--key", "0" * 16)[0] == 1


def test_a_buyer_learns_no_other_name_and_the_vendor_no_deliberation(
    packs: tuple[Kept, dict[tuple[str, str], Path]],
) -> None:
    secrets = {
        ("buyer", "alpha"): (
            "beta",
            "Beta",
            "gamma",
            "Gamma",
            "at-beta",
            "bea",
            "amy",
            "dan",
            "L3",
            "Both boards",
        ),
        ("buyer", "gamma"): ("alpha", "Alpha", "beta", "Beta", "four-now", "L1", "L2", "cal", "Both boards"),
        ("vendor", ""): ("Both boards", "ann", "dan", "bea", "share_percent", "director"),
    }
    for reader, hidden in secrets.items():
        members = unzipped(packs[1][reader].read_bytes())
        told = b"".join(held for name, held in members.items() if name.endswith(".json")).decode()
        # A salt or hash in hexadecimal says nothing, whatever letters meet in it.
        told = re.sub(r"[0-9a-f]{16,}", "", told)
        assert [name for name in hidden if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told)] == []


def test_a_pack_is_made_by_an_auditor_alone_and_writes_over_nothing(
    packs: tuple[Kept, dict[tuple[str, str], Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, made = packs
    with opened(kept.place, "u-ann"), pytest.raises(NotPermitted):
        make_pack("four-now", to=tmp_path / "no.zip")
    with opened(kept.place, "watch"):
        for options in ({"to": made["full", ""]}, {"view": "buyer"}, {"view": "none"}, {"party": "alpha"}):
            with pytest.raises(UsageError):
                make_pack("four-now", **options)
        with pytest.raises(UsageError):
            make_pack("nothing", to=tmp_path / "no.zip")


def test_the_checker_needs_the_standard_library_of_python_3_9_alone(
    packs: tuple[Kept, dict[tuple[str, str], Path]], tmp_path: Path
) -> None:
    source = Path(verify_pack.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {name.name for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names}
    imported |= {str(one.module) for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    with zipfile.ZipFile(packs[1]["buyer", "alpha"]) as archive:
        archive.extractall(tmp_path / "pack")
    assert (tmp_path / "pack" / "verify.py").read_text(encoding="utf-8") == source
    venv.create(tmp_path / "empty", with_pip=False)
    python = tmp_path / "empty" / "bin" / "python"
    # -B, since a folder of compiled modules would be no member of the pack.
    done = subprocess.run(
        [python, "-I", "-S", "-B", tmp_path / "pack" / "verify.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold_and_no_changed_bit_of_them_does(
    public: str, message: str, signature: str
) -> None:
    key, said, held = (bytes.fromhex(one) for one in (public, message, signature))
    assert has_signed(key, said, signature=held)
    assert not has_signed(key, said + b"x", signature=held)
    for at in range(0, 64, 5):
        assert not has_signed(key, said, signature=held[:at] + bytes([held[at] ^ 4]) + held[at + 1 :])


def test_signatures_are_judged_strictly() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    for at in range(8):
        private = Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32)
        key, said = private.public_key().public_bytes_raw(), bytes([at]) * at
        held = private.sign(said)
        assert has_signed(key, said, signature=held)
        larger = (int.from_bytes(held[32:], "little") + order).to_bytes(32, "little")
        assert not has_signed(key, said, signature=held[:32] + larger)
    one = (1).to_bytes(32, "little")
    # The neutral point as a key signs everything: it is of small order, and refused.
    assert not has_signed(one, b"anything", signature=one + bytes(32))
    assert not has_signed((2**255 - 18).to_bytes(32, "little"), b"anything", signature=one + bytes(32))


def test_proofs_of_the_ledger_are_those_of_its_own_tree() -> None:
    leaves = [leaf_hash(bytes([at])) for at in range(20)]
    for size in range(1, 21):
        root = root_of(leaves[:size])
        for at in range(size):
            proof = inclusion_proof(leaves[:size], at)
            assert is_included(leaves[at], index=at, size=size, proof=proof, root=root)
            assert not is_included(leaves[at], index=at, size=size, proof=[*proof, root], root=root)
            assert not is_included(root, index=at, size=size, proof=proof, root=root) or size == 1
        for old in range(1, size + 1):
            proof = consistency_proof(leaves[:size], old)
            before = root_of(leaves[:old])
            assert is_consistent((old, before), (size, root), proof=proof)
            assert not is_consistent((old, leaf_hash(b"x")), (size, root), proof=proof)
