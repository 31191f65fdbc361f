"""How a patient's value may appear: as a stand-in, as another date, as labeled text. Pure; knows nothing of tools."""

from trivium.privacy.dates import DateMode, Dates
from trivium.privacy.stand_ins import StandIns

__all__ = ["DateMode", "Dates", "StandIns"]
