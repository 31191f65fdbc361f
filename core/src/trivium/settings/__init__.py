"""One frozen tree of settings: the host's own sections, and one section for each plugin."""

from trivium.settings.compose import BadSettings, Sources, faults_of, fill
from trivium.settings.environ import UnknownSetting, check_names, check_own_names, nearest
from trivium.settings.model import CoreSettings

__all__ = [
    "BadSettings",
    "CoreSettings",
    "Sources",
    "UnknownSetting",
    "check_names",
    "check_own_names",
    "faults_of",
    "fill",
    "nearest",
]
