"""The vendored scripts are the ones the manifest names, byte for byte."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tools.vendor_static import MANIFEST, STATIC, WANTED, kept_files

ENTRIES: list[dict[str, Any]] = json.loads((STATIC / MANIFEST).read_text(encoding="utf-8"))
DIGESTS = {name: digest for entry in ENTRIES for name, digest in entry["sha256"].items()}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_vendored_file_is_what_the_manifest_says(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_the_manifest_lists_what_the_tool_would_fetch() -> None:
    wanted = {(package.name, package.version): set(kept_files(package)) for package in WANTED}
    assert {(entry["name"], entry["version"]): set(entry["sha256"]) for entry in ENTRIES} == wanted


def test_every_script_and_notice_in_the_folder_is_listed() -> None:
    found = {path.name for path in STATIC.iterdir() if path.name.endswith((".min.js", ".txt"))}
    assert found == set(DIGESTS)


def test_every_entry_names_its_licence_and_no_address() -> None:
    assert all(entry["licence"] for entry in ENTRIES)
    assert "://" not in (STATIC / MANIFEST).read_text(encoding="utf-8")
