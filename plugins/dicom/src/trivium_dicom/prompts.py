"""What a user can ask for with one choice: to find out why a file does not import, or what a private tag means."""

from typing import Annotated

from pydantic import Field

from trivium.api import PromptSpec, prompt
from trivium_dicom import completions


@prompt(title="Debug a DICOM import")
def debug_dicom_import(
    path: Annotated[str, Field(description="The file, or the stand-in that a listing gave for it.")],
    archive_said: Annotated[str, Field(description="What the archive answered: status code, log line.")] = "",
    archive: Annotated[str, Field(description="Name of the archive as Trivium knows it.")] = "",
) -> str:
    """Find out why an archive does not take a DICOM file, or shows it wrongly, and what would put it right."""
    named = f" {archive}" if archive else ""
    return "\n".join(
        [
            f"A DICOM file does not get into the archive{named}, or is wrong there. Find out why.",
            f"The file: {path}",
            *([f"What the archive said: {archive_said}"] if archive_said else []),
            "",
            "1. Read it with read_dicom_file: preamble, file meta information, SOP class, transfer syntax, character "
            "set, size, and the notes on how it is written.",
            "2. Check it with validate_dicom_file: errors first, and of these what archives index by: SOP Class and "
            "SOP Instance UID, Study and Series Instance UID, Patient ID, Modality, dates.",
            "3. For SOP class and transfer syntax take lookup_dicom_uid: private, retired or compressed ones are what "
            "an archive most often refuses. Compare with what explain_dicom_iod says that the object must carry.",
            "4. For single elements in doubt take explain_dicom_tag; for private ones decode_private_tags.",
            f"5. See with pacs_echo whether the archive{named} can be reached, and with pacs_query, by Study Instance "
            "UID, whether the study is there already under another patient or with other UIDs. Retrieve nothing.",
            "",
            "A status of C-STORE (PS3.4 B.2.3): A7xx out of resources; A9xx the data set does not match the SOP class; "
            "Cxxx not understood; 0122 the SOP class is not supported; Bxxx stored with warnings. No association or no "
            "accepted presentation context points at AE title, SOP class or transfer syntax instead of the file.",
            "",
            "Say: the most likely cause with its element, the rule and its source, the smallest change that helps, and "
            "who has to make it. Keep apart what you saw and what you suppose. Change and send nothing.",
        ]
    )


@prompt(title="Explain a private DICOM tag", complete={"creator": completions.creators})
def explain_private_tag(
    tag: Annotated[str, Field(description="The tag: (0029,1010).")],
    creator: Annotated[str, Field(description="Private creator, from (gggg,00bb): SIEMENS CSA HEADER.")] = "",
    path: Annotated[str, Field(description="A file that has it, or its stand-in.")] = "",
) -> str:
    """Find out what a private DICOM element means, as far as anybody has said."""
    return "\n".join(
        [
            f"What does the private DICOM element {tag} mean?",
            *([f"Its private creator: {creator}"] if creator else []),
            *([f"A file that has it: {path}"] if path else []),
            "",
            *(
                [
                    "1. Run decode_private_tags on the file: it finds the creator of each block, names the elements "
                    "that dictionaries know, and opens known containers such as Siemens CSA headers.",
                ]
                if path
                else [
                    "1. The block of a private element is reserved by the element (gggg,00bb) of its group, where bb "
                    "are the first two digits of its number. If the creator there is not known, ask for it or for a "
                    "file: the same number means another thing under another creator.",
                ]
            ),
            *(
                ["2. Ask decode_private_tags for the tag with this creator: other creators define other things there."]
                if creator
                else [
                    "2. Ask lookup_dicom_tag for the number: it lists what known creators define there. Only the line "
                    "of the right creator counts; the block digits (xx) differ from file to file.",
                ]
            ),
            "3. See with explain_dicom_tag whether a standard element holds the same, and what de-identification does "
            "with private ones.",
            "4. If nobody defines it, say what its VR, length and neighbors suggest, and that the conformance "
            "statement of the manufacturer is the place to look. Guess no meaning.",
            "",
            "Say: creator, name, VR and VM with the dictionary they are from, what the value seems to be, whether it "
            "may identify a patient, and what you do not know.",
        ]
    )


def all_prompts() -> list[PromptSpec]:
    return [debug_dicom_import, explain_private_tag]
