"""What every result of this plugin is made of."""

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """A part of a result: it never changes, and its validator is made when it is first needed."""

    model_config = ConfigDict(frozen=True, defer_build=True)
