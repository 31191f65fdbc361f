"""A sequence diagram as Mermaid text (mermaid.js, sequenceDiagram)."""

from __future__ import annotations

import re
from typing import Final

from trivium_hl7.diagrams.model import Arrow, Note, Sequence

_SPECIAL: Final = re.compile(r"[#;<>%{}\"]")
"""What means something in Mermaid or HTML wherever it stands; written as an entity code (`#35;`)."""


def mermaid(diagram: Sequence) -> str:
    """Lines of text. Lifelines are called P1, P2 ... so that no id is a word of the language."""
    lines = ["sequenceDiagram"]
    if diagram.title:
        lines.append(f"    title {_text(diagram.title)}")
    for number, line in enumerate(diagram.lifelines, 1):
        name = _text(line.name) + (f"<br/>{_text(line.role)}" if line.role else "")
        lines.append(f"    participant P{number} as {name}")
    lines += [f"    {_event(diagram, event)}" for event in diagram.events]
    return "\n".join(lines)


def _event(diagram: Sequence, event: Arrow | Note) -> str:
    def called(lifeline: str) -> str:
        return f"P{diagram.column(lifeline) + 1}"

    if isinstance(event, Note):
        columns = sorted(event.over, key=diagram.column)
        over = dict.fromkeys((columns[0], columns[-1]))
        return f"Note over {','.join(called(one) for one in over)}: {_text(event.text)}"
    line = "-->>" if event.reply else "->>"
    return f"{called(event.sender)}{line}{called(event.receiver)}: {_text(event.text)}"


def _text(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))
