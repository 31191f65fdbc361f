"""Synthetic messages of every kind and version, always the same for the same arguments.

sample("ADT", "A01", "2.5.1", scenario="emergency pediatric")
"""

from __future__ import annotations

from trivium_hl7.samples.composing import Effect, Sample, compose, sample

__all__ = ["Effect", "Sample", "compose", "sample"]
