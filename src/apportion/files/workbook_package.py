"""The parts of an ``.xlsx`` file: a zip archive of XML, opened with limits and streamed, never trusted.

Own, and not a library's, since the readers at hand drop formulas without a stored value and error values in
silence, and reserve the whole range that two far corners of a sheet span.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from apportion.files.archive import Broken, check_archive

_CHUNK_BYTES = 1 << 20
# Styles, names and relations; cells and shared texts are streamed and have the limit of the archive alone.
_SMALL_PART_BYTES = 1 << 26
_DEEPEST = 100
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


@dataclass(slots=True)
class Node:
    """One element of a small part: its name without namespace, attributes, text and children."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def walk(self, *names: str) -> Iterator[Node]:
        """Yield the descendants reached by a path of names."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.walk(*names[1:])


@dataclass(frozen=True, slots=True)
class Relation:
    """What one part says of another: the last word of the kind, and the other's path."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    name: str
    is_hidden: bool
    path: str


class Package:
    """An open workbook file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Find the workbook part.

        Raises:
            Broken: The archive is no workbook, or its sizes are beyond the limits.
        """
        check_archive(archive)
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        starts = [one for one in self.relations("").values() if one.kind == "officeDocument"]
        if not starts or not self.has(starts[0].path):
            raise Broken("it is a zip archive without a workbook in it")
        if not starts[0].path.endswith(".xml"):
            raise Broken("it is a workbook of another kind than .xlsx")
        self._path = starts[0].path
        self.book = self.tree(self._path)
        self.links = self.relations(self._path)

    @property
    def sheets(self) -> list[SheetPart]:
        """Return the sheets of cells in their order."""
        found = []
        for node in self.book.walk("sheets", "sheet"):
            link = self.links.get(prefixed(node.attributes, "id"))
            if link is not None and link.kind == "worksheet":
                state = node.attributes.get("state", "visible")
                found.append(SheetPart(node.attributes.get("name", ""), state != "visible", link.path))
        return found

    def linked(self, kind: str) -> str | None:
        """Return the path of the one part of a kind that the workbook names, e.g. ``styles``."""
        paths = [link.path for link in self.links.values() if link.kind == kind and self.has(link.path)]
        return paths[0] if paths else None

    def has(self, path: str) -> bool:
        """Return whether a part is there."""
        return path.lower() in self._names

    def relations(self, path: str) -> dict[str, Relation]:
        """Return what a part links to, by id."""
        folder, _, name = path.rpartition("/")
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return {}
        found = {}
        for node in self.tree(rels).walk("Relationship"):
            target = node.attributes.get("Target", "")
            whole = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = node.attributes.get("Type", "").rpartition("/")[2]
            found[node.attributes.get("Id", "")] = Relation(kind, posixpath.normpath(whole).lstrip("/"))
        return found

    def tree(self, path: str) -> Node:
        """Return a small part as a tree.

        Raises:
            Broken: It is too large or no XML.
        """
        if self.has(path) and self._archive.getinfo(self._names[path.lower()]).file_size > _SMALL_PART_BYTES:
            raise Broken(f"its part {path!r} is larger than {_SMALL_PART_BYTES:,} bytes")
        root = Node("", {})
        open_nodes = [root]

        def start(name: str, attributes: Mapping[str, str]) -> None:
            node = Node(name, attributes)
            open_nodes[-1].children.append(node)
            open_nodes.append(node)
            if len(open_nodes) > _DEEPEST:
                raise Broken(f"its part {path!r} is nested deeper than {_DEEPEST} elements")

        def end(_: str) -> None:
            open_nodes.pop()

        def text(part: str) -> None:
            open_nodes[-1].text += part

        self.stream(path, start=start, end=end, text=text)
        return root.children[0]

    def stream(self, path: str, *, start: Start, end: End, text: Text) -> None:
        """Call back for every element of a part, names without their prefix.

        Raises:
            Broken: The part is missing, damaged, no XML, or declares a document type.
        """
        if not self.has(path):
            raise Broken(f"its part {path!r} is missing")
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def bare_start(name: str, attributes: Mapping[str, str]) -> None:
            start(name.rpartition(":")[2] if ":" in name else name, attributes)

        def bare_end(name: str) -> None:
            end(name.rpartition(":")[2] if ":" in name else name)

        # A document type can define entities that grow without end; no workbook needs one.
        def refuse(*_: object) -> None:
            raise Broken(f"its part {path!r} declares a document type")

        parser.StartElementHandler = bare_start
        parser.EndElementHandler = bare_end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = refuse
        try:
            with self._archive.open(self._names[path.lower()]) as part:
                while chunk := part.read(_CHUNK_BYTES):
                    parser.Parse(chunk, False)  # noqa: FBT003, the C function takes no names
            parser.Parse(b"", True)  # noqa: FBT003
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise Broken(f"its part {path!r} is damaged: {error}") from error
        except (LookupError, ValueError) as error:
            raise Broken(f"its part {path!r} is in a spelling that is not known: {error}") from error
        except (RuntimeError, NotImplementedError) as error:
            raise Broken(f"its part {path!r} cannot be unpacked: {error}") from error


def prefixed(attributes: Mapping[str, str], name: str) -> str:
    """Return the attribute of that name with any namespace prefix, or empty."""
    return next((value for key, value in attributes.items() if key.endswith(f":{name}")), "")


def what_it_is(path: Path) -> str:
    """Return why a file that is no zip archive may be none, in words."""
    with path.open("rb") as file:
        magic = file.read(len(_OLE_MAGIC))
    if magic == _OLE_MAGIC:
        return "it is protected by a password or of the old kind .xls"
    return "it is empty" if not magic else "it is no .xlsx file, or damaged"
