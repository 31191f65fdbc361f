"""Why no bundle is made."""

from __future__ import annotations

from trivium.api import Problem


class BundleProblem(Problem):
    TOO_MANY = "becomes more than {limit} resources, which is more than one answer holds"
