"""When a study or series began, of all its rows."""

from __future__ import annotations

from typing import Final

from trivium_fhir.imaging.notes import Notes, Remark
from trivium_fhir.imaging.rows import Row, distinct, text
from trivium_fhir.imaging.times import TimeLoss, moment

_LOSSES: Final = {
    TimeLoss.BAD_DATE: Remark.BAD_DATE,
    TimeLoss.NO_ZONE: Remark.NO_ZONE,
    TimeLoss.NO_SECONDS: Remark.NO_SECONDS,
    TimeLoss.ZONE_OF_SETTING: Remark.ZONE_OF_SETTING,
}


def started(rows: list[Row], level: str, zone: str | None, notes: Notes) -> str:
    """`Study` or `Series`: date and time of the first row that has this date."""
    day = next(iter(distinct(rows, f"{level}Date")), "")
    source: Row = next((row for row in rows if text(row, f"{level}Date") == day), {})
    offset = next(iter(distinct(rows, "TimezoneOffsetFromUTC")), "")
    made = moment(day, text(source, f"{level}Time"), offset, zone)
    if made.loss:
        notes.add(f"{level}Date" if made.loss is TimeLoss.BAD_DATE else f"{level}Time", _LOSSES[made.loss])
    return made.value
