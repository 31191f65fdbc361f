"""Results that are more than a value: a picture, and a text put together from parts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from trivium.api.phi import PUBLIC, Kind, PhiBy


class Part(BaseModel):
    """A piece of a text, and what it would tell about a person (`None`: nothing)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    text: Annotated[str, PhiBy("phi")]
    phi: Annotated[Kind | None, PUBLIC] = None


class Composed(BaseModel):
    """A text, such as a message, whose parts carry patient data of different kinds.

    The caller gets one text, in which each part is shown, withheld or replaced by itself.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    parts: tuple[Part, ...]

    @classmethod
    def __get_pydantic_json_schema__(cls, *_: Any) -> dict[str, Any]:
        return {"type": "string"}


class Image(BaseModel):
    """A picture, public or of `Kind.IMAGE`. The caller gets it as image content; in the result its size stands.

    One of a patient is withheld unless the operator shows such pictures, and the result says so.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, ser_json_bytes="base64", val_json_bytes="base64")

    png: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, from the IHDR chunk (PNG, 11.2.2)."""
        return int.from_bytes(self.png[16:20]), int.from_bytes(self.png[20:24])

    @classmethod
    def __get_pydantic_json_schema__(cls, *_: Any) -> dict[str, Any]:
        numbers = {name: {"type": "integer"} for name in ("width", "height", "bytes")}
        properties = {"mime_type": {"type": "string"}, **numbers}
        required = list(properties)
        return {"type": "object", "properties": properties | {"withheld": {"type": "string"}}, "required": required}
