"""What the tests of worker processes let them do: well and badly."""

from __future__ import annotations

import os
import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path

from pydantic import BaseModel

from trivium.api import BadInput, Image, Problem


class Trouble(Problem):
    ODD = "is odd after {count} bytes"


class Answered(BaseModel):
    length: int
    process: int
    picture: Image | None = None


def measure(content: bytes) -> Answered:
    print("a library that prints")
    print("and complains", file=sys.stderr)
    return Answered(length=len(content), process=os.getpid())


def draw(content: bytes) -> Answered:
    return Answered(length=0, process=0, picture=Image(png=content))


def refuse(content: bytes) -> Answered:
    raise BadInput(where="path", problem=Trouble.ODD, count=len(content))


def fail(content: bytes) -> Answered:
    raise RuntimeError(content.decode())


def die(content: bytes) -> Answered:
    os.abort()


def end(content: bytes) -> Answered:
    os._exit(0)


def grow(content: bytes) -> Answered:
    return Answered(length=len(bytearray(8 << 30)), process=0)


def linger(content: bytes) -> Answered:
    time.sleep(60)
    raise AssertionError


def nest(content: bytes) -> Answered:
    def deeper(depth: int) -> int:
        return deeper(depth + 1)

    return Answered(length=deeper(0), process=0)


def write(content: bytes) -> Answered:
    Path(content.decode()).write_bytes(content)
    raise AssertionError


class NoColors(MetaPathFinder):
    """Keeps one module of Python's own out, as a lock keeps out a plugin."""

    guards_workers = True

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: object, target: object = None, /) -> None:
        if fullname == "colorsys":
            raise ImportError(fullname)


def mix_colors(content: bytes) -> Answered:
    import colorsys

    return Answered(length=len(colorsys.__name__), process=0)


def show_environment(content: bytes) -> Answered:
    return Answered(length=sum(name.startswith("TRIVIUM") for name in os.environ), process=os.getpid())


def lie(content: bytes) -> BaseModel:
    class Other(BaseModel):
        length: str = "many"

    return Other()


lie.__annotations__["return"] = Answered
