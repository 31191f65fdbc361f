"""What is done to one element: it is removed, emptied, replaced, or its UIDs are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from trivium_dicom.confidentiality import Option, Row
from trivium_dicom.deidentify import dummies, vouching
from trivium_dicom.deidentify.identity import days_of, patient_of, pseudonym, stranger, text_at
from trivium_dicom.deidentify.keyed import Keyed
from trivium_dicom.deidentify.needs import Needs
from trivium_dicom.deidentify.place import Place, put
from trivium_dicom.deidentify.rules import Deed
from trivium_dicom.deidentify.standing_in import stand_in
from trivium_dicom.deidentify.tally import Done, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PATIENT: Final = frozenset({"00100010", "00100020"})
_JOINING: Final = frozenset({"00080050", "00200010", "00402016", "00402017"})
"""Numbers of orders and studies: the table empties them, or takes a dummy that goes on telling them apart."""
_REFERENCES: Final = frozenset({"00081111"})
_INSTANCES: Final = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")


class Deeds(ABC):
    """The deeds on one data set, and whose it was before any was done."""

    def __init__(self, dataset: Dataset, options: frozenset[Option], keyed: Keyed, needs: Needs) -> None:
        self._dataset = dataset
        self._options = options
        self._keyed = keyed
        self._needs = needs
        self._patient = patient_of(dataset, keyed)
        self._stranger = stranger(dataset, keyed)
        self._name = text_at(dataset, "PatientName")
        self._days = days_of(dataset, keyed)
        self._instances = frozenset(text_at(dataset, one).strip(" \0") for one in _INSTANCES)
        self.tally = Tally()

    @abstractmethod
    def _enter(self, place: Place, *, retained: bool = False) -> None:
        """Work on the items of a sequence."""

    def _do(self, place: Place, deed: Deed, patient: str | None, *, beyond: bool = False) -> None:
        if deed is Deed.REMOVE:
            self._take(place.dataset, place.tag, place.keyword, beyond=beyond)
        elif place.element.is_empty:
            place.stay()
        elif deed is Deed.REMAP or (place.vr == "UI" and deed is Deed.DUMMY):
            self._uids(place, self._stays(place), beyond=beyond)
        elif deed is Deed.ENTER or (deed is Deed.DUMMY and place.digits in _REFERENCES):
            self._enter(place)
        elif place.digits in _PATIENT:
            self._set(place, self._patient_pseudonym(place, patient), Done.REPLACED)
        elif place.digits in _JOINING:
            new = [self._keyed.pseudonym(place.keyword, one.strip()) for one in place.texts()]
            self._set(place, new, Done.REPLACED)
        elif deed is Deed.EMPTY:
            self._set(place, [] if place.vr == "SQ" else None, Done.EMPTIED, beyond=beyond)
        else:
            self._set(place, stand_in(place, self._keyed, self._needs), Done.REPLACED, beyond=beyond)

    def _patient_pseudonym(self, place: Place, patient: str | None) -> str:
        """Name and number of a patient have one pseudonym, and so has the same name in an item without a number."""
        if place.digits == "00100010" and "PatientID" not in place.dataset and str(place.element.value) == self._name:
            patient = self._patient
        return pseudonym(self._keyed, patient or self._patient or self._stranger)

    def _stays(self, place: Place) -> Callable[[str], bool]:
        """Whether a UID of that attribute names no instance."""
        return partial(vouching.uid_stays, keyword=place.keyword, instances=self._instances)

    def _uids(self, place: Place, stays: Callable[[str], bool], *, beyond: bool = False) -> None:
        texts = [one.strip(" \0") for one in place.texts()]
        new = [one if not one or stays(one) else self._keyed.uid(one) for one in texts]
        if new == texts:
            place.stay()
        else:
            self._set(place, new, Done.REMAPPED, beyond=beyond)

    def _set(self, place: Place, value: Any, done: Done, *, beyond: bool = False) -> None:
        put(place.dataset, place.tag, place.vr, value)
        self.tally.add(done, place.keyword, beyond=beyond)

    def _take(self, dataset: Dataset, tag: int, name: str, *, beyond: bool) -> None:
        del dataset[tag]
        self.tally.add(Done.REMOVED, name, beyond=beyond)

    def _unreadable(self, dataset: Dataset, tag: int, keyword: str, deed: Deed, row: Row | None) -> None:
        """A value that is none of its value representation: nothing of it stays."""
        from pydicom.datadict import dictionary_VR

        vr = dictionary_VR(tag) if keyword else "UN"
        if deed is Deed.REMOVE or vr == "SQ":
            self._take(dataset, tag, keyword or f"{tag:08x}", beyond=row is None)
            return
        value = None if deed is Deed.EMPTY else dummies.dummy(self._keyed, f"{tag:08x}", vr, keyword, ())
        put(dataset, tag, vr, value)
        self.tally.add(Done.EMPTIED if deed is Deed.EMPTY else Done.REPLACED, keyword, beyond=row is None)
