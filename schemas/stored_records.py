"""Records as the store keeps them: JSON that was checked when it was stored, decoded by the million.

    read = decode_record(row.body)      what an index of names reads of a record (`ListedRecord`)
    told = encode_record(read)          the same record, as short as `Record.model_dump_json(exclude_defaults=True)`

A noun of pydantic costs some fifty microseconds to decode, which is most of the time of building an index of a million persons;
a struct of msgspec costs two. The structs are made of the fields of the nouns, so that there is one description of a record.
Fields, their types and the values of enumerations are checked; patterns and lengths are not: they were when the record came.
"""

from collections.abc import Sequence
from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import Annotated, Any, NamedTuple, Protocol, Union, cast, get_args, get_origin

import msgspec

from schemas.base import Noun
from schemas.watchlist import NameQuality, Record, VersionedRecord, Watchlist


class StoredRow(NamedTuple):
    """A `VersionedRecord` whose record is still JSON, as it was stored."""

    watchlist: Watchlist
    body: str | bytes
    record_version: int
    list_version: int

    def versioned(self) -> VersionedRecord:
        """The record as a noun. Raises ValidationError."""
        return VersionedRecord(
            watchlist=self.watchlist,
            record=Record.model_validate_json(self.body),
            record_version=self.record_version,
            list_version=self.list_version,
        )


class ListedName(Protocol):
    """A name of a record, as a noun or decoded quickly."""

    @property
    def surname(self) -> str | None:
        """See RecordName."""

    @property
    def given_names(self) -> str | None:
        """See RecordName."""

    @property
    def full_name(self) -> str | None:
        """See RecordName."""

    @property
    def quality(self) -> NameQuality:
        """See RecordName."""


class ListedDocument(Protocol):
    """A document of a record."""

    @property
    def type(self) -> str | None:
        """See RecordDocument."""

    @property
    def number(self) -> str:
        """See RecordDocument."""

    @property
    def issuing_country(self) -> str | None:
        """See RecordDocument."""


class ListedRecord(Protocol):
    """What an index reads of a record."""

    @property
    def record_id(self) -> str:
        """See Record."""

    @property
    def names(self) -> Sequence[ListedName]:
        """See Record."""

    @property
    def birth_dates(self) -> Sequence[str]:
        """See Record."""

    @property
    def birth_place(self) -> str | None:
        """See Record."""

    @property
    def sex(self) -> str | None:
        """See Record."""

    @property
    def nationalities(self) -> tuple[str, ...]:
        """See Record."""

    @property
    def documents(self) -> Sequence[ListedDocument]:
        """See Record."""


class StoredRecordError(ValueError):
    """What is stored is no record."""


def decode_record(body: str | bytes) -> ListedRecord:
    """A stored record. Raises StoredRecordError; its text repeats nothing of the record."""
    try:
        return cast(ListedRecord, _decoder().decode(body))
    except msgspec.MsgspecError:  # whose text may repeat what stands in the record
        raise StoredRecordError("A stored record cannot be read: it was changed by other means than this service.") from None


def encode_record(decoded: ListedRecord) -> bytes:
    """The JSON of what `decode_record` returned, without what is as it is by default."""
    return _encoder().encode(decoded)


@cache
def _decoder() -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(_struct_of(Record))


@cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder()


@cache
def _struct_of(noun: type[Noun]) -> type[msgspec.Struct]:
    """The fields of a noun in their order, those without a default among them, as a struct."""
    fields = [
        (name, _type_of(one.annotation)) if one.is_required() else (name, _type_of(one.annotation), one.get_default())
        for name, one in noun.model_fields.items()
    ]
    return msgspec.defstruct(
        noun.__name__, fields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
    )


def _type_of(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Noun):
        return _struct_of(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _type_of(arguments[0])
    if get_origin(annotation) is tuple:
        return GenericAlias(tuple, (_type_of(arguments[0]), ...))
    if get_origin(annotation) in (Union, UnionType):
        return reduce(or_, map(_type_of, arguments))
    return annotation
