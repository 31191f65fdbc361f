"""URI templates: what fits, what does not, and whether two can fit the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trivium.api.uri_template import LONGEST, UriTemplate


@pytest.mark.parametrize(
    ("template", "uri", "values"),
    [
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/segment/PID", {"version": "2.5.1", "id": "PID"}),
        ("hl7://{version}/segment/{id}", "HL7://2.5.1/segment/PID", {"version": "2.5.1", "id": "PID"}),
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/%73egment/P%49D", {"version": "2.5.1", "id": "PID"}),
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/segment/a%2Fb", {"version": "2.5.1", "id": "a/b"}),
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/segment/M%C3%BCller", {"version": "2.5.1", "id": "Müller"}),
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/segment/ADT^A01", {"version": "2.5.1", "id": "ADT^A01"}),
        ("hl7://{version}/segment/{id}", "hl7://2.5.1/segment/%7Bid%7D", {"version": "2.5.1", "id": "{id}"}),
        ("hl7://table/t{number}.md", "hl7://table/t0001.md", {"number": "0001"}),
        ("hl7://table/t{number}.md", "hl7://table/t.md.md", {"number": ".md"}),
        ("hl7://table/list", "hl7://table/list", {}),
    ],
)
def test_a_uri_gives_the_variables_of_a_template_it_fits(template: str, uri: str, values: dict[str, str]) -> None:
    assert UriTemplate.parse(template).match(uri) == values


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "hl7",
        "hl7://2.5.1/segment",
        "hl7://2.5.1/segment/",
        "hl7:///segment/PID",
        "hl7://2.5.1/segment/PID/3",
        "hl7://2.5.1/segments/PID",
        "hl7://2.5.1/Segment/PID",
        "hl7:/2.5.1/segment/PID",
        "hl8://2.5.1/segment/PID",
        " hl7://2.5.1/segment/PID",
        "hl7://2.5.1/segment/PID\n",
        "hl7://2.5.1/segment/PID?x=1",
        "hl7://2.5.1/segment/PID#3",
        "hl7://2.5.1/segment/%",
        "hl7://2.5.1/segment/%zz",
        "hl7://2.5.1/segment/%FF",
        "hl7://2.5.1/segment/" + "x" * LONGEST,
    ],
)
def test_what_does_not_fit_a_template_gives_nothing(uri: str) -> None:
    assert UriTemplate.parse("hl7://{version}/segment/{id}").match(uri) is None


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{x}",
        "hl7:{x}",
        "{scheme}://x",
        "HL7://{x}",
        "hl7://",
        "hl7://{a}{b}",
        "hl7://{a}-{b}",
        "hl7://{a}/{a}",
        "hl7://{A}",
        "hl7://{}",
        "hl7://{+path}",
        "hl7://{a,b}",
        "hl7://{a",
        "hl7://a}",
        "hl7://{a}?x={b}",
        "hl7://a#b",
        "hl7://a%20b",
        "hl7://\u0430",
        "hl7://" + "x" * 201,
    ],
)
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"^it (is|has) "):
        UriTemplate.parse(template)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a://{x}/b", "a://{y}/b", True),
        ("a://{x}/b", "a://c/{y}", True),
        ("a://{x}/b", "a://c/d", False),
        ("a://c/d", "a://c/d", True),
        ("a://{x}", "a://{x}/b", False),
        ("a://{x}", "b://{x}", False),
        ("a://x{y}", "a://{y}z", True),
        ("a://x{y}", "a://z{y}", False),
        ("a://{y}.md", "a://{y}.txt", False),
        ("a://x{y}.md", "a://x{y}", True),
        ("a://t{y}", "a://t", False),
    ],
)
def test_two_templates_overlap_when_a_uri_fits_both(one: str, other: str, overlap: bool) -> None:
    first, second = UriTemplate.parse(one), UriTemplate.parse(other)
    assert (first.overlaps(second), second.overlaps(first)) == (overlap, overlap)


PART = st.sampled_from(["{v}", "a{v}", "{v}a", "ab{v}", "{v}ab", "a", "ab", "aab", "b{v}b"])


def template_of(texts: Sequence[str]) -> UriTemplate:
    return UriTemplate.parse("s://" + "/".join(text.replace("v", f"v{n}") for n, text in enumerate(texts)))


@given(st.lists(PART, min_size=2, max_size=2), st.lists(PART, min_size=2, max_size=2), st.data())
def test_what_fits_two_templates_is_no_surprise(one: list[str], other: list[str], data: st.DataObject) -> None:
    filled = [text.replace("{v}", data.draw(st.text("ab", min_size=1, max_size=4))) for text in one]
    first, second = template_of(one), template_of(other)
    uri = "s://" + "/".join(filled)
    assert first.match(uri) is not None
    assert second.match(uri) is None or first.overlaps(second)


@given(st.text(max_size=60))
def test_any_text_for_a_uri_is_taken_or_left(text: str) -> None:
    values = UriTemplate.parse("s://{v}").match(f"s://{text}")
    assert values is None or (values.keys() == {"v"} and "/" not in text)
