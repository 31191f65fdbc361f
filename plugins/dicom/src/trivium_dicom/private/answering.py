"""Answers about a data set: which private elements stand in it, what they mean, and what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final

from trivium.api import NotFound, Problem
from trivium_dicom.files.limits import Limits
from trivium_dicom.private.asking import Asked
from trivium_dicom.private.blocks import Block, Found, blocks_of, private_elements, surroundings
from trivium_dicom.private.contents import Contents, Entry, contents_of
from trivium_dicom.private.definitions import Definition, is_safe
from trivium_dicom.private.elements import Element
from trivium_dicom.private.meanings import Meaning, known_creator
from trivium_dicom.private.result import PrivateBlock, PrivateElement, PrivateEntry, PrivateTags
from trivium_dicom.private.values import value_of
from trivium_dicom.private.vocabulary import Basis, NotDecoded, Note
from trivium_dicom.tag_number import written
from trivium_dicom.vr import VRS

_BLOCKS: Final = 40
_ENTRIES: Final = 32 << 20
"""Characters of all entries of an answer, counted with what each costs beside them."""
_ENTRY_COST: Final = 200


class DecodeProblem(Problem):
    NO_SUCH_ELEMENT = "has no private element that is asked for"


def decode_file(content: bytes, limits: Limits, asked: Asked) -> PrivateTags:
    """The private elements of a file. Runs in a worker. Raises what `read` raises, and `NotFound`."""
    from trivium_dicom.files.reading import read
    from trivium_dicom.private.from_file import elements_of

    reading = read(content, limits, pixels=False)
    notes = tuple(dict.fromkeys(note.oddity.value for note in reading.notes))
    return answer(elements_of(reading.dataset, limits), asked, where="path", notes=notes)


def decode_dump(text: str, limits: Limits, asked: Asked) -> PrivateTags:
    """The private elements of a dump. Raises `BadInput`, `TooLarge` and `NotFound`."""
    from trivium_dicom.private.dumps import read_dump

    dump = read_dump(text, limits)
    notes = (Note.UNREAD.value,) if dump.unread else ()
    found = answer(dump.dataset, asked, where="dump", notes=notes)
    return found.model_copy(update={"unread_lines": dump.unread or None})


def answer(dataset: list[Element], asked: Asked, *, where: str, notes: tuple[str, ...] = ()) -> PrivateTags:
    """Elements that are asked for, and behind them entries of their headers, as one list in pages.

    The entries of a header are listed where one element or words are asked for.
    """
    blocks = list(blocks_of(dataset))
    every = [one for one in private_elements(dataset, surroundings(dataset, blocks)) if _asked_for(one, asked)]
    narrow = asked.tag is not None or bool(asked.words)
    chosen = [one for one in every if asked.names(_name(one))]
    inside = _Inside()
    entries = _entries(every, asked, inside) if narrow else []
    if narrow and not chosen and not entries:
        raise NotFound(where=where, problem=DecodeProblem.NO_SUCH_ELEMENT)
    rows: list[Found | tuple[str, Entry]] = [*chosen, *entries]
    page = rows[asked.offset : asked.offset + asked.limit]
    end = asked.offset + len(page)
    counts = Counter(one.meaning.basis.value for one in chosen)
    said = [*notes, *(note.value for basis, note in _NOTES.items() if counts[basis])]
    if not blocks and not every and asked.creator is None:
        said.append(Note.NOTHING_PRIVATE.value)
    if len(blocks) > _BLOCKS and not narrow:
        said.append(Note.MORE_BLOCKS.value)
    if asked.tag is not None and not asked.words and any(inside.hides(one) for one in every):
        said.append(Note.MORE_SETTINGS.value)
    return PrivateTags(
        total=len(rows),
        counts=dict(counts),
        offset=asked.offset,
        next_offset=end if end < len(rows) else None,
        blocks=None if narrow else tuple(map(_block, blocks[:_BLOCKS])) or None,
        elements=tuple(_element(one, inside, asked.value_limit) for one in page if isinstance(one, Found)),
        entries=tuple(_entry(*one, asked.value_limit) for one in page if not isinstance(one, Found)) or None,
        notes=tuple(said) or None,
        dictionary=dictionary(),
    )


class _Inside:
    """What stands inside the elements of one answer: read once, and together no more than a bound."""

    def __init__(self) -> None:
        self._known: dict[str, Contents | NotDecoded | None] = {}
        self._left = _ENTRIES

    def of(self, found: Found) -> Contents | NotDecoded | None:
        if found.path not in self._known:
            contents = contents_of(found.element, found.meaning) if self._left > 0 else NotDecoded.TOO_LARGE
            if isinstance(contents, Contents):
                self._left -= sum(_ENTRY_COST + len(entry.text) for entry in contents.entries)
            self._known[found.path] = contents
        return self._known[found.path]

    def hides(self, found: Found) -> bool:
        contents = self.of(found)
        return isinstance(contents, Contents) and any(not entry.usual for entry in contents.entries)


_NOTES: Final = {Basis.HINT: Note.HINTS, Basis.NEAR_CREATOR: Note.NEAR}


def _asked_for(found: Found, asked: Asked) -> bool:
    definition = found.meaning.definition
    return asked.fits(found.element.digits) and asked.is_by(found.creator, definition.creator if definition else None)


def _name(found: Found) -> str | None:
    return found.meaning.definition.name if found.meaning.definition else None


def _entries(elements: Sequence[Found], asked: Asked, inside: _Inside) -> list[tuple[str, Entry]]:
    """Named values inside: those that words ask for, or the usual ones. Empty ones only where words ask."""
    found: list[tuple[str, Entry]] = []
    for one in elements:
        contents = inside.of(one)
        if isinstance(contents, Contents):
            found += [(one.path, entry) for entry in contents.entries if _entry_asked(entry, asked)]
    return found


def _entry_asked(entry: Entry, asked: Asked) -> bool:
    return asked.names(entry.name) if asked.words else entry.usual and entry.text != ""


def _block(block: Block) -> PrivateBlock:
    known = known_creator(block.creator)
    above = block.path.rpartition(".")[0]
    place = f"({block.group.upper()},{block.number.upper()}xx)"
    return PrivateBlock(
        block=f"{above}.{place}" if above else place,
        creator=known[0] if known else None,
        written_creator=None if known and known[1] else block.creator,
    )


def _element(found: Found, inside: _Inside, value_limit: int) -> PrivateElement:
    element, meaning = found.element, found.meaning
    value = value_of(element, meaning)
    contents = inside.of(found)
    header = contents if isinstance(contents, Contents) else None
    reason = contents if isinstance(contents, NotDecoded) else None if header else value.reason
    text = None if header or reason else value.text
    stated = element.vr if element.vr in VRS else None
    row = of_definition(meaning.definition, element.digits) if meaning.definition else {}
    creator = str(row["creator"]) if row else None
    return PrivateElement(
        path=found.path,
        basis=meaning.basis,
        written_creator=found.creator if found.creator != creator else None,
        **row,
        stated_vr=stated if stated and stated != row.get("vr") else None,
        safe=True if creator and meaning.basis is Basis.CREATOR and is_safe(creator, element.digits) else None,
        others=others_of(meaning),
        value=text[:value_limit] if text else None,
        phi=value.kind if text else None,
        length=len(text) if text and len(text) > value_limit else None,
        size=(element.size or None) if not text and not element.items else None,
        layout=header.layout if header else None,
        not_decoded=reason,
    )


def of_definition(definition: Definition, digits: str | None = None) -> dict[str, object]:
    """The fields that a definition fills."""
    return {
        "creator": definition.creator,
        "name": definition.name,
        "vr": definition.vr,
        "vm": definition.vm,
        "source": definition.source,
    }


def others_of(meaning: Meaning) -> tuple[str, ...] | None:
    more = (f"and {meaning.more} more",) if meaning.more else ()
    return (*map(brief, meaning.others), *more) or None


def brief(definition: Definition) -> str:
    """One of several definitions: `GEMS_ACQU_01: Cell spacing (DS)`."""
    return f"{definition.creator}: {definition.name or 'no name known'} ({definition.vr})"


def _entry(path: str, entry: Entry, value_limit: int) -> PrivateEntry:
    return PrivateEntry(
        path=path,
        name=entry.name,
        name_phi=entry.name_kind,
        value=entry.text[:value_limit],
        phi=entry.kind,
        length=len(entry.text) if len(entry.text) > value_limit else None,
    )


def place(digits: str) -> str:
    """`(0029,xx10)`."""
    return written(digits)


@cache
def dictionary() -> str:
    from importlib.metadata import version

    return f"pydicom {version('pydicom')}, dicom3tools 1.00.snapshot.20251020, PS3.15 table E.3.10-1"
