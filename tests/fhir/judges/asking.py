"""Four FHIR R4 validators of others, asked about one resource: what does each hold against it?

Three speak through Node (`judges.mjs`; `npm install --prefix .peers` with the `package.json` here), one is Python's.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

HERE: Final = Path(__file__).parent
PACKAGES: Final = Path(os.environ.get("TRIVIUM_NODE_MODULES", HERE.parents[2] / ".peers"))

Verdict: TypeAlias = Mapping[str, list[str]]
"""By validator its errors, each with its place."""


class Judges:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._questions: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    def verdict(self, resource: Mapping[str, Any] | str) -> Verdict:
        text = resource if isinstance(resource, str) else json.dumps(resource)
        self._questions.write(" ".join(text.splitlines()) + "\n")
        self._questions.flush()
        answer = self._answers.readline()
        assert answer, "the validators ended"
        said: dict[str, list[str]] = json.loads(answer)
        return {**said, "fhirkit": _fhirkit(text)}

    def against(self, resource: Mapping[str, Any] | str) -> Verdict:
        """Those alone that hold something against it."""
        return {judge: errors for judge, errors in self.verdict(resource).items() if errors}


def _fhirkit(text: str) -> list[str]:
    import fhirkit

    return [str(issue) for issue in fhirkit.validate(text) if str(issue).startswith("error")]


def verdicts(node: str, texts: list[str]) -> list[Verdict]:
    """Of many resources, each JSON on one line, with one process."""
    program = [node, str(HERE / "judges.mjs"), str(PACKAGES)]
    questions = "".join(f"{text}\n" for text in texts)
    done = subprocess.run(program, input=questions, stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8")
    said = [json.loads(line) for line in done.stdout.split("\n") if line]
    return [one | {"fhirkit": _fhirkit(text)} for one, text in zip(said, texts, strict=True)]


@contextmanager
def judges(node: str) -> Iterator[Judges]:
    program = [node, str(HERE / "judges.mjs"), str(PACKAGES)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as asked:
        try:
            yield Judges(asked)
        finally:
            assert asked.stdin
            asked.stdin.close()
            asked.wait(10)
