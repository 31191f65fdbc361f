"""What de-identification does with an attribute, in words (PS3.15 table E.1-1)."""

from __future__ import annotations

from typing import Final

from trivium_dicom.confidentiality import ACTIONS, Option, row_of

_BASIC: Final = "basic profile"
_NOT_LISTED: Final = "not in table E.1-1: left as it is"
_PIXELS: Final = frozenset({"7fe00008", "7fe00009", "7fe00010"})
_IN_PICTURES: Final = "left as it is: text and faces in it are for the options clean pixel data and clean recognizable"
"""PS3.15 E.3.1 and E.3.2, which stand in no column of the table."""


def confidentiality_of(tag: str, *, private: bool) -> dict[str, str]:
    """The basic profile's action and that of each option which says otherwise, by the tag in eight digits.

    Private elements have one rule for all of them.
    """
    if private:
        return {_BASIC: _said("X"), _option(Option.RETAIN_SAFE_PRIVATE): _said("C")}
    row = row_of(tag)
    if row is None:
        return {_BASIC: _IN_PICTURES if tag in _PIXELS else _NOT_LISTED}
    return {_BASIC: _said(row.basic), **{_option(option): _said(action) for option, action in row.options.items()}}


def _said(action: str) -> str:
    return f"{action} = {ACTIONS[action]}"


def _option(option: Option) -> str:
    return option.name.lower().replace("_", " ")
