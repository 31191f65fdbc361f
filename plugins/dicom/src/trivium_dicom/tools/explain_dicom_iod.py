"""The tool `explain_dicom_iod`."""

from typing import Annotated, Literal

from pydantic import Field

from trivium.api import PUBLIC, Effect, NotFound, Problem, tool
from trivium_dicom.tools.iod_results import IodExplanation


class IodProblem(Problem):
    NO_SUCH_IOD = "is no object, module or macro that DICOM defines, nor a SOP class or modality with one"
    NO_SUCH_MODULE = "is no module or functional group macro of this object; asked for without one, it lists them"


@tool(effect=Effect.LOCAL, title="Explain a DICOM IOD")
def explain_dicom_iod(
    iod: Annotated[
        str,
        Field(
            min_length=1,
            max_length=120,
            description="SOP class, IOD, modality or words: CT image, enhanced mr, RTSTRUCT; or general series module.",
        ),
    ],
    module: Annotated[str | None, Field(max_length=120, description="Only this module or macro: image pixel.")] = None,
    types: Annotated[
        Literal["required", "conditional", "optional", "all"],
        Field(description="required: 1 and 2; conditional: 1C and 2C; optional: 3."),
    ] = "required",
    usage: Annotated[
        Literal["mandatory", "all"], Field(description="Modules whose attributes are listed.")
    ] = "mandatory",
    depth: Annotated[int, Field(ge=0, le=6, description="Levels of sequence items to go into.")] = 0,
    limit: Annotated[int, Field(ge=1, le=300, description="Most attributes.")] = 80,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
) -> Annotated[IodExplanation, PUBLIC]:
    """Explain a DICOM object (IOD, PS3.3): its modules, functional groups and the attributes that it must carry.

    Use it for "what must a CT image carry", to plan an object or to see what a module asks for. For one attribute use
    explain_dicom_tag, for UIDs lookup_dicom_uid; to check a real file use validate_dicom_file.

    Returns the SOP classes, modules by information entity with usage, functional group macros of multi-frame objects,
    and attributes in pages with tag, type and VR; with one module also their defined terms. Later pages hold attributes
    only. The prose of conditions is not carried. Unknown names are an error, not_found.
    """
    from trivium_dicom.iods.selecting import Types
    from trivium_dicom.tools import iod_answers

    found = iod_answers.find(iod)
    if found is None:
        raise NotFound(where="iod", problem=IodProblem.NO_SUCH_IOD)
    question = iod_answers.Question(Types(types), usage == "all", depth, limit, offset)
    explained = iod_answers.explain(*found, module, question)
    if explained is None:
        raise NotFound(where="module", problem=IodProblem.NO_SUCH_MODULE)
    return explained
