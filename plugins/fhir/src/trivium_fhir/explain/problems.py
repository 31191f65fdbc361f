"""What can be wrong with a question about FHIR R4."""

from __future__ import annotations

from trivium.api import Problem


class ElementProblem(Problem):
    TOO_LONG = "is longer than {limit} characters"
    UNREADABLE = "is not an element path such as Patient.name.given or Observation.value[x]"
    NO_SUCH_ELEMENT = "is no element of FHIR R4; element names that exist beside it are listed by explain_fhir_resource"
    NO_SUCH_TYPE = "begins with no resource or data type of FHIR R4"


class ResourceProblem(Problem):
    NO_SUCH_RESOURCE = "is no resource or data type of FHIR R4"


class CodeProblem(Problem):
    NOTHING_ASKED = "needs a code, a system, a value set or words to look for"
    TOO_LONG = "is longer than {limit} characters"
    NOTHING_FOUND = "is no code, system, value set or display of FHIR R4 and the HL7 v2 tables, and no near one exists"
