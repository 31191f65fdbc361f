"""Who may come in over HTTP: names, roles and the secrets they show."""

from trivium.access.people import FILE, AccessFault, Entry, People, Role
from trivium.access.register import BadName, grant, withdraw

__all__ = ["FILE", "AccessFault", "BadName", "Entry", "People", "Role", "grant", "withdraw"]
