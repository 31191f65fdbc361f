"""De-identifies a data set in process, and reads what came of it."""

from __future__ import annotations

import io
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from tests.dicom import making

from trivium_dicom.deidentify.choices import Choice, options_of
from trivium_dicom.deidentify.working import Made, Plan, deidentify
from trivium_dicom.files.limits import Limits

SECRET, OTHER = b"a secret of the test", b"another secret of it"


def made(ds: Dataset, *options: str, secret: bytes = SECRET, syntax: str = ExplicitVRLittleEndian) -> Made:
    return deidentify(making.as_bytes(ds, syntax), Limits(), Plan(options_of([Choice(one) for one in options]), secret))


def read(one: Made) -> Any:
    return pydicom.dcmread(io.BytesIO(one.content))


def result(ds: Dataset, *options: str, secret: bytes = SECRET) -> Any:
    return read(made(ds, *options, secret=secret))


def item(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)
