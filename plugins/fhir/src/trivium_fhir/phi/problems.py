"""What can be wrong with a resource that is to be shown."""

from __future__ import annotations

from trivium.api import Problem


class ShapeProblem(Problem):
    TOO_DEEP = "is nested more than {limit} levels deep"
