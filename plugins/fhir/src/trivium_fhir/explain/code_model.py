"""What `lookup_fhir_code` answers."""

from pydantic import Field

from trivium_fhir.result import Result


class CodeMatch(Result):
    system: str
    code: str
    display: str | None = None
    parent: str | None = None
    selectable: bool | None = Field(None, description="False: groups others, not to be used.")
    value_sets: list[str] | None = Field(None, description="R4 value sets with it: the first.")


class SystemFacts(Result):
    url: str
    name: str | None = None
    codes_here: int
    v2_table: str | None = None
    oid: str | None = None
    need: str | None = Field(None, description="What a look-up of its codes needs, where they are not here.")
    form: str | None = Field(None, description="Whether the code asked for looks like one of it.")
    check_digit: str | None = None


class ValueSetFacts(Result):
    url: str
    total: int
    outside: list[str] | None = Field(None, description="Systems it draws on whose codes are not here.")
    contains: bool | None = Field(None, description="The code asked for; absent: not asked, or not decidable here.")
    bound_by: list[str] | None = Field(None, description="Elements and strength: the first.")


class CodeAnswer(Result):
    summary: str
    matches: list[CodeMatch]
    total: int
    next_offset: int | None = None
    system: SystemFacts | None = None
    value_set: ValueSetFacts | None = None
    near: list[str] | None = Field(None, description="Systems or value sets with a similar name.")
    source: str
