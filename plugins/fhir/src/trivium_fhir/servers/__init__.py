"""FHIR servers that the operator has set up: reading, searching and, where it is switched on, writing."""
