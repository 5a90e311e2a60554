"""What every noun shares: frozen, no surprise fields, moments with a zone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError

from incidents.errors import InvalidInputError


class Value(BaseModel):
    """A noun: never changes, refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy; with changes, without what was worked out from the values before."""
        copied = super().model_copy(update=update, deep=deep)
        if update and len(copied.__dict__) > len(type(self).model_fields):
            for name in copied.__dict__.keys() - type(self).model_fields.keys():
                del copied.__dict__[name]
        return copied


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone, such as Asia/Shanghai") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]
Instant = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
"""A moment that named its offset; kept in UTC."""

V = TypeVar("V", bound=BaseModel)


# What a pydantic value keeps, put in place through its slots: twice as fast as by their names.
_put_values = BaseModel.__dict__["__dict__"].__set__
_put_fields_set = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


@cache
def _fields_of(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields)


def trusted(kind: type[V], values: dict[str, Any]) -> V:
    """Return a noun made of values that were checked before, without checking them again.

    Every field has to be given. This is `model_construct` without its search for defaults and
    aliases, for the few places that make thousands of nouns from law that was read and checked.
    """
    made: V = object.__new__(kind)
    _put_values(made, values)
    _put_fields_set(made, _fields_of(kind))
    _put_extra(made, None)
    _put_private(made, None)
    return made


@cache
def zone_info(name: str) -> ZoneInfo:
    """Return a zone, read once: `ZoneInfo` itself remembers only the last eight."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def in_zone(at: datetime, zone: str) -> str:
    """Return a moment as people there read it, such as `Fri 2026-03-06 17:00 CET (UTC+01:00)`."""
    local = at.astimezone(zone_info(zone))
    offset = local.strftime("%z")
    return f"{local:%a %Y-%m-%d %H:%M} {local:%Z} (UTC{offset[:3]}:{offset[3:]})"


def read_as(kind: type[V], data: Any, *, where: str) -> V:
    """Return data as a noun, or one error that names every field that is wrong.

    The message never repeats a value: what stands in a field may be personal.

    Raises:
        InvalidInputError: with the file and each field's path.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_input=False):
            path = ".".join(str(step) for step in problem["loc"]) or "(document)"
            lines.append(f"{path}: {problem['msg']}")
        raise InvalidInputError(
            "; ".join(lines[:20]),
            where=where,
            repair="`forthwith schema` prints the shape with every field and allowed word",
        ) from None
