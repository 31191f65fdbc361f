"""What the embedded archive holds, and finds. Pure: data sets in, data sets out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from trivium_pacs.embedded.matching import matches

UNIQUE_KEYS: Final[Mapping[str, str]] = {
    "STUDY": "StudyInstanceUID",
    "SERIES": "SeriesInstanceUID",
    "IMAGE": "SOPInstanceUID",
}
"""The unique key of each level of the Study Root model (PS3.4 C.6.2)."""


class Catalogue:
    """Instances, and the studies and series they form."""

    def __init__(self, instances: Iterable[Dataset]) -> None:
        self._instances = tuple(instances)
        self.sop_classes = sorted({ds.SOPClassUID for ds in self._instances})

    def find(self, identifier: Dataset) -> Iterator[Dataset]:
        """One answer for each entity that matches, with the attributes that were asked for."""
        level = str(identifier.QueryRetrieveLevel)
        for group in self._groups(UNIQUE_KEYS[level]).values():
            entity = self._entity(level, group)
            if all(_matches(key, entity) for key in identifier if key.keyword != "QueryRetrieveLevel"):
                yield _answer(identifier, entity)

    def select(self, identifier: Dataset) -> tuple[Dataset, ...]:
        """The instances that a C-MOVE names: unique keys only, each with one UID or a list (PS3.4 C.4.2.2.1)."""
        keys = [key for key in identifier if key.keyword in UNIQUE_KEYS.values()]
        return tuple(ds for ds in self._instances if keys and all(_matches(key, ds) for key in keys))

    def _groups(self, unique_key: str) -> dict[str, list[Dataset]]:
        groups: dict[str, list[Dataset]] = {}
        for ds in self._instances:
            groups.setdefault(str(ds[unique_key].value), []).append(ds)
        return groups

    def _entity(self, level: str, group: list[Dataset]) -> Dataset:
        """A study or series: what its first instance says, and what only all of them tell."""
        entity = Dataset()
        entity.update({element.tag: element for element in group[0] if element.keyword != "PixelData"})
        if level == "STUDY":
            entity.ModalitiesInStudy = sorted({ds.Modality for ds in group})
            entity.NumberOfStudyRelatedSeries = len({ds.SeriesInstanceUID for ds in group})
            entity.NumberOfStudyRelatedInstances = len(group)
        if level == "SERIES":
            entity.NumberOfSeriesRelatedInstances = len(group)
        return entity


def _texts(element: DataElement) -> list[str]:
    values = element.value if isinstance(element.value, MultiValue | list) else [element.value]
    return [str(value) for value in values if value is not None]


def _matches(key: DataElement, entity: Dataset) -> bool:
    if key.keyword == "SpecificCharacterSet" or key.keyword not in entity:
        return True
    return matches(dictionary_VR(key.tag), _texts(key), _texts(entity[key.tag]))


def _answer(identifier: Dataset, entity: Dataset) -> Dataset:
    answer = Dataset()
    if "SpecificCharacterSet" in entity:
        answer.SpecificCharacterSet = entity.SpecificCharacterSet
    for key in identifier:
        if key.keyword in ("SpecificCharacterSet", "QueryRetrieveLevel"):
            continue
        answer[key.tag] = entity[key.tag] if key.tag in entity else DataElement(key.tag, key.VR, None)
    answer.QueryRetrieveLevel = identifier.QueryRetrieveLevel
    return answer
