"""What `convert_order_to_worklist` answers."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Composed, Kind, PhiBy
from trivium_fhir.result import Result


class KeyHome(Result):
    """A valued field where a key that joins systems stands, or is wrongly looked for."""

    step: Annotated[int, PUBLIC]
    key: Annotated[str, PUBLIC]
    field: Annotated[str, PUBLIC]
    standing: Annotated[Literal["rule", "local", "other"], PUBLIC] = Field(
        description="rule: a profile says so; local: only by a site's definition; other: holds another value"
    )
    value: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None
    taken: Annotated[bool | None, PUBLIC] = Field(default=None, description="the worklist item has it from here")


class StepRemark(Result):
    step: Annotated[int, PUBLIC]
    attribute: Annotated[str, PUBLIC]
    remark: Annotated[str, PUBLIC]
    fields: Annotated[tuple[str, ...] | None, PUBLIC] = None


class Lack(Result):
    """Keys of a step that PS3.4 table K.6-1 wants a value of."""

    step: Annotated[int, PUBLIC]
    missing: Annotated[tuple[str, ...], PUBLIC] = Field(description="type 1; of 'a or b' (1C) one is enough")


class Worklist(Result):
    """One Modality Worklist item for each scheduled step, as DICOM JSON."""

    message_type: Annotated[str, PUBLIC]
    items: Composed
    steps: Annotated[int, PUBLIC] = Field(description="items of this page")
    total_steps: Annotated[int, PUBLIC]
    next_offset: Annotated[int | None, PUBLIC] = None
    complete: Annotated[bool, PUBLIC] = Field(description="no step lacks a key of type 1 or 1C")
    lacks: tuple[Lack, ...]
    mapped: Annotated[dict[str, str], PUBLIC] = Field(description="HL7 field by DICOM attribute, over all steps")
    empty: Annotated[tuple[str, ...], PUBLIC] = Field(description="type 2 keys for which the order has nothing")
    homes: tuple[KeyHome, ...]
    remarks: tuple[StepRemark, ...]
    source: Annotated[str, PUBLIC]
