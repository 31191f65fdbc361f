"""Works through a data set, sequences included, and changes each element as the rules say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from trivium_dicom.confidentiality import Option, Row, row_of
from trivium_dicom.deidentify import codes, dummies, private, vouching
from trivium_dicom.deidentify.content import points_at_places, treated
from trivium_dicom.deidentify.dates import is_real, moved
from trivium_dicom.deidentify.deeds import Deeds
from trivium_dicom.deidentify.identity import patient_of
from trivium_dicom.deidentify.needs import Need, Path
from trivium_dicom.deidentify.place import Place, put, read_element
from trivium_dicom.deidentify.rules import by_need, deed_of, letter_of
from trivium_dicom.deidentify.tally import Done, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_DATES: Final = ("DA", "TM", "DT")
_STAMPS: Final = frozenset({"00120062", "00120063", "00120064", "00280303"})
"""What was said about an earlier de-identification; this one says it anew."""
_ALWAYS_GO: Final = frozenset({"00080001", "04000500", "4ffe0001"})
"""A length that is true no more, encrypted originals (PS3.15 E.1.1), parameters of signatures that are gone."""
_DEVICE: Final = frozenset({"00080070", "00081090", "00181020"})
"""Maker, model and software: the table has no line for them; who retains the device's identity retains these."""
_CONTENT: Final = "0040a730"
"""Required only of an item that has some below it (PS3.3 C.17.3.2), so it goes with the last of them."""
_OF_ARCHIVES: Final = frozenset({"RetrieveLocationUID", "RepositoryUniqueID", "HomeCommunityID"})
"""UIDs that the table does not name and that tell where a file was."""


class Walk(Deeds):
    """The work on one data set."""

    def run(self) -> Tally:
        self._places_count = points_at_places(self._dataset)
        self._all_of(self._dataset, ())
        return self.tally

    def _all_of(self, dataset: Dataset, path: Path, *, but: frozenset[str] = frozenset()) -> None:
        patient = patient_of(dataset, self._keyed) if path else self._patient
        blocks = self._private(dataset, path)
        for tag in [int(tag) for tag in dataset.keys()]:  # noqa: SIM118  a data set iterates over elements
            if private.is_private(tag):
                if tag not in blocks:
                    self._take(dataset, tag, "private elements", beyond=False)
            elif f"{tag:08x}" not in but:
                self._standard(dataset, tag, path, patient)

    # Private elements

    def _private(self, dataset: Dataset, path: Path) -> set[int]:
        """The tags that stay, creators of their blocks included."""
        if Option.RETAIN_SAFE_PRIVATE not in self._options:
            return set()
        staying: set[int] = set()
        for tag in [int(tag) for tag in dataset.keys() if private.is_private(int(tag))]:  # noqa: SIM118
            raw = dataset.get_item(tag)
            element = None if private.is_creator(tag) else read_element(dataset, tag)
            if element is None or not private.may_stay(dataset, tag, element):
                continue
            if element.VR == "SQ":
                self._enter(Place(dataset, tag, path, element, raw, "private elements"))
            else:
                dataset[tag] = raw
            if tag in dataset:
                staying |= {tag, private.creator_at(tag)}
                self.tally.add(Done.KEPT, "private elements")
        return staying

    # Standard elements

    def _standard(self, dataset: Dataset, tag: int, path: Path, patient: str | None) -> None:
        digits, keyword = f"{tag:08x}", _keyword(tag)
        if digits in _STAMPS or tag & 0xFFFF == 0:
            del dataset[tag]
            return
        if digits in _ALWAYS_GO or tag >> 16 <= 0x0006 or _is_overlay(tag) or (not keyword and row_of(digits) is None):
            self._take(dataset, tag, keyword or digits, beyond=True)
            return
        raw = dataset.get_item(tag)
        element = read_element(dataset, tag)
        row = row_of(digits)
        if element is None:
            need = self._needs.of(path, digits)
            self._unreadable(dataset, tag, keyword, deed_of(row.basic, need) if row else by_need(need), row)
            return
        place = Place(dataset, tag, path, element, raw, keyword or digits)
        if row is None:
            self._beyond(place)
        else:
            self._by_table(place, row, patient)

    def _by_table(self, place: Place, row: Row, patient: str | None) -> None:
        letter = letter_of(row, self._options)
        if place.vr in ("DA", "DT") and letter == "K" and Option.RETAIN_MODIFIED_DATES in self._options:
            letter = "C"  # another option keeps this attribute, but no date is to stay as it is
        if (letter == "K" and self._keep(place)) or (letter == "C" and self._clean(place)):
            return
        self._do(place, deed_of(row.basic, self._needs.of(place.path, place.digits)), patient)

    def _keep(self, place: Place) -> bool:
        if place.vr == "SQ":
            self._enter(place, retained=True)
        elif not place.is_of_its_vr:
            return False
        elif place.vr == "UI":
            self._uids(place, vouching.is_uid)
        elif vouching.retained(place.digits, place.element, place.texts()):
            place.stay()
        else:
            return False
        self.tally.add(Done.KEPT, place.keyword)
        return True

    def _clean(self, place: Place) -> bool:
        """Whether it could be cleaned; if not, what the profile does without the option is done."""
        if place.vr == "SQ":
            self._enter(place)
            self.tally.add(Done.CLEANED, place.keyword)
            return True
        if place.vr in _DATES or place.digits == "00080201":
            return self._shift(place, beyond=False)
        if place.vr == "AE":
            self._set(place, [self._keyed.pseudonym("AE", one.strip()) for one in place.texts()], Done.CLEANED)
            return True
        if isinstance(place.element.value, bytes) or not vouching.stays(place.digits, place.element, place.texts()):
            return False
        place.stay()
        self.tally.add(Done.CLEANED, place.keyword)
        return True

    def _shift(self, place: Place, *, beyond: bool) -> bool:
        texts = [one for one in place.texts() if one.strip()]
        if place.vr not in ("DA", "DT"):
            if not all(is_real(place.vr, one) for one in texts):
                return False
            place.stay()
            self.tally.add(Done.KEPT, place.keyword, beyond=beyond)
            return True
        if self._days is None:
            return False
        later = [moved(place.vr, one, self._days) for one in texts]
        if not all(later):
            return False
        self._set(place, [one for one in later if one], Done.SHIFTED, beyond=beyond)
        return True

    # What the table does not name

    def _beyond(self, place: Place) -> None:
        need = self._needs.of(place.path, place.digits)
        if not place.is_of_its_kind:
            self._do(place, by_need(need), None, beyond=True)
        elif place.vr == "SQ":
            self._enter(place)
        elif place.vr == "UI":
            retained = Option.RETAIN_UIDS in self._options and place.keyword not in _OF_ARCHIVES
            self._uids(place, vouching.is_uid if retained else self._stays(place), beyond=True)
        elif place.vr in _DATES:
            self._date_beyond(place, need)
        elif place.digits == "00080008":
            self._image_type(place)
        elif place.digits in _DEVICE and Option.RETAIN_DEVICE_IDENTITY in self._options:
            place.stay()
            self.tally.add(Done.KEPT, place.keyword, beyond=True)
        elif vouching.stays(place.digits, place.element, place.texts()):
            place.stay()
        else:
            self._some_stay(place, need)

    def _date_beyond(self, place: Place, need: Need) -> None:
        if Option.RETAIN_FULL_DATES in self._options and all(is_real(place.vr, one) for one in place.texts()):
            place.stay()
            self.tally.add(Done.KEPT, place.keyword, beyond=True)
        elif Option.RETAIN_MODIFIED_DATES not in self._options or not self._shift(place, beyond=True):
            self._do(place, by_need(need), None, beyond=True)

    def _some_stay(self, place: Place, need: Need) -> None:
        """Of a list of any length those values stay that somebody vouches for."""
        from pydicom.datadict import dictionary_VM

        texts = place.texts()
        staying = [one for one in texts if one.strip() and vouching.text_stays(place.digits, place.vr, one)]
        if place.vr == "CS" and staying and dictionary_VM(place.tag).endswith("-n"):
            self._set(place, staying, Done.REPLACED, beyond=True)
        else:
            self._do(place, by_need(need), None, beyond=True)

    def _image_type(self, place: Place) -> None:
        """Values 1 and 2 must stand (PS3.3 C.7.6.1.1.2); of the others those stay that are known words."""
        texts = place.texts()
        known = [vouching.text_stays(place.digits, "CS", one) for one in texts]
        if all(known):
            place.stay()
            return
        usual = ("DERIVED", "SECONDARY")
        first = [one if ok and one else other for one, ok, other in zip(texts, known, usual, strict=False)]
        rest = [one for one, ok in zip(texts[2:], known[2:], strict=True) if ok]
        self._set(place, [*first, *rest], Done.REPLACED, beyond=True)

    # Sequences

    def _enter(self, place: Place, *, retained: bool = False) -> None:
        """Work on the items of a sequence. Coded concepts that nobody vouches for go as a whole."""
        need = self._needs.of(place.path, place.digits)
        before: Sequence[Dataset] = place.element.value
        items = [item for one in before if (item := self._item(one, place, need, retained=retained)) is not None]
        if before and not items and (need is Need.OPTIONAL or place.digits == _CONTENT):
            self._take(place.dataset, place.tag, place.keyword, beyond=True)
        elif len(items) < len(before):
            self._set(place, items, Done.REMOVED, beyond=True)
        elif any(new is not old for new, old in zip(items, before, strict=True)):
            put(place.dataset, place.tag, place.vr, items)

    def _item(self, item: Dataset, place: Place, need: Need, *, retained: bool) -> Dataset | None:
        if codes.is_coded(item):
            return self._code(item, place, need, retained=retained)
        treatment = treated(item, self._options, in_place=self._places_count)
        if treatment.item is not item:
            self.tally.add(Done.REMOVED, "ContentItem")
            return treatment.item
        if treatment.replaced:
            self.tally.add(Done.REPLACED, "TextValue")
        self._all_of(item, (*place.path, place.digits), but=treatment.staying)
        return item

    def _code(self, item: Dataset, place: Place, need: Need, *, retained: bool) -> Dataset | None:
        verdict = codes.judge(item)
        if retained and place.keyword.endswith("CodeSequence"):  # what the option keeps is this code
            if verdict is not codes.Verdict.STAYS:
                self.tally.add(Done.CODE_UNKNOWN, place.keyword)
        elif verdict is codes.Verdict.GOES:
            if need is not Need.VALUE:
                return None
            self.tally.add(Done.REPLACED, place.keyword, beyond=True)
            return dummies.code_item()
        elif verdict is codes.Verdict.MEANING_GOES:
            item.CodeMeaning = codes.plain_meaning(item)
            self.tally.add(Done.REPLACED, "CodeMeaning", beyond=True)
        self._all_of(item, (*place.path, place.digits), but=codes.PARTS)
        return item


def _keyword(tag: int) -> str:
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)


def _is_overlay(tag: int) -> bool:
    """Of an overlay plane (PS3.3 C.9.2): without its data, which the table removes, the rest says nothing."""
    return 0x6000 <= tag >> 16 <= 0x60FF
