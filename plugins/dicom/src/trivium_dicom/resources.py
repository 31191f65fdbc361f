"""Pages of the standard that a client reads by URI."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import NotFound, ResourceSpec, resource
from trivium_dicom import completions
from trivium_dicom.tools.explain_dicom_iod import IodProblem, explain_dicom_iod
from trivium_dicom.tools.lookup_dicom_uid import UidProblem, lookup_dicom_uid

_MOST: Final = 300
_PLACES: Final = 60


@resource("dicom://tag/{tag}", title="DICOM element", complete={"tag": completions.tags})
def dicom_tag(tag: Annotated[str, Field(max_length=300, description="00100010 or PatientName.")]) -> str:
    """A data element of DICOM: VR, VM, the modules and objects it lives in, terms, counterparts, confidentiality."""
    from trivium_dicom import pages
    from trivium_dicom.explain.explaining import explain_tag

    return pages.tag(explain_tag(tag, limit=_PLACES))


@resource("dicom://iod/{sop_class}", title="DICOM object", complete={"sop_class": completions.iods})
def dicom_iod(
    sop_class: Annotated[str, Field(max_length=120, description="SOP class UID, or an IOD: ct-image.")],
) -> str:
    """An object of DICOM: SOP classes, modules with usage, functional groups, attributes of type 1 and 2."""
    if not sop_class:
        raise NotFound(where="sop_class", problem=IodProblem.NO_SUCH_IOD)
    from trivium_dicom import pages

    return pages.iod(
        explain_dicom_iod(
            iod=sop_class, module=None, types="required", usage="mandatory", depth=0, limit=_MOST, offset=0
        )
    )


@resource("dicom://uid/{uid}", title="DICOM UID", complete={"uid": completions.uids})
def dicom_uid(uid: Annotated[str, Field(max_length=120, description="A UID with a name, or its keyword.")]) -> str:
    """A UID that DICOM or a known vendor registered: name, type, and what a SOP class or transfer syntax means."""
    found = lookup_dicom_uid(uid=uid, limit=1)
    if not found.matches:
        raise NotFound(where="uid", problem=UidProblem.NO_SUCH_WORDS)
    from trivium_dicom import pages

    return pages.uid(found)


def all_resources() -> list[ResourceSpec]:
    return [dicom_tag, dicom_iod, dicom_uid]
