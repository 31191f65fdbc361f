"""What `evaluate_fhirpath` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC, Kind, Phi, PhiBy
from trivium_fhir.result import Result


class Leaf(Result):
    """A primitive of the result."""

    item: Annotated[int, PUBLIC] = Field(description="Which item of the result, from 1.")
    type: Annotated[str, PUBLIC]
    path: Annotated[str | None, PUBLIC] = Field(None, description="Where in the item; absent: the item itself.")
    value: Annotated[str | None, PhiBy("phi")] = Field(None, description="cut to 1000")
    phi: Annotated[Kind | None, PUBLIC] = None


class Evaluation(Result):
    count: Annotated[int | None, PUBLIC] = Field(None, description="Items of the result; 0: empty, which is not false.")
    truth: Annotated[bool | None, PUBLIC] = Field(None, description="As an invariant: absent where it says nothing.")
    values: tuple[Leaf, ...] = ()
    next_offset: Annotated[int | None, PUBLIC] = Field(None, description="Items to skip for more.")
    cut: Annotated[bool | None, PUBLIC] = Field(None, description="An item has more leaves than are shown.")
    derived: Annotated[str | None, Phi(Kind.TEXT)] = Field(
        None, description="In place of all these, as JSON, where a value of a patient was tested or computed with."
    )
