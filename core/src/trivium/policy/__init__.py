"""The safety policy as data: what an operator allows, tightens and demands, read live from a file."""

from trivium.policy.desk import PolicyDesk
from trivium.policy.model import ApprovalLevel
from trivium.policy.policy import Policy
from trivium.policy.reading import PolicyFault
from trivium.policy.rules import Quota, Rules

__all__ = ["ApprovalLevel", "Policy", "PolicyDesk", "PolicyFault", "Quota", "Rules"]
