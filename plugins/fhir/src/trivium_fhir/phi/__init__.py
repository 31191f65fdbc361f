"""Which values of FHIR R4 resources carry patient data, and resources as text whose parts say so."""

from trivium_fhir.phi.rules import kind_of
from trivium_fhir.phi.telling import told
from trivium_fhir.phi.writer import composed

__all__ = ["composed", "kind_of", "told"]
