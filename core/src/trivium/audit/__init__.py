"""The record of what happened: a chained, signed trail of JSON lines that several processes write.

Reading and writing only; `check` verifies a trail, and other modules here turn it into what other systems read.
"""

from trivium.audit.chain import START, Link
from trivium.audit.files import read
from trivium.audit.trail import Trail, open_trail

__all__ = ["START", "Link", "Trail", "open_trail", "read"]
