"""Sequence diagrams: a model, its text for Mermaid, its picture as PNG.

diagram = Sequence((Lifeline("RIS", "Order filler"), Lifeline("PACS", "Image manager")), (
    Arrow("RIS", "PACS", "OMI^O23 schedule"),
    Arrow("PACS", "RIS", "ORI^O24", reply=True),
))
mermaid(diagram)
picture(diagram)
"""

from trivium_hl7.diagrams.mermaid import mermaid
from trivium_hl7.diagrams.model import Arrow, Lifeline, Note, Sequence
from trivium_hl7.diagrams.picture import picture

__all__ = ["Arrow", "Lifeline", "Note", "Sequence", "mermaid", "picture"]
