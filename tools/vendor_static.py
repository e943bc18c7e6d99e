"""Copy the scripts the report needs out of their npm packages, so that nobody else needs npm.

For each entry of ``WANTED``: ``npm pack`` the named version, copy one script to
``src/apportion/report/static/NAME-VERSION.min.js`` with its licence files beside it, and write
``manifest.json`` with version, licence and SHA-256. What this writes is committed; a test
compares the files with the manifest.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "src" / "apportion" / "report" / "static"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One npm package to take from.

    ``script`` and ``notices`` are paths inside the package. ``script`` is None for a package
    that is already inside another's script: only its notices are kept.
    """

    name: str
    version: str
    script: str | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One package as the manifest tells it; ``sha256`` maps each file to its digest."""

    name: str
    version: str
    licence: str
    sha256: dict[str, str] = field(default_factory=dict)


WANTED = (
    Package(
        name="echarts",
        version="6.1.0",
        script="dist/echarts.common.min.js",
        notices=("LICENSE", "NOTICE", "licenses/LICENSE-d3"),
    ),
    # The drawing layer inside the echarts script; its licence asks for its notice to go along.
    Package(name="zrender", version="6.1.0", script=None, notices=("LICENSE",)),
)


def unpacked(package: Package, folder: Path) -> Path:
    """Return the folder that holds the unpacked package."""
    wanted = f"{package.name}@{package.version}"
    command = ["npm", "pack", wanted, "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as members:
        members.extractall(folder, filter="data")
    return folder / "package"


def kept_files(package: Package) -> dict[str, str]:
    """Return the name each kept file gets here, mapped to its path inside the package."""
    stem = f"{package.name}-{package.version}"
    scripts = {f"{stem}.min.js": package.script} if package.script else {}
    return scripts | {f"{stem}.{Path(notice).name}.txt": notice for notice in package.notices}


def vendor(package: Package, static: Path) -> Entry:
    """Copy the files of one package into ``static`` and return its line of the manifest."""
    digests = {}
    with tempfile.TemporaryDirectory() as folder:
        source = unpacked(package, Path(folder))
        licence = json.loads((source / "package.json").read_text(encoding="utf-8"))["license"]
        for name, path in kept_files(package).items():
            content = (source / path).read_bytes()
            (static / name).write_bytes(content)
            digests[name] = hashlib.sha256(content).hexdigest()
    return Entry(name=package.name, version=package.version, licence=licence, sha256=digests)


def main() -> int:
    """Vendor every wanted package, drop the files of versions gone by, and say what was written."""
    STATIC.mkdir(parents=True, exist_ok=True)
    manifest = STATIC / MANIFEST
    before = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else []
    entries = [vendor(package, STATIC) for package in WANTED]
    kept = {name for entry in entries for name in entry.sha256}
    # Only what an earlier manifest lists is dropped: the folder also holds our own scripts.
    for name in {name for entry in before for name in entry["sha256"]} - kept:
        (STATIC / name).unlink(missing_ok=True)
    manifest.write_text(json.dumps([asdict(entry) for entry in entries], indent=2) + "\n", encoding="utf-8")
    for entry in entries:
        print(f"vendored: {entry.name} {entry.version} ({entry.licence}), {len(entry.sha256)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
