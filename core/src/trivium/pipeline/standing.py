"""The policy as it stands when a call comes in. While it cannot be read, only what touches nothing goes on."""

from __future__ import annotations

from dataclasses import dataclass

from trivium.api import Effect, Kind, RefusalCode, Refused, ToolSpec
from trivium.policy import ApprovalLevel, Policy, PolicyDesk, PolicyFault, Rules


@dataclass(frozen=True, slots=True)
class Standing:
    """One reading of the policy, so that a call is judged by the same words from its beginning to its end."""

    policy: Policy
    fault: str = ""
    """Why the policy file cannot be gone by; `policy` is then the last one that could be, and the edition's demands."""
    demands_known: bool = True
    """Whether the edition could be read: without it nobody knows which tools need a license."""

    @classmethod
    def of(cls, desk: PolicyDesk) -> Standing:
        """Two `stat` calls, and a small file to read when it has changed: too little for a thread of its own."""
        try:
            return cls(desk.current())
        except PolicyFault as fault:
            words = str(fault)
        except Exception as error:  # whatever is wrong in there, it is no permission
            words = f"the policy cannot be read ({type(error).__name__})"
        try:
            return cls(desk.last_good(), words)
        except Exception:
            return cls(Policy(), words, demands_known=False)

    def audit_required(self, effect: Effect | None) -> bool:
        """Whether a call is refused when it cannot be recorded. A call of an unknown tool does nothing anyway."""
        if effect is None:
            return False
        return (bool(self.fault) and effect is not Effect.LOCAL) or self.policy.audit_required(effect)

    def rules(self, spec: ToolSpec) -> Rules:
        """Raises `Refused`."""
        if not self.demands_known:
            raise Refused(RefusalCode.POLICY_UNREADABLE, f"nobody knows which tools need a license: {self.fault}")
        if self.fault and spec.effect is not Effect.LOCAL:
            raise Refused(
                RefusalCode.POLICY_UNREADABLE,
                f"the safety policy cannot be read, and {spec.name} touches more than what it is handed: {self.fault}",
            )
        return self.policy.rules(spec.name, spec.effect)

    def opened(self, caller: str, tool: str) -> frozenset[Kind]:
        """Kinds of patient data that the policy shows this caller."""
        return frozenset() if self.fault else self.policy.opened(caller, tool)


def approval_level(spec: ToolSpec, rules: Rules) -> ApprovalLevel:
    """The operator's word counts, else what the tool declares."""
    return rules.approval or (ApprovalLevel.ASK if spec.approval else ApprovalLevel.NONE)
