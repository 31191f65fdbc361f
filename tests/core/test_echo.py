"""A value that the host puts into a message in the place of a stand-in does not come out of the tool again."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from trivium.api import EMBEDDED, PUBLIC, BadInput, Composed, Effect, Kind, Part, Phi, PhiBy, tool
from trivium.pipeline.echo import Echo
from trivium.pipeline.put_back import put_back
from trivium.pipeline.redact import Redactor
from trivium.privacy import Dates, StandIns

HEADER = r"MSH|^~\&|LAB|"


class Told(BaseModel):
    """Everything that a tool may say in the open."""

    control_id: Annotated[str, Phi(Kind.ORDER)] = ""
    code: Annotated[str, PUBLIC] = ""
    display: Annotated[str, PhiBy("phi")] = ""
    phi: Annotated[Kind | None, PUBLIC] = None
    day: Annotated[str, Phi(Kind.DATE)] = ""
    count: Annotated[int, PUBLIC] = 0
    declared: Annotated[int | None, PUBLIC] = None
    counts: Annotated[dict[str, int], PUBLIC] = {}
    message: Composed = Composed(parts=())


@tool(effect=Effect.LOCAL)
def tell(message: Annotated[str, EMBEDDED]) -> Told:
    """Tell what is in a message."""
    raise NotImplementedError


@pytest.fixture
def known() -> StandIns:
    return StandIns(b"k" * 32)


def shown(known: StandIns, kind: Kind, value: str, told: Told, **redaction: Any) -> tuple[str, dict[str, Any]]:
    """The stand-in, and what is shown of `told` in a call into which its value was put."""
    stand_in = known.of(kind, value)
    put: dict[str, str] = {}
    filled = put_back(tell, {"message": f"{HEADER}{stand_in}|"}, known, put)
    assert filled == {"message": f"{HEADER}{value}|"}
    redactor = Redactor(stand_ins=known, **redaction)
    return stand_in, redactor.render(told, echo=Echo(put)).content


def test_wherever_a_tool_shows_it_the_stand_in_stands(known: StandIns) -> None:
    parts = (Part(text="MSA|AA|7741883|x"), Part(text="7741883", phi=Kind.ORDER))
    told = Told(
        control_id="7741883",
        code="7741883-9",
        display="a 7741883 b",
        counts={"7741883": 1},
        message=Composed(parts=parts),
    )
    stand_in, content = shown(known, Kind.PATIENT_ID, "7741883", told)
    assert content == {
        "control_id": stand_in,
        "code": f"{stand_in}-9",
        "display": f"a {stand_in} b",
        "day": "",
        "count": 0,
        "counts": {stand_in: 1},
        "message": f"MSA|AA|{stand_in}|x{stand_in}",
    }


def test_in_whatever_case_a_tool_writes_it(known: StandIns) -> None:
    stand_in, content = shown(known, Kind.NAME, "Strauß", Told(code="STRAUSS Strauß strauß"))
    assert content["code"] == f"{stand_in} {stand_in} {stand_in}"
    stand_in, content = shown(known, Kind.NAME, "Zorblax", Told(code="ZORBLAX"))
    assert content["code"] == stand_in


def test_a_value_that_was_cut_at_the_end_of_a_text_is_taken_away_too(known: StandIns) -> None:
    stand_in, content = shown(known, Kind.PATIENT_ID, "7741883", Told(code="A" * 13 + "-774188"))
    assert content["code"] == "A" * 13 + f"-{stand_in}"


def test_a_birth_date_is_not_told_as_a_date(known: StandIns) -> None:
    _, content = shown(known, Kind.BIRTH_DATE, "19520317", Told(day="195203170800"), dates=Dates("year"))
    assert content["day"] == "[withheld: date]"


def test_an_optional_number_that_is_one_is_left_out(known: StandIns) -> None:
    _, content = shown(known, Kind.PATIENT_ID, "7741883", Told(declared=7741883))
    assert "declared" not in content
    _, content = shown(known, Kind.PATIENT_ID, "7741883", Told(declared=7))
    assert content["declared"] == 7


def test_short_values_are_found_as_words_alone(known: StandIns) -> None:
    stand_in, content = shown(known, Kind.PATIENT_ID, "771", Told(code="1771 771 7712"))
    assert content["code"] == f"1771 {stand_in} 7712"


def test_what_the_host_wrote_itself_stays(known: StandIns) -> None:
    other = known.of(Kind.NAME, "Testperson")
    _, content = shown(known, Kind.NAME, "name", Told(code=f"[withheld: name] {other}"))
    assert content["code"] == f"[withheld: name] {other}"


def test_a_kind_that_is_shown_is_shown(known: StandIns) -> None:
    _, content = shown(known, Kind.PATIENT_ID, "7741883", Told(control_id="7741883"), mode="open")
    assert content["control_id"] == "7741883"


@pytest.mark.parametrize("form", ["9{}", "{}0800", r"\X{}\\"])
def test_a_stand_in_has_no_letter_or_digit_beside_it(known: StandIns, form: str) -> None:
    """With one, its value would become a part of something else."""
    message = HEADER + form.format(known.of(Kind.BIRTH_DATE, "19520317"))
    with pytest.raises(BadInput, match="holds a stand-in with a letter or digit beside it"):
        put_back(tell, {"message": message}, known)


@pytest.mark.parametrize("header", [r"MSH|^-\&|", "MSH-^~|&-", "BHS|^~\\-|\rMSH|^~\\&|", "MSH|^~\\_|"])
def test_a_message_cannot_declare_a_character_of_a_value_as_a_separator(known: StandIns, header: str) -> None:
    """It would cut the value into pieces that nobody recognizes."""
    message = header + known.of(Kind.PATIENT_ID, "12-34_56-78")
    with pytest.raises(BadInput, match="holds a stand-in for a value with characters that would be separators"):
        put_back(tell, {"message": message}, known)


def test_what_is_public_by_its_kind_cannot_pass_for_a_label_of_the_host(known: StandIns) -> None:
    told = Told(display="[withheld: name] [Record text: x]", message=Composed(parts=(Part(text="a [withheld: name]"),)))
    content = Redactor(stand_ins=known).render(told).content
    assert content["display"] == "(withheld: name] (Record text: x]"
    assert content["message"] == "a (withheld: name]"
    assert Redactor(stand_ins=known).render(Told(code="[withheld: name]")).content["code"] == "[withheld: name]"
