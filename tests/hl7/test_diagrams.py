"""Sequence diagrams: geometry, Mermaid text, picture."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageFont

from trivium_hl7.diagrams import Arrow, Lifeline, Note, Sequence, mermaid, picture
from trivium_hl7.diagrams.layout import Layout, layout
from trivium_hl7.patterns.catalog import Pattern, patterns
from trivium_hl7.patterns.explaining import sequence

TWO = (Lifeline("RIS", "Order filler", "RIS"), Lifeline("PACS", "Image manager"))
ASK = Sequence(
    TWO,
    (
        Arrow("RIS", "PACS", "OMI^O23: schedule"),
        Arrow("PACS", "RIS", "ORI^O24", reply=True),
        Arrow("RIS", "RIS", "wait"),
        Note(("PACS", "RIS"), "the step begins"),
    ),
    "Order",
)


def plan(diagram: Sequence) -> Layout:
    return layout(diagram, ImageFont.load_default(15).getlength)


def test_the_text_is_a_mermaid_sequence_diagram() -> None:
    assert mermaid(ASK).splitlines() == [
        "sequenceDiagram",
        "    title Order",
        "    participant P1 as Order filler<br/>RIS",
        "    participant P2 as Image manager",
        "    P1->>P2: OMI^O23: schedule",
        "    P2-->>P1: ORI^O24",
        "    P1->>P1: wait",
        "    Note over P1,P2: the step begins",
    ]


def test_what_means_something_in_mermaid_or_html_is_written_as_its_code() -> None:
    lifelines = (Lifeline("end", "a;b#c"), Lifeline("note", "<b>"))
    diagram = Sequence(lifelines, (Arrow("end", "note", "x\ny; -->> %% {z}"),))
    assert mermaid(diagram).splitlines() == [
        "sequenceDiagram",
        "    participant P1 as a#59;b#35;c",
        "    participant P2 as #60;b#62;",
        "    P1->>P2: x y#59; --#62;#62; #37;#37; #123;z#125;",
    ]


def test_the_same_diagram_gives_the_same_bytes_and_the_size_that_was_planned() -> None:
    first = picture(ASK)
    assert picture(ASK) == first
    size = plan(ASK)
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", (size.width, size.height))


def test_an_event_of_a_lifeline_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="not there"):
        Sequence(TWO, (Arrow("RIS", "LIS", "x"),))
    with pytest.raises(ValueError, match="same id"):
        Sequence((*TWO, TWO[0]), ())


def test_a_diagram_that_nobody_could_read_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="at most"):
        picture(Sequence(TWO, (Arrow("RIS", "PACS", "x"),) * 1_000))
    with pytest.raises(ValueError, match="has a lifeline"):
        picture(Sequence((), ()))


def test_a_long_text_is_broken_and_pushes_the_lifelines_apart() -> None:
    wide = plan(Sequence(TWO, (Arrow("RIS", "PACS", "W" * 100),)))
    assert [len(line) for line in wide.events[0].lines] == [34, 34, 32]
    font = ImageFont.load_default(15)
    assert wide.columns[1] - wide.columns[0] > max(font.getlength(line) for line in wide.events[0].lines)


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.names[0])
def test_in_the_diagram_of_a_pattern_nothing_overlaps_and_everything_is_inside(pattern: Pattern) -> None:
    diagram = sequence(pattern)
    size = plan(diagram)
    measure = ImageFont.load_default(15).getlength
    for left, right in zip(size.heads, size.heads[1:], strict=False):
        assert left.x[1] < right.x[0]
    for above, below in zip(size.events, size.events[1:], strict=False):
        assert above.bottom < below.top
    for placed in size.events:
        low, high = min(placed.x), max(placed.x)
        text = max(measure(line) for line in placed.lines)
        assert 0 <= low <= high <= size.width
        assert placed.bottom < size.foot <= size.height
        if isinstance(placed.event, Arrow) and low != high:
            assert text < high - low
        if isinstance(placed.event, Note):
            assert text < high - low
            others = set(size.columns) - {size.columns[diagram.column(one)] for one in placed.event.over}
            assert not [x for x in others if low <= x <= high]
    content = picture(diagram)
    assert len(content) < 60_000
    assert mermaid(diagram).isascii()
