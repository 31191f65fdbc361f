"""What a report says of itself: flags, template, who verified it, what it rests on (PS3.3 C.17.2, C.17.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from trivium.api import Composed, Kind, Part
from trivium_dicom.dictionary import uid_names
from trivium_dicom.phi import kind_of
from trivium_dicom.reports.elements import first_item, items, text
from trivium_dicom.reports.references import sop_class_name

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOST_OBSERVERS: Final = 10
_MOST_CLASSES: Final = 10
_LONGEST_ID: Final = 6
_OTHER_CLASS: Final = "another SOP class"
_EVIDENCE: Final = {
    "CurrentRequestedProcedureEvidenceSequence": "current procedure evidence",
    "PertinentOtherEvidenceSequence": "other evidence",
    "PredecessorDocumentsSequence": "predecessor documents",
    "IdenticalDocumentsSequence": "identical documents",
}


def header(ds: Dataset) -> dict[str, Any]:
    """Fields of `StructuredReport` that come from outside the content tree."""
    return {
        "PatientID": text(ds, "PatientID") or None,
        "StudyInstanceUID": text(ds, "StudyInstanceUID") or None,
        "sop_class": Composed(parts=(sop_class_name(text(ds, "SOPClassUID")),)),
        "template": _template(ds),
        "completion": _flag(ds, "CompletionFlag"),
        "verification": _flag(ds, "VerificationFlag"),
        "preliminary": _flag(ds, "PreliminaryFlag"),
        "content_time": text(ds, "ContentDate") + text(ds, "ContentTime") or None,
        "verified_by": tuple(_observers(ds)),
        "evidence": tuple(_evidence(ds)),
    }


def _flag(ds: Dataset, keyword: str) -> Composed | None:
    found = text(ds, keyword)
    return Composed(parts=(Part(text=found, phi=kind_of("00080060", "CS", found)),)) if found else None


def _template(ds: Dataset) -> Composed | None:
    """Of the root. A template of DICOM is public, a private one is a text of the file."""
    item = first_item(ds, "ContentTemplateSequence")
    identifier = text(item, "TemplateIdentifier") if item is not None else ""
    if item is None or not identifier:
        return None
    of_dicom = text(item, "MappingResource") == "DCMR" and identifier.isdecimal() and len(identifier) <= _LONGEST_ID
    return Composed(parts=(Part(text=identifier, phi=None if of_dicom else Kind.TEXT),))


def _observers(ds: Dataset) -> Iterator[Composed]:
    """Name, time and organization of each."""
    for item in items(ds, "VerifyingObserverSequence")[:_MOST_OBSERVERS]:
        parts = [Part(text=text(item, "VerifyingObserverName"), phi=Kind.NAME)]
        for keyword, kind in (("VerificationDateTime", Kind.DATE), ("VerifyingOrganization", Kind.TEXT)):
            if found := text(item, keyword):
                parts += [Part(text=", "), Part(text=found, phi=kind)]
        yield Composed(parts=tuple(parts))


def _evidence(ds: Dataset) -> Iterator[str]:
    """Each list of references by study, series and instance (PS3.3 C.17.2), counted."""
    for keyword, role in _EVIDENCE.items():
        studies = items(ds, keyword)
        if not studies:
            continue
        series = [one for study in studies for one in items(study, "ReferencedSeriesSequence")]
        instances = [one for of in series for one in items(of, "ReferencedSOPSequence")]
        classes = Counter(uid_names().get(text(one, "ReferencedSOPClassUID"), _OTHER_CLASS) for one in instances)
        counts = ", ".join(f"{count} {name}" for name, count in classes.most_common(_MOST_CLASSES))
        yield f"{role}: studies {len(studies)}, series {len(series)}, instances {len(instances)} ({counts})"
