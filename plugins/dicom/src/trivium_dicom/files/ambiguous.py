"""Value representations that other elements decide, such as US or SS by the pixel representation (PS3.5 annex A.1)."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.filewriter import correct_ambiguous_vr_element

from trivium_dicom.files.problems import Notes, Oddity


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """An element of two or three possible VRs."""

    datasets: list[Dataset]
    """The one that has it, and those around it, outwards."""
    tag: int
    little: bool

    def settle(self, notes: Notes) -> None:
        """Once all data sets are read. What another element makes impossible stays ambiguous, as bytes."""
        element = self.datasets[0][self.tag]
        if " or " not in element.VR:
            return
        try:
            correct_ambiguous_vr_element(element, self.datasets[0], self.little, ancestors=self.datasets)
        except Exception:  # pydicom trusts the other element to be what it should be
            notes.add(Oddity.UNREADABLE_VALUE, element.file_tell)
