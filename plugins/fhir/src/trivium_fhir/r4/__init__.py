"""FHIR R4 4.0.1 as tables: elements, terminology, search parameters, invariants, counterparts, extensions.

Everything is read from `knowledge/r4` on first use and kept; nothing here imports another room.
"""
