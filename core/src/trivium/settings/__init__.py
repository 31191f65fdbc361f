"""One frozen tree of settings: the host's own sections, and one section for each plugin."""

from trivium.settings.compose import Sources, fill
from trivium.settings.environ import UnknownSetting, check_names, check_own_names
from trivium.settings.model import CoreSettings

__all__ = ["CoreSettings", "Sources", "UnknownSetting", "check_names", "check_own_names", "fill"]
