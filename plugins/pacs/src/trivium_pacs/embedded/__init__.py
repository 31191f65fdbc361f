"""A small archive and a small destination on loopback, with invented people: for the demonstration and for tests.

It knows nothing of the rest of the plugin but the limits on a connection. It imports pydicom and pynetdicom at once,
so import it where it is needed and not at start-up.
"""

from trivium_pacs.embedded.archive import EmbeddedArchive
from trivium_pacs.embedded.destination import Destination
from trivium_pacs.embedded.studies import DEMO_STUDIES, Person, Series, Study

__all__ = ["DEMO_STUDIES", "Destination", "EmbeddedArchive", "Person", "Series", "Study"]
