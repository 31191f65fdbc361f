"""A syntax tree becomes closures once; evaluating it then walks no tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from trivium.api import BadInput
from trivium_fhir.fhirpath.functions import FUNCTIONS, Function
from trivium_fhir.fhirpath.moments import Moment, Quantity, moment
from trivium_fhir.fhirpath.operators import OPERATORS, single
from trivium_fhir.fhirpath.parsing import Syntax
from trivium_fhir.fhirpath.problems import ExpressionProblem, Fault
from trivium_fhir.fhirpath.scope import Evaluate, Scope
from trivium_fhir.fhirpath.values import Item, Node, is_a

_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED: Final = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"}
_OPERATIONS: Final = frozenset(
    {
        "UnionExpression",
        "MembershipExpression",
        "InequalityExpression",
        "AdditiveExpression",
        "MultiplicativeExpression",
        "EqualityExpression",
        "OrExpression",
        "ImpliesExpression",
        "AndExpression",
    }
)
_LAZY: Final = {"and": False, "or": True}


def compiled(node: Syntax) -> Evaluate:
    """What evaluates a tree. Raises `BadInput` for functions that do not exist and wrong numbers of arguments."""
    if node.kind in _OPERATIONS:
        return _operation(node)
    match node.kind:
        case "TermExpression" | "InvocationTerm" | "ParenthesizedTerm" | "LiteralTerm":
            return compiled(node.children[0]) if node.children else _constant(_literal(node))
        case "InvocationExpression":
            return _chain(compiled(node.children[0]), _invocation(node.children[1], head=False))
        case "MemberInvocation" | "FunctionInvocation" | "ThisInvocation" | "IndexInvocation" | "TotalInvocation":
            return _invocation(node, head=True)
        case "IndexerExpression":
            return _indexed(node)
        case "PolarityExpression":
            return _signed(node)
        case "TypeExpression":
            return _typed(node)
        case "ExternalConstantTerm":
            return _variable(node)
        case "NullLiteral":
            return lambda scope, focus: []
    return _constant(_literal(node))


def _constant(value: Item) -> Evaluate:
    held = [value]
    return lambda scope, focus: held


def _literal(node: Syntax) -> Item:
    text = node.text
    match node.kind:
        case "BooleanLiteral":
            return text == "true"
        case "NumberLiteral":
            return Decimal(text) if "." in text else int(text)
        case "StringLiteral":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        case "QuantityLiteral":
            number, unit = re.fullmatch(r"([0-9.]+)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
            return Quantity(Decimal(number), unit.strip("'"))
    return _written_moment(node)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)


def _written_moment(node: Syntax) -> Moment:
    text = node.text.removeprefix("@")
    kind = "time" if text.startswith("T") else "dateTime" if "T" in text else "date"
    read = moment(text.removesuffix("T") if kind != "time" else text, kind)
    if read is None:
        raise BadInput(where="expression", problem=ExpressionProblem.UNREADABLE, position=node.position)
    return read


def _chain(first: Evaluate, then: Evaluate) -> Evaluate:
    return lambda scope, focus: then(scope, first(scope, focus))


def _invocation(node: Syntax, *, head: bool) -> Evaluate:
    match node.kind:
        case "ThisInvocation":
            return lambda scope, focus: scope.this
        case "IndexInvocation":
            return lambda scope, focus: [] if scope.index is None else [scope.index]
        case "TotalInvocation":
            return lambda scope, focus: scope.total
        case "FunctionInvocation":
            return _call(node.children[0])
    name = _identifier(node.children[0])
    return _start(name) if head and name[:1].isupper() else _member(name)


def _identifier(node: Syntax) -> str:
    text = node.text
    return _ESCAPE.sub(_unescaped, text[1:-1]) if text[:1] in '`"' else text


def _member(name: str) -> Evaluate:
    def member(scope: Scope, focus: list[Item]) -> list[Item]:
        found: list[Item] = []
        for item in focus:
            if isinstance(item, Node):
                found += item.member(name)
        scope.environment.count(len(focus) + len(found))
        return found

    return member


def _start(name: str) -> Evaluate:
    """A path may begin with the type it is about: `Patient.name`."""
    member = _member(name)

    def start(scope: Scope, focus: list[Item]) -> list[Item]:
        of_type = [item for item in focus if isinstance(item, Node) and is_a(item, name, None)]
        return of_type or member(scope, focus)

    return start


def _call(node: Syntax) -> Evaluate:
    name, position = _identifier(node.children[0]), node.position
    function = FUNCTIONS.get(name)
    if function is None:
        raise BadInput(where="expression", problem=ExpressionProblem.NO_FUNCTION, position=position)
    written = node.children[1].children if len(node.children) > 1 else ()
    if not function.least <= len(written) <= function.most:
        raise BadInput(where="expression", problem=ExpressionProblem.ARGUMENTS, position=position)
    return _located(_applied(function, written), position)


def _applied(function: Function, written: tuple[Syntax, ...]) -> Evaluate:
    work = function.work
    if function.takes_type:
        type_ = _type_named(written[0].text)
        return lambda scope, focus: work(scope, focus, type_)
    arguments = [compiled(one) for one in written]
    return lambda scope, focus: work(scope, focus, *arguments)


def _located(evaluate: Evaluate, position: int) -> Evaluate:
    def located(scope: Scope, focus: list[Item]) -> list[Item]:
        try:
            return evaluate(scope, focus)
        except Fault as fault:
            raise BadInput(where="expression", problem=fault.problem, position=position) from None

    return located


def _operation(node: Syntax) -> Evaluate:
    word = node.words[0]
    work = OPERATORS[word]
    left, right = compiled(node.children[0]), compiled(node.children[1])
    decides = _LAZY.get(word)

    def operate(scope: Scope, focus: list[Item]) -> list[Item]:
        scope.environment.count(1)
        first = left(scope, focus)
        if decides is not None and len(first) == 1 and first[0] is decides:
            return first
        return work(first, right(scope, focus))

    return _located(operate, node.position)


def _indexed(node: Syntax) -> Evaluate:
    of, index = compiled(node.children[0]), compiled(node.children[1])

    def indexed(scope: Scope, focus: list[Item]) -> list[Item]:
        items, number = of(scope, focus), single(index(scope, focus))
        if number is None:
            return []
        if not isinstance(number, int) or isinstance(number, bool):
            raise Fault(ExpressionProblem.WRONG_TYPE)
        return [items[number]] if 0 <= number < len(items) else []

    return _located(indexed, node.position)


def _signed(node: Syntax) -> Evaluate:
    of, minus = compiled(node.children[0]), node.words[0] == "-"

    def signed(scope: Scope, focus: list[Item]) -> list[Item]:
        value = single(of(scope, focus))
        if value is None:
            return []
        if isinstance(value, Quantity):
            return [Quantity(-value.value if minus else value.value, value.unit)]
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise Fault(ExpressionProblem.WRONG_TYPE)
        return [-value if minus else value]

    return _located(signed, node.position)


def _typed(node: Syntax) -> Evaluate:
    of = compiled(node.children[0])
    work: Callable[..., list[Item]] = FUNCTIONS[node.words[0]].work
    type_ = _type_named(node.children[1].text)
    return _located(lambda scope, focus: work(scope, of(scope, focus), type_), node.position)


def _type_named(text: str) -> tuple[str | None, str]:
    """`FHIR.Patient` as namespace and name."""
    namespace, _, name = text.replace("`", "").rpartition(".")
    return namespace or None, name


def _variable(node: Syntax) -> Evaluate:
    constant = node.children[0].children
    name = _identifier(constant[0]) if constant else node.text.lstrip("%").strip("'`")
    position = node.position

    def variable(scope: Scope, focus: list[Item]) -> list[Item]:
        found = _value_of(name, scope)
        if found is None:
            raise BadInput(where="expression", problem=ExpressionProblem.NO_VARIABLE, position=position)
        return found

    return variable


def _value_of(name: str, scope: Scope) -> list[Item] | None:
    """FHIRPath 2.0 section 7 and R4 fhirpath.html: nothing of the machine it runs on is among them."""
    environment = scope.environment
    match name:
        case "resource":
            return [environment.resource]
        case "rootResource":
            return [environment.root]
        case "context":
            return scope.context
        case "ucum":
            return ["http://unitsofmeasure.org"]
        case "sct":
            return ["http://snomed.info/sct"]
        case "loinc":
            return ["http://loinc.org"]
    if name.startswith(("vs-", "ext-")):
        kind, _, rest = name.partition("-")
        return [f"http://hl7.org/fhir/{'ValueSet' if kind == 'vs' else 'StructureDefinition'}/{rest}"]
    if name in environment.variables:
        value = environment.variables[name]
        return value if isinstance(value, list) else [value]
    return None
