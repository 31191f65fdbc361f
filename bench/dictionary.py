"""Look-ups in the dictionary in process, in microseconds, beside pydicom's own `pydicom.datadict` in the same run.

    uv run python bench/dictionary.py [ROUNDS]

pydicom answers exact questions only, from tables that are loaded; ours go the whole way of the tool, from the text that
a caller writes to a result model. So a ratio says what reading all spellings costs, not which dictionary is faster.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pydicom import datadict, uid

from trivium_dicom.dictionary import entries, entries_of, uid_rows
from trivium_dicom.tag_number import TagNumber
from trivium_dicom.tools.explain_dicom_iod import explain_dicom_iod
from trivium_dicom.tools.lookup_dicom_tag import lookup_dicom_tag
from trivium_dicom.tools.lookup_dicom_uid import lookup_dicom_uid

Way = Callable[[Any], object]
Ways = dict[str, tuple[Way, Sequence[Any]]]

WORDS = ("slice thick", "patient birth", "referenced sop instance", "window center", "pixel spacing imager")
MISSPELLED = ("PatientNmae", "modalty", "acession number", "StudyInstaceUID", "slize thikness")
PRIVATE = (("SIEMENS CSA HEADER", 0x00291010), ("GEMS_PARM_01", 0x00431039), ("Philips Imaging DD 001", 0x20011003))
TEXTS = ("(0010,0010)", "(0018,0050)", "RequestAttributesSequence", "(7FE0,0010)", "(0028,0301)")

tag: Way = partial(lookup_dicom_tag.function, limit=10)
named: Way = partial(lookup_dicom_uid.function, limit=10)
object_: Way = partial(
    explain_dicom_iod.function, module=None, types="required", usage="mandatory", depth=0, limit=80, offset=0
)


def by_creator(asked: tuple[str, int]) -> object:
    """What one creator defines at a number."""
    creator, number = asked
    return [entry for entry in entries_of(TagNumber(f"{number:08x}")) if entry.creator == creator]


def pydicoms_private(asked: tuple[str, int]) -> object:
    creator, number = asked
    return datadict.get_private_entry(number, creator)


def explain_ways() -> Ways:
    """explain_dicom_tag, where this plugin has it."""
    if find_spec("trivium_dicom.explain") is None:
        return {}
    explain_tag: Way | None = getattr(import_module("trivium_dicom.explain"), "explain_tag", None)
    return {"explain a tag: trivium": (explain_tag, TEXTS)} if explain_tag else {}


def all_ways() -> Ways:
    some = entries()[:: len(entries()) // 200]
    exact = [entry for entry in some if "x" not in entry.digits and entry.keyword]
    uids = list(uid_rows())[::5]
    return {
        "number: trivium": (tag, [f"({entry.digits[:4]},{entry.digits[4:]})" for entry in exact]),
        "number: pydicom": (datadict.get_entry, [int(entry.digits, 16) for entry in exact]),
        "keyword: trivium": (tag, [entry.keyword for entry in exact]),
        "keyword: pydicom": (datadict.tag_for_keyword, [entry.keyword for entry in exact]),
        "private by creator: trivium": (by_creator, PRIVATE),
        "private by creator: pydicom": (pydicoms_private, PRIVATE),
        "uid: trivium": (named, uids),
        "uid: pydicom": (lambda one: uid.UID(one).name, uids),
        "words: trivium": (tag, WORDS),
        "misspelled: trivium": (tag, MISSPELLED),
        "path: trivium": (tag, ["RequestAttributesSequence.ScheduledProcedureStepID", "(0040,0275)/(0040,0009)"]),
        "explain an object: trivium": (object_, ["CT image", "1.2.840.10008.5.1.4.1.1.4", "enhanced mr", "rtstruct"]),
        **explain_ways(),
    }


def microseconds(way: Way, questions: Sequence[Any]) -> float:
    began = time.perf_counter()
    for question in questions:
        way(question)
    return (time.perf_counter() - began) / len(questions) * 1e6


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    ways = all_ways()
    for way, questions in ways.values():
        microseconds(way, questions)  # what is loaded once
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, questions) in ways.items():
            found[name].append(microseconds(way, questions))
    print(f"{'microseconds, median':32}{'':>10}{'x pydicom':>12}")
    for name, times in found.items():
        peer = found.get(f"{name.partition(':')[0]}: pydicom")
        ratio = f"{statistics.median(times) / statistics.median(peer):12.1f}" if peer else f"{'':>12}"
        print(f"{name:32}{statistics.median(times):10.1f}{ratio}")


if __name__ == "__main__":
    main()
