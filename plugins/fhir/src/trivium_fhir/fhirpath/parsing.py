"""FHIRPath text to a syntax tree, by the grammar of `fhirpathpy`, with the place of what cannot be read.

The library's own `parse` lets its grammar repair an unreadable expression in silence and evaluates what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

from antlr4 import CommonTokenStream, InputStream, ParserRuleContext, Token  # type: ignore[import-untyped]
from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
from antlr4.tree.Tree import TerminalNode  # type: ignore[import-untyped]
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from trivium.api import BadInput
from trivium_fhir.fhirpath.problems import ExpressionProblem

LONGEST: Final = 4_000
_DEEPEST: Final = 60
_WHERE: Final = "expression"


@dataclass(frozen=True, slots=True)
class Syntax:
    """A node of the tree: its kind in the grammar, its own words and where it begins (from 1)."""

    kind: str
    words: tuple[str, ...]
    position: int
    children: tuple[Syntax, ...]
    context: Any
    """The library's own node."""

    @property
    def text(self) -> str:
        """All words of it and below it, made only of the nodes it is asked of: it walks all that is below."""
        return str(self.context.getText())


class _Strict(ErrorListener):  # type: ignore[misc]
    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True)

    def syntaxError(  # noqa: N802
        self,
        recognizer: Any,
        offendingSymbol: Any,  # noqa: N803
        line: int,
        column: int,
        msg: str,
        e: Any,
    ) -> NoReturn:
        before = sum(len(one) for one in self.lines[: line - 1])
        _unreadable(before + column + 1)


def parse(text: str) -> Syntax:
    """The tree of an expression. Raises `BadInput` with the place where it stops being FHIRPath."""
    if len(text) > LONGEST:
        raise BadInput(where=_WHERE, problem=ExpressionProblem.TOO_LONG, limit=LONGEST)
    if not text.strip():
        _unreadable(1)
    if _depth(text) > _DEEPEST:
        raise BadInput(where=_WHERE, problem=ExpressionProblem.TOO_DEEP)
    try:
        return _syntax(_tree(text))
    except RecursionError:
        raise BadInput(where=_WHERE, problem=ExpressionProblem.TOO_DEEP) from None


def _tree(text: str) -> Any:
    strict = _Strict(text)
    lexer = FHIRPathLexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(strict)
    parser = FHIRPathParser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser.addErrorListener(strict)
    expression = parser.expression()
    rest = parser.getCurrentToken()
    if rest.type != Token.EOF:
        _unreadable(rest.start + 1)
    return expression


def _syntax(context: Any) -> Syntax:
    parts = list(context.getChildren())
    return Syntax(
        kind=type(context).__name__.removesuffix("Context"),
        words=tuple(part.getText() for part in parts if isinstance(part, TerminalNode)),
        position=context.start.start + 1,
        children=tuple(_syntax(part) for part in parts if isinstance(part, ParserRuleContext)),
        context=context,
    )


def _depth(text: str) -> int:
    """How deep brackets go, those in strings counted too: the grammar's own recursion is bounded by it."""
    deepest = depth = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _unreadable(position: int) -> NoReturn:
    raise BadInput(where=_WHERE, problem=ExpressionProblem.UNREADABLE, position=position)
