"""Dumps that people paste: each form is read, and what it says is what the file says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from tests.conftest import Say, leave_out
from tests.dicom import making
from tests.dicom.test_csa_headers import TAGS, header
from tests.dicom.test_private_values import MR, mr_with

from trivium.api import BadInput, TooLarge
from trivium_dicom.files.limits import Limits
from trivium_dicom.private.answering import decode_dump, decode_file
from trivium_dicom.private.asking import Asked
from trivium_dicom.private.dumps import read_dump
from trivium_dicom.private.dumps.reading import DumpProblem
from trivium_dicom.private.elements import Element
from trivium_dicom.private.result import PrivateElement, PrivateTags
from trivium_dicom.private.vocabulary import Basis, Form, Layout, NotDecoded

ALL = Asked(limit=10_000, value_limit=1_000_000)
CSA = "SIEMENS CSA HEADER"
MEANING = ("path", "basis", "creator", "written_creator", "name", "vr", "vm", "source", "others", "safe")


def read(text: str) -> list[Element]:
    return read_dump(text, Limits()).dataset


def decode(text: str) -> PrivateTags:
    return decode_dump(text, Limits(), ALL)


def shape(dataset: list[Element]) -> list[Any]:
    """Tags and values, items as lists."""
    return [
        (one.digits, [shape(item) for item in one.items] if one.items else one.data or one.texts) for one in dataset
    ]


DCMTK = """
# Dicom-Data-Set
# Used TransferSyntax: Little Endian Explicit
(0008,0070) LO [SIEMENS]                                #   8, 1 Manufacturer
(0029,0010) LO [SIEMENS CSA HEADER]                     #  18, 1 PrivateCreator
(0029,1008) CS [IMAGE NUM 4]                            #  12, 1 CSAImageHeaderType
(0029,1010) OB 53\\56\\31\\30...                           # 10848, 1 CSAImageHeaderInfo
(0029,10aa) US 1\\2                                      #   4, 2 Unknown Tag & Data
(0040,0275) SQ (Sequence with explicit length #=2)      # 100, 1 RequestAttributesSequence
  (fffe,e000) na (Item with explicit length #=2)          #  40, 1 Item
    (0029,0011) LO [ACME]                                   #   4, 1 PrivateCreator
    (0029,1101) LO [one\\two]                                #   8, 2 Unknown Tag & Data
  (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
  (fffe,e000) na (Item with explicit length #=1)          #  40, 1 Item
    (0029,1102) LT (no value available)                     #   0, 0 Unknown Tag & Data
  (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
(fffe,e0dd) na (SequenceDelimitationItem for re-encod.) #   0, 0 SequenceDelimitationItem
(0051,0010) LO [SIEMENS MR HEADER]                      #  18, 1 PrivateCreator
(0051,1009) LT [first line
second line]                                            #  22, 1 Unknown Tag & Data
"""
TREE = [
    ("00080070", ("SIEMENS",)),
    ("00290010", (CSA,)),
    ("00291008", ("IMAGE NUM 4",)),
    ("00291010", b"SV10"),
    ("002910aa", ("1", "2")),
    ("00400275", [[("00290011", ("ACME",)), ("00291101", ("one", "two"))], [("00291102", ())]]),
    ("00510010", (MR,)),
    ("00511009", ("first line\nsecond line",)),
]


def test_dcmtk() -> None:
    dump = read_dump(DCMTK, Limits())
    assert (shape(dump.dataset), dump.form, dump.unread) == (TREE, Form.DCMTK, 0)
    assert [(one.size, one.cut) for one in dump.dataset if one.digits == "00291010"] == [(10848, True)]


def test_dcmtk_without_its_indentation_is_read_by_what_ends_items() -> None:
    assert shape(read("\n".join(line.strip() for line in DCMTK.splitlines()))) == TREE


def test_dcmtk_in_color() -> None:
    colored = "\n".join(
        f"\x1b[32m{line}\x1b[0m" if line.startswith("(") and "[first" not in line else line
        for line in DCMTK.splitlines()
    )
    assert shape(read(colored)) == TREE


GDCM = """
# Dicom-Data-Set
# Used TransferSyntax: 1.2.840.10008.1.2
(0008,0070) ?? (LO) [SIEMENS ]                                    # 8,1 Manufacturer
(0029,0010) ?? (LO) [SIEMENS CSA HEADER]                          # 18,1 Private Creator
(0029,1008) ?? (CS) [IMAGE NUM 4 ]                                # 12,1 CSA Image Header Type
(0029,1010) ?? (OB) 53\\56\\31\\30\\04\\03\\02\\01...                    # 10848,1 CSA Image Header Info
(0051,0010) LO [SIEMENS MR HEADER ]                               # 18,1 Private Creator
(0051,100c) LO (SH) [FoV 2112*2112 ]                              # 14,1 ? (Field of View ?)
(0040,0275) SQ (Sequence with undefined length)                   # u/l,1 Request Attributes Sequence
  (fffe,e000) na (Item with undefined length)
    (0029,0011) LO [ACME]                                         # 4,1 Private Creator
    (0029,1101) LO [one ]                                         # 4,1 ?
"""


def test_gdcm() -> None:
    found = decode(GDCM)
    assert read_dump(GDCM, Limits()).form is Form.DCMTK
    assert [(one.path, one.name, one.value, one.stated_vr) for one in found.elements] == [
        ("(0029,1008)", "CSA Image Header Type", "IMAGE NUM 4", None),
        ("(0029,1010)", "CSA Image Header Info", None, None),
        ("(0051,100C)", None, "FoV 2112*2112", "LO"),
        ("(0040,0275)[1].(0029,1101)", None, "one", "LO"),
    ]


DICOM3TOOLS = (
    "(0x0008,0x0070) LO Manufacturer \t VR=<LO>   VL=<0x0008>  <SIEMENS > \n"
    "(0x0029,0x0010) LO PrivateCreator \t VR=<LO>   VL=<0x0012>  <SIEMENS CSA HEADER> \n"
    "(0x0029,0x1008) CS CSA Image Header Type \t VR=<CS>   VL=<0x000c>  <IMAGE NUM 4 > \n"
    "(0x0029,0x1010) OB CSA Image Header Info \t VR=<OB>   VL=<0x0004>  [0x53,0x56,\n\t0x31,0x30] \n"
    "(0x0029,0x10aa) ? \t VR=<US>   VL=<0x0004>  [0x0001,0x0002] \n"
    "(0x0040,0x0275) SQ Request Attributes Sequence \t VR=<SQ>   VL=<0xffffffff>  \n"
    "  ----:\n"
    "    > (0x0029,0x0011) LO PrivateCreator \t VR=<LO>   VL=<0x0004>  <ACME> \n"
    "    > (0x0029,0x1101) ? \t VR=<LO>   VL=<0x0008>  <one\\two > \n"
    "  ----:\n"
    "    > (0x0029,0x1102) ? \t VR=<LT>   VL=<0x0000>  <> \n"
    "\n"
    "(0x0051,0x0010) LO PrivateCreator \t VR=<LO>   VL=<0x0012>  <SIEMENS MR HEADER > \n"
    "(0x0051,0x1009) LT ? \t VR=<LT>   VL=<0x0016>  <first line\nsecond line> \n"
)


def test_dicom3tools() -> None:
    dump = read_dump(DICOM3TOOLS, Limits())
    assert (shape(dump.dataset), dump.form, dump.unread) == (TREE, Form.DICOM3TOOLS, 0)


def test_dicom3tools_as_dciodvfy_writes_it_with_its_messages() -> None:
    text = (
        "Error - Missing attribute Type 2C Conditional Element=<Laterality> Module=<GeneralSeries>\n"
        "(0x0051,0x100b) SH Acquisition Matrix Text  - Warning - Explicit value representation doesn't match\n"
        "(0x0019,0x0010) LO PrivateCreator \t VR=<LO>   VL=<0x0012>  Used=<F> IE=<> <SIEMENS MR HEADER > \n"
        "(0x0019,0x1012) SL Table Position Origin \t VR=<SL>   VL=<0x0008>  Used=<F> IE=<> [0x00000000,0xfffffb1c] \n"
    )
    dump = read_dump(text, Limits())
    assert (shape(dump.dataset), dump.unread) == ([("00190010", (MR,)), ("00191012", ("0", "-1252"))], 0)


PYDICOM = """
Dataset.file_meta -------------------------------
(0002,0010) Transfer Syntax UID                 UI: Explicit VR Little Endian
-------------------------------------------------
(0008,0070) Manufacturer                        LO: 'SIEMENS'
(0029,0010) Private Creator                     LO: 'SIEMENS CSA HEADER'
(0029, 1008) [CSA Image Header Type]             CS: 'IMAGE NUM 4'
(0029,1010) [CSA Image Header Info]             OB: b'SV10'
(0029,10AA) Private tag data                    US: [1, 2]
(0040,0275)  Request Attributes Sequence  2 item(s) ----
   (0029,0011) Private Creator                     LO: 'ACME'
   (0029,1101) Private tag data                    LO: ['one', 'two']
   ---------
   (0029,1102) Private tag data                    LT: ''
   ---------
(0051,0010) Private Creator                     LO: 'SIEMENS MR HEADER'
(0051,1009) [Unknown]                           LT: 'first line\\nsecond line'
"""


def test_pydicom() -> None:
    dump = read_dump(PYDICOM, Limits())
    assert (shape(dump.dataset)[1:], dump.form, dump.unread) == (TREE, Form.PYDICOM, 0)


def test_pydicom_writes_how_long_a_value_is_that_it_does_not_show() -> None:
    (element,) = read("(0029,1010) [CSA Image Header Info]             OB: Array of 10848 elements")
    assert (element.size, element.cut, element.data) == (10848, True, None)


DCM4CHE = """
132: (0002,0000) UL #4 [192] FileMetaInformationGroupLength
862: (0008,0070) LO #8 [SIEMENS] Manufacturer
870: (0029,0010) LO #18 [SIEMENS CSA HEADER] PrivateCreatorID
890: (0029,1008) CS #12 [IMAGE NUM 4] CSAImageHeaderType
900: (0029,1010) OB #4 [83\\86\\49\\48] CSAImageHeaderInfo
910: (0029,10AA) US #4 [1\\2]
920: (0040,0275) SQ #-1 RequestAttributesSequence
930: >(FFFE,E000) #-1 Item #1
938: >(0029,0011) LO #4 [ACME] PrivateCreatorID
950: >(0029,1101) LO #8 [one\\two]
960: >(FFFE,E00D) #0 ItemDelimitationItem
968: >(FFFE,E000) #-1 Item #2
976: >(0029,1102) LT #0 []
986: >(FFFE,E00D) #0 ItemDelimitationItem
994: (FFFE,E0DD) #0 SequenceDelimitationItem
999: (0051,0010) LO #18 [SIEMENS MR HEADER] PrivateCreatorID
"""


def test_dcm4che() -> None:
    dump = read_dump(DCM4CHE, Limits())
    assert (shape(dump.dataset)[1:], dump.form, dump.unread) == (TREE[:-1], Form.DCM4CHE, 0)


def test_dcm4che_writes_items_in_logs_otherwise() -> None:
    text = "(0040,0275) SQ #-1 [1 item] Request\n>ITEM #1:\n>(0029,0011) LO #4 [ACME] Creator\n(0029,0010) LO #4 [ABCD]"
    assert shape(read(text)) == [("00400275", [[("00290011", ("ACME",))]]), ("00290010", ("ABCD",))]


@pytest.mark.parametrize(
    "line",
    [
        "0029,0010 (PrivateCreator): SIEMENS CSA HEADER",
        "0029,0010 SIEMENS CSA HEADER",
        "(0029,0010)\tLO\tPrivate Creator\tSIEMENS CSA HEADER",
        "(0029,0010) | Private Creator | LO | SIEMENS CSA HEADER",
        "00290010 LO Private Creator: SIEMENS CSA HEADER",
        "0x0029,0x0010  LO  PrivateCreator  'SIEMENS CSA HEADER'",
        "(0029,0010) Private Creator SIEMENS CSA HEADER",
        "0029:0010 = SIEMENS CSA HEADER",
        "  0029,0010   Private Creator   [SIEMENS CSA HEADER]",
        "(0029,0010);Private Creator;SIEMENS CSA HEADER ;",
    ],
)
def test_a_line_of_a_viewer(line: str) -> None:
    """The creator is what the rest hangs on: it is found among the columns."""
    found = decode(f"{line}\n0029,1008 (Unknown Tag & Data): IMAGE NUM 4\n")
    assert [(one.path, one.basis, one.name, one.value) for one in found.elements] == [
        ("(0029,1008)", Basis.CREATOR, "CSA Image Header Type", "IMAGE NUM 4")
    ]


def test_lines_of_nested_items_in_a_viewer() -> None:
    text = "0040,0275  SQ  Request Attributes\n   0029,0011  LO  ACME\n   0029,1101  LO  one\n0029,0010  LO  ABCD\n"
    assert shape(read(text)) == [
        ("00400275", [[("00290011", ("ACME",)), ("00291101", ("one",))]]),
        ("00290010", ("ABCD",)),
    ]


JSON = {
    "00080070": {"vr": "LO", "Value": ["SIEMENS"]},
    "00290010": {"vr": "LO", "Value": [CSA]},
    "00291008": {"vr": "CS", "Value": ["IMAGE NUM 4"]},
    "00291010": {"vr": "OB", "InlineBinary": "U1YxMA=="},
    "002910AA": {"vr": "US", "Value": [1, 2]},
    "00400275": {
        "vr": "SQ",
        "Value": [
            {"00290011": {"vr": "LO", "Value": ["ACME"]}, "00291101": {"vr": "LO", "Value": ["one", "two"]}},
            {"00291102": {"vr": "LT"}},
        ],
    },
    "00510010": {"vr": "LO", "Value": [MR]},
    "00511009": {"vr": "LT", "Value": ["first line\nsecond line"]},
}


@pytest.mark.parametrize("content", [JSON, [JSON]], ids=["one", "list"])
def test_dicom_json(content: Any) -> None:
    dump = read_dump(json.dumps(content), Limits())
    assert (shape(dump.dataset), dump.form, dump.unread) == (TREE, Form.JSON, 0)


def test_json_of_orthanc() -> None:
    content = {
        "0029,0010": {"Name": "PrivateCreator", "Type": "String", "Value": CSA},
        "0029,1008": {"Name": "Unknown Tag & Data", "Type": "String", "Value": "IMAGE NUM 4"},
        "0029,1010": {"Name": "Unknown Tag & Data", "Type": "TooLong", "Value": None},
        "0040,0275": {
            "Name": "S",
            "Type": "Sequence",
            "Value": [{"0029,1101": {"Name": "", "Type": "String", "Value": "x"}}],
        },
    }
    found = decode(json.dumps(content))
    assert [(one.path, one.name, one.value, one.not_decoded) for one in found.elements] == [
        ("(0029,1008)", "CSA Image Header Type", "IMAGE NUM 4", None),
        ("(0029,1010)", "CSA Image Header Info", None, NotDecoded.NOT_SHOWN),
        ("(0040,0275)[1].(0029,1101)", None, "x", None),
    ]
    short = {"0029,0010": CSA, "0029,1008": "IMAGE NUM 4"}
    assert [one.name for one in decode(json.dumps(short)).elements] == ["CSA Image Header Type"]


def test_lines_that_are_none_are_counted() -> None:
    found = decode("Dear colleague,\n0029,0010 SIEMENS CSA HEADER\nwhat is this?\n0029,1008 MR\n\nBest regards\n")
    assert (found.unread_lines, found.total) == (3, 1)


def test_a_header_in_a_whole_dump_is_decoded_and_in_a_short_one_not() -> None:
    whole = "\\".join(f"{byte:02x}" for byte in header(TAGS))
    text = "(0029,0010) LO [SIEMENS CSA HEADER]  # 18, 1 PrivateCreator\n(0029,1010) OB {} # {}, 1 Unknown"
    (found,) = decode(text.format(whole, len(header(TAGS)))).elements
    assert (found.layout, found.not_decoded) == (Layout.CSA2, None)
    (found,) = decode(text.format(whole[:60] + "...", len(header(TAGS)))).elements
    assert (found.layout, found.not_decoded) == (None, NotDecoded.CUT)


@pytest.mark.parametrize("text", ["", "hello", "# nothing", "{}", "[]", '{"a": 1}'])
def test_a_text_without_an_element_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_dump(text, Limits())
    assert caught.value.problem is DumpProblem.NO_ELEMENT


@pytest.mark.parametrize("text", ['{"00290010": ', '{"00290010": {"vr": "SQ", "Value": ' + "[" * 100_000])
def test_spoiled_json_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_dump(text, Limits())
    assert caught.value.problem is DumpProblem.SPOILED_JSON


def test_a_dump_beyond_the_limits_is_refused() -> None:
    lines = "0029,1010 x\n" * 300
    with pytest.raises(TooLarge) as caught:
        read_dump(lines, Limits(elements=200))
    assert caught.value.problem is DumpProblem.TOO_MANY
    deep: Any = {}
    for _ in range(100):
        deep = {"00400275": {"vr": "SQ", "Value": [deep]}}
    with pytest.raises(TooLarge):
        read_dump(json.dumps(deep), Limits())
    nested = "\n".join(f"{' ' * depth}0040,0275  SQ  Sequence" for depth in range(200))
    with pytest.raises(TooLarge):
        read_dump(nested, Limits())


@pytest.mark.parametrize(
    "line",
    [
        " " * 1_000_000 + "x",
        ">" * 1_000_000 + "x",
        "(0029,1010)" + " " * 1_000_000 + "----",
        "(0029,1010) OB " + "00\\" * 400_000,
        "(0029,1010) LO [" + "]  " * 300_000,
        "(0029,1010) " + "A: " * 300_000,
        "(0x0029,0x1010) \t VR=<OB> VL=<0x1> " + "<>" * 400_000,
        "(0029,1010) US: " + "[" * 900_000,
        "(0029,1010) x LO: [" + "'a'," * 250_000 + "]",
        "(0029,0010) LO [" + "1." * 500_000 + "x]",
        "0029,0010 " + "\t" * 900_000,
        "(0029,1010) LO [\n" * 60_000,
        "(0x0029,0x1010) \t VR=<OB>   VL=<0x1>  [0\n" * 25_000,
    ],
    ids=range(13),
)
def test_a_hostile_line_costs_seconds_at_most(line: str) -> None:
    started = time.perf_counter()
    decode(f"0029,0010 x\n{line}\n0029,1011 y")
    assert time.perf_counter() - started < 8


@given(st.text(alphabet="()[]<>{}0129afxe,: \t\\#'\"SQLOVR=-\n", max_size=300))
def test_any_text_is_a_dump_or_refused(text: str) -> None:
    try:
        decode(f"0029,0010 x\n{text}")
    except BadInput:
        return


PIXELS = re.compile(r"^\((?:0x)?7fe0,", re.MULTILINE)


def run(*command: str) -> str:
    if shutil.which(command[0]) is None:
        leave_out(f"{command[0]} is not installed (Debian packages dcmtk, dicom3tools)")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return PIXELS.split(done.stdout.decode("latin-1"))[0]  # which nobody pastes


def by_pydicom(path: str) -> str:
    return str(pydicom.dcmread(path, force=True))


FORMS: dict[str, Callable[[str], str]] = {
    "dcmdump": lambda path: run("dcmdump", "-q", "+L", path),
    "dcmdump short": lambda path: run("dcmdump", "-q", path),
    "dcdump": lambda path: run("dcdump", path),
    "dcm2json": lambda path: run("dcm2json", "-q", path),
    "pydicom": by_pydicom,
}


def nested(tmp_path: Path) -> Path:
    """Private elements at three depths, with the same blocks reserved by others, and an empty sequence and item."""
    inner, outer = Dataset(), Dataset()
    inner.add_new((0x0029, 0x0010), "LO", "ACME")
    inner.add_new((0x0029, 0x1008), "CS", "INNER")
    outer.add_new((0x0029, 0x0010), "LO", "SIEMENS MR HEADER")
    outer.add_new((0x0029, 0x1008), "CS", "OUTER")
    outer.ScheduledProtocolCodeSequence = Sequence([inner, inner])
    outer.add_new((0x0051, 0x0010), "LO", MR)
    outer.add_new((0x0051, 0x100B), "LO", "86*86")
    ds = mr_with((0x0029, CSA, 0x08, "CS", "IMAGE NUM 4"), (0x0019, MR, 0x12, "SL", [0, 0, -1252]))
    ds.RequestAttributesSequence = Sequence([outer, Dataset(), outer])
    ds.ReferencedStudySequence = Sequence([])
    ds.add_new((0x0051, 0x0010), "LO", MR)
    ds.add_new((0x0051, 0x100C), "LO", "FoV 1")
    path = tmp_path / "nested.dcm"
    path.write_bytes(making.as_bytes(ds))
    return path


@pytest.mark.peers
@pytest.mark.parametrize("form", FORMS)
def test_nested_items_are_the_same_in_every_dump(form: str, tmp_path: Path) -> None:
    path = nested(tmp_path)
    whole = decode_file(path.read_bytes(), Limits(), ALL)
    assert len(whole.elements) == 11
    text = FORMS[form](str(path))
    assert [told(one) for one in decode(text).elements] == [told(one) for one in whole.elements]


def told(element: PrivateElement) -> tuple[Any, ...]:
    return (*(getattr(element, name) for name in MEANING), element.value)


def numbers(text: str | None) -> list[float] | str | None:
    try:
        return [float(one) for one in text.split("\\")] if text else text
    except ValueError:
        return text


def same_value(ours: PrivateElement, theirs: PrivateElement, digits: float) -> bool:
    """Equal, or equal as numbers to as many digits as the form writes."""
    if (ours.value, ours.layout) == (theirs.value, theirs.layout):
        return True
    if ours.value and theirs.value and ours.value.split() == theirs.value.split():
        return True  # dicom3tools writes other ends of lines
    left, right = numbers(ours.value), numbers(theirs.value)
    if isinstance(left, list) and isinstance(right, list):
        return left == pytest.approx(right, rel=digits, abs=digits)
    return False


CUT = (NotDecoded.CUT, NotDecoded.NOT_SHOWN)


@pytest.mark.corpus
@pytest.mark.peers
@pytest.mark.parametrize(
    ("form", "digits", "count"),
    [("dcmdump", 0, 1_777), ("dcdump", 2e-5, 1_777), ("pydicom", 0, 1_774), ("dcm2json", 1e-12, 1_369)],
)
def test_public_files_decode_from_a_dump_as_from_the_file(
    form: str, digits: float, count: int, corpora: Path, say: Say
) -> None:
    """Every private element is there, means the same, and has the same value wherever the dump shows it."""
    elements, shown = 0, 0
    for path in sorted((corpora / "dicom").glob("*/*")):
        try:
            whole = decode_file(path.read_bytes(), Limits(), ALL)
        except BadInput:
            continue
        if not whole.total:
            continue
        try:
            dump = decode(FORMS[form](str(path)))
        except BadInput:
            assert form == "dcm2json"  # it gives up on compressed pictures
            continue
        ours = {one.path: one for one in whole.elements}
        theirs = {one.path: one for one in dump.elements}
        if form == "pydicom":  # it shows the bytes of a sequence of unknown representation, which are cut
            ours = {path: one for path, one in ours.items() if path in theirs or "(3F03,1001)[1]" not in path}
        assert list(ours) == list(theirs)
        for place, one in ours.items():
            other = theirs[place]
            assert [getattr(one, name) for name in MEANING] == [getattr(other, name) for name in MEANING]
            if other.not_decoded not in CUT and other.size == one.size:
                assert same_value(one, other, digits), place
                shown += 1
            elements += 1
    say(f"dumps: {form}: {elements} private elements as from the file, {shown} of them with their values")
    assert elements == count
