"""The tool, as a caller sees it."""

from __future__ import annotations

import pytest

from trivium.api import PUBLIC, Effect, NotFound
from trivium_dicom.explain.explaining import explain_tag
from trivium_dicom.tools.explain_dicom_tag import explain_dicom_tag


def test_it_answers_what_the_function_does() -> None:
    answer = explain_dicom_tag(tag="PatientID", iod="us image", limit=3, offset=0)
    assert answer == explain_tag("PatientID", iod="us image", limit=3)


def test_it_touches_nothing_and_its_answer_is_public() -> None:
    assert (explain_dicom_tag.effect, explain_dicom_tag.mark) == (Effect.LOCAL, PUBLIC)


def test_what_it_does_not_find_is_an_error_without_the_words() -> None:
    with pytest.raises(NotFound) as caught:
        explain_dicom_tag(tag="Mustermannzqx", iod=None, limit=12, offset=0)
    assert "Mustermann" not in str(caught.value)


def test_its_description_stays_short() -> None:
    assert len(explain_dicom_tag.description.split()) <= 170
