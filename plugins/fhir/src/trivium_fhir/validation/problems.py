"""Why a resource cannot be validated at all."""

from __future__ import annotations

from trivium.api import Problem


class ResourceProblem(Problem):
    TOO_LARGE = "is longer than {limit} characters"
    TOO_DEEP = "is nested deeper than {limit} levels"
    NOT_JSON = "is not JSON (about character {position})"
    NOT_OBJECT = "is not one JSON object"
    DUPLICATE_KEY = "has an object with the same name twice"
    NOT_A_NUMBER = "has NaN or Infinity, which JSON does not have"
    LONG_NUMBER = "has a number of more than {limit} characters"
    NOT_XML = "is not well-formed XML"
    DOCTYPE = "has a document type definition, entities or references outside, which FHIR's XML does not allow"
    NOT_FHIR_XML = "is XML whose root is no FHIR resource in the namespace http://hl7.org/fhir"
    EMPTY = "is empty"
