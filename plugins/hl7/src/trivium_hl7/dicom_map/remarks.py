"""What the rows alone do not tell: conditions, and the several homes of the keys that join orders and images.

Each remark names its source. `STATEMENT` is the conformance statement of which the rows are taken; its notes are told
in our words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

STATEMENT: Final = "dcm4chee-arc-light HL7 conformance statement (2025-11-07)"
_ORDERS: Final = f"{STATEMENT}, notes to the inbound order tables"


class Home(NamedTuple):
    """A place where a value travels, or is wrongly looked for."""

    place: str
    standing: str
    """`rule`: a profile or a map says so; `local`: only by a site's definition; `other`: holds another value."""
    says: str
    source: str


class Remark(NamedTuple):
    says: str
    source: str


ACCESSION_NUMBER: Final = (
    Home(
        "OBR-18",
        "rule",
        "Placer Field 1 carries the accession number in ORM^O01 (HL7 2.3.1) and OMG^O19 orders",
        f"IHE RAD TF-2, RAD-4 with HL7 2.3.1; {STATEMENT}, orm_to_dicom and omg_to_dicom",
    ),
    Home(
        "IPC-1",
        "rule",
        "Accession Identifier carries it in OMI^O23 (HL7 2.5.1 and later), with the issuer in IPC-1.2 to IPC-1.4",
        f"HL7 v2.5.1 chapter 4, segment IPC; IHE RAD TF-2, RAD-4 with HL7 2.5.1; {STATEMENT}, omi_to_dicom",
    ),
    Home(
        "OBR-18",
        "rule",
        "Placer Field 1 carries it in ORU^R01 whatever the version: an ORU has no IPC",
        f"IHE RAD, RAD-128 Send Imaging Result; {STATEMENT}, oru tables and dicom_to_oru",
    ),
    Home(
        "OBR-3",
        "local",
        "the Filler Order Number is the accession number too where a site defines it so; a profile maps it to "
        "Filler Order Number / Imaging Service Request (0040,2017)",
        f"IHE RAD, RAD-128 on OBR-3; {STATEMENT}, rows of ORC-3 and OBR-3",
    ),
    Home(
        "ORC-3",
        "local",
        "the same data element as OBR-3 (item 00217), and so the accession number only where OBR-3 is",
        f"HL7 v2.5.1 chapter 4, ORC-3 and OBR-3; {STATEMENT}, rows of ORC-3",
    ),
    Home(
        "OBR-2",
        "other",
        "the Placer Order Number: it goes to (0040,2016); an accession number is made by the departmental system",
        f"{STATEMENT}, rows of ORC-2 and OBR-2; DICOM PS3.3 on (0008,0050)",
    ),
    Home(
        "OBR-19",
        "other",
        "Placer Field 2 is the Requested Procedure ID (0040,1001); who looks for the accession number here reads that",
        f"IHE RAD TF-2, RAD-4 with HL7 2.3.1; {STATEMENT}, rows of OBR-19",
    ),
    Home(
        "OBR-20",
        "other",
        "Filler Field 1 is the Scheduled Procedure Step ID (0040,0009)",
        f"IHE RAD TF-2, RAD-4 with HL7 2.3.1; {STATEMENT}, rows of OBR-20",
    ),
    Home(
        "ZDS-1",
        "other",
        "IHE's Z segment carries the Study Instance UID (0020,000D) in ORM^O01 and OMG^O19, no accession number",
        f"IHE RAD TF-2, RAD-4 with HL7 2.3.1; {STATEMENT}, orm_to_dicom",
    ),
    Home(
        "SPM-30",
        "other",
        "Accession ID of a specimen: a laboratory's number, not that of an imaging order",
        "HL7 v2.7 chapter 7, SPM-30 (new in that version)",
    ),
    Home(
        "FHIR ImagingStudy.identifier",
        "rule",
        "an identifier of type ACSN (table 0203); its system says who issued it",
        "FHIR R4, DICOM column of ImagingStudy; HL7 table 0203",
    ),
    Home(
        "XDS DocumentEntry.referenceIdList",
        "rule",
        "a CXi with the identifier type urn:ihe:iti:xds:2013:accession and the issuer's OID",
        "IHE ITI TF-3, DocumentEntry.referenceIdList",
    ),
)

STUDY_INSTANCE_UID: Final = (
    Home(
        "ZDS-1.1",
        "rule",
        "IHE's Z segment of ORM^O01 and OMG^O19 orders",
        f"IHE RAD TF-2, RAD-4 with HL7 2.3.1; {STATEMENT}, orm_to_dicom",
    ),
    Home("IPC-3", "rule", "imaging order OMI^O23, HL7 2.5.1", f"HL7 v2.5.1 chapter 4, segment IPC; {STATEMENT}"),
    Home(
        "OBX-5",
        "rule",
        "results and order status: of the OBX whose OBX-3 is the code for a Study Instance UID (110180, DCM)",
        f"{STATEMENT}, dicom_to_oru and oru tables; DICOM PS3.16 annex D",
    ),
)

HOMES: Final = {"00080050": ACCESSION_NUMBER, "0020000D": STUDY_INSTANCE_UID}

_ISSUER: Final = Remark(
    "with several issuers both number and issuer are needed: the number alone is not unique", f"{_ORDERS}, 2"
)
REMARKS: Final[dict[str, tuple[Remark, ...]]] = {
    "00080005": (
        Remark(
            "MSH-18 is converted by the table of character sets; an archive may have a fixed character set, or a "
            "default for messages without MSH-18",
            f"{_ORDERS}, 15",
        ),
    ),
    "00101030": (
        Remark("from the OBX whose OBX-6 is kg and whose OBX-3.2 is Body Weight", f"{_ORDERS}, 16"),
        Remark("DICOM wants kilograms", "DICOM PS3.3 C.7.2.2"),
    ),
    "00101020": (
        Remark("from the OBX whose OBX-6 is m and whose OBX-3.2 is Body Height", f"{_ORDERS}, 16"),
        Remark("DICOM wants meters", "DICOM PS3.3 C.7.2.2"),
    ),
    "001021C0": (Remark("PV1-15 value B6 becomes 3 (definitely pregnant)", f"{_ORDERS}, 8"),),
    "00400006": (
        Remark(
            "OBR-34 repeats: the sub-components of the first component of the first repetition are used",
            f"{_ORDERS}, 4",
        ),
    ),
    "00400007": (
        Remark(
            "this archive reads OBR-4 components 4 to 6 (the alternate code); it can be set to read 1 to 3",
            f"{_ORDERS}, 10",
        ),
    ),
    "00400008": (
        Remark(
            "this archive reads OBR-4 components 4 to 6 (the alternate code); it can be set to read 1 to 3",
            f"{_ORDERS}, 10",
        ),
    ),
    "00400001": (
        Remark(
            "ORM^O01 and OMG^O19 have no field for it: an archive may read ORC-18, or take the configured station",
            f"{_ORDERS}, 13",
        ),
        Remark("without IPC-9 the configured default station is taken", f"{_ORDERS}, 12"),
    ),
    "00400010": (Remark("without IPC the configured station is taken", f"{_ORDERS}, 5"),),
    "00400020": (
        Remark(
            "ORC-1 and ORC-5 together decide: NW with SC or IP, CA with CA, DC with CA, XO with SC or CM; which status "
            "each pair means is configured",
            f"{_ORDERS}, 9",
        ),
    ),
    "00401002": (
        Remark(
            "OBR-31 may be a code or a text; of a code the meaning goes here, and the code to (0040,100A)",
            f"{_ORDERS}, 6",
        ),
    ),
    "0040100A": (Remark("OBR-31 may be a text alone, which a scheduler may turn into a code", f"{_ORDERS}, 7"),),
    "00321060": (Remark("no default is set where OBR-44 is missing", f"{_ORDERS}, 11"),),
    "00321064": (Remark("no default is set where OBR-44 is missing", f"{_ORDERS}, 11"),),
    "00401003": (Remark("converted by the table of priorities", f"{_ORDERS}, 1"),),
    "00402016": (_ISSUER,),
    "00402017": (_ISSUER,),
    "00380010": (
        Remark(
            "PV1-19 where it is valued, else PID-18; visit numbers must then be unique among account numbers",
            f"{_ORDERS}, 3",
        ),
    ),
    "00380016": (Remark("U (unknown) where PV1-2 is absent", f"{_ORDERS}, 17"),),
    "00100020": (
        Remark(
            "goes with its issuer (0010,0021), from PID-3.4: the number alone is not unique", f"{STATEMENT}, PID rows"
        ),
    ),
}
