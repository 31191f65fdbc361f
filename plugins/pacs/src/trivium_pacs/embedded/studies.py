"""Studies of people who do not exist, the same at every start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

_SOP_CLASSES: Final = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "CR": ComputedRadiographyImageStorage,
}
_SIDE: Final = 32
"""Rows and columns of every image."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    id: str
    birth_date: str
    sex: str


@dataclass(frozen=True, slots=True)
class Series:
    modality: str
    """CT, MR or CR."""
    description: str
    instances: int


@dataclass(frozen=True, slots=True)
class Study:
    person: Person
    date: str
    time: str
    description: str
    accession: str
    series: tuple[Series, ...]
    character_set: str = ""

    @property
    def uid(self) -> UID:
        return _uid("study", self.accession)

    def series_uid(self, number: int) -> UID:
        """`number` counts from 1."""
        return _uid("series", self.accession, number)

    @property
    def count(self) -> int:
        return sum(series.instances for series in self.series)

    def instances(self) -> Iterator[Dataset]:
        """Every instance as a data set with its file meta information."""
        for number, series in enumerate(self.series, 1):
            for instance in range(1, series.instances + 1):
                yield _instance(self, series, number, instance)


def _uid(*parts: object) -> UID:
    """A UID under 2.25 (PS3.5 B.2), made from its place in the demonstration."""
    digest = hashlib.sha256("/".join(map(str, ("trivium demo", *parts))).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def _instance(study: Study, series: Series, series_number: int, number: int) -> Dataset:
    ds = Dataset()
    if study.character_set:
        ds.SpecificCharacterSet = study.character_set
    ds.SOPClassUID = _SOP_CLASSES[series.modality]
    ds.SOPInstanceUID = _uid("instance", study.accession, series_number, number)
    ds.StudyDate, ds.StudyTime = study.date, study.time
    ds.AccessionNumber = study.accession
    ds.Modality = series.modality
    ds.StudyDescription, ds.SeriesDescription = study.description, series.description
    ds.PatientName, ds.PatientID = study.person.name, study.person.id
    ds.PatientBirthDate, ds.PatientSex = study.person.birth_date, study.person.sex
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study.uid, study.series_uid(series_number)
    ds.StudyID = study.accession[-4:]
    ds.SeriesNumber, ds.InstanceNumber = series_number, number
    _add_pixels(ds, shade=number)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def _add_pixels(ds: Dataset, *, shade: int) -> None:
    """A gradient, 8 bits deep."""
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows = ds.Columns = _SIDE
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = bytes((row * 4 + column * 4 + shade) % 256 for row in range(_SIDE) for column in range(_SIDE))


_MARY: Final = Person("O'BRIEN^MARY^ANN^DR^III", "TRI-0001", "19520317", "F")
_JOERG: Final = Person("MÜLLER^JÖRG", "TRI-0002", "19681104", "M")
_LUCIA: Final = Person("GARCÍA^LUCÍA", "TRI-0003", "19910625", "F")
_TEST: Final = Person("ZZTEST^PHANTOM", "TRI-0004", "20000101", "O")

DEMO_STUDIES: Final = (
    Study(_MARY, "20250411", "091500", "CT CHEST WITHOUT CONTRAST", "TRI25-0101", (Series("CT", "AXIAL 5 MM", 20),)),
    Study(_MARY, "20240902", "143010", "CHEST PA AND LATERAL", "TRI24-0877", (Series("CR", "PA AND LATERAL", 2),)),
    Study(
        _JOERG,
        "20250228",
        "080500",
        "MR KNIE LINKS",
        "TRI25-0055",
        (Series("MR", "PD FS SAG", 3), Series("MR", "T1 TSE KOR", 2)),
        character_set="ISO_IR 192",
    ),
    Study(
        _LUCIA,
        "20250514",
        "174500",
        "TC ABDOMEN Y RADIOGRAFÍA",
        "TRI25-0140",
        (Series("CT", "ABDOMEN", 4), Series("CR", "TÓRAX AP", 1)),
        character_set="ISO_IR 100",
    ),
    Study(_TEST, "20230115", "120000", "QUALITY ASSURANCE", "TRI23-0001", (Series("CT", "WATER PHANTOM", 2),)),
)
