"""What can be wrong with a FHIRPath expression, or with asking it of a resource."""

from __future__ import annotations

from trivium.api import Problem


class ExpressionProblem(Problem):
    UNREADABLE = "cannot be read as FHIRPath from character {position} on"
    TOO_LONG = "is longer than {limit} characters"
    TOO_DEEP = "is nested too deep"
    NO_FUNCTION = "calls a function at character {position} that FHIRPath and FHIR R4 do not define"
    ARGUMENTS = "gives the function at character {position} a wrong number of arguments"
    NO_VARIABLE = "names a variable at character {position} that is not set"
    NOT_SINGLE = "has several values at character {position} where one is needed"
    WRONG_TYPE = "has a value of the wrong type at character {position}"
    BAD_PATTERN = "has a regular expression at character {position} that cannot be read"
    TOO_MUCH = "visits more than {limit} elements"
    TOO_BIG = "makes a value at character {position} that is too big"


class Fault(Exception):
    """A problem met while evaluating; whoever knows the place in the expression puts it in."""

    def __init__(self, problem: ExpressionProblem) -> None:
        super().__init__(problem.name)
        self.problem = problem
