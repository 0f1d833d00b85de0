"""The sentences of evidence: one for each row of the model's table. Both values are filled in."""

from collections.abc import Mapping
from typing import Protocol

from screening.model import DateOutcome, DocumentOutcome, Feature, NameOutcome, PartOutcome, WeakOutcome


class Explained(Protocol):
    """What a sentence needs."""

    @property
    def feature(self) -> Feature: ...
    @property
    def outcome(self) -> str: ...
    @property
    def traveller_value(self) -> str | None: ...
    @property
    def record_value(self) -> str | None: ...


_SENTENCES: Mapping[tuple[Feature, str], str] = {
    (Feature.NAME_PART, PartOutcome.EQUAL): "Both names have {traveller}.",
    (Feature.NAME_PART, PartOutcome.ROMANISATION): "{traveller} and {record} are romanisations of one name.",
    (Feature.NAME_PART, PartOutcome.VOWELS): "{traveller} and {record} differ in their vowels only.",
    (Feature.NAME_PART, PartOutcome.NICKNAME): "{traveller} and {record} are forms of one name, in full or short.",
    (Feature.NAME_PART, PartOutcome.ONE_ERROR): "{traveller} and {record} differ by one letter.",
    (Feature.NAME_PART, PartOutcome.TWO_ERRORS): "{traveller} and {record} differ by two letters.",
    (Feature.NAME_PART, PartOutcome.TRUNCATED): "One of {traveller} and {record} is the beginning of the other.",
    (Feature.NAME_PART, PartOutcome.INITIAL): "{traveller} fits {record} as an initial.",
    (Feature.NAME_PART, PartOutcome.JOINED): "{traveller} and {record} are the same letters, parted differently.",
    (Feature.NAME_PART, PartOutcome.JOINED_VOWELS): "{traveller} and {record}, joined, differ in their vowels only.",
    (Feature.NAME, NameOutcome.ONE_PART): "Fewer than two parts of {traveller} and {record} agree.",
    (Feature.NAME, NameOutcome.INCOMPLETE): "{traveller} and {record} do not agree in all parts.",
    (Feature.NAME, NameOutcome.SATURATED): "{traveller} and {record} share so much that more parts hardly count.",
    (Feature.NAME, NameOutcome.CONFLICT): "The traveller has {traveller} where the record has {record}.",
    (Feature.NAME, NameOutcome.TRAVELLER_EXTRA): "The record does not have the traveller's {traveller}.",
    (Feature.NAME, NameOutcome.RECORD_EXTRA_FAMILY): "The traveller does not have {record} of the listed surname.",
    (Feature.NAME, NameOutcome.RECORD_EXTRA_GIVEN): "The traveller does not have {record} of the listed given names.",
    (Feature.NAME, NameOutcome.LOW_QUALITY): "The list's owner calls the alias {record} weak.",
    (Feature.NAME, NameOutcome.PARTS_DROPPED): "Only the first 64 words were compared: {traveller} and {record}.",
    (Feature.NAME, NameOutcome.LETTERS_UNREAD): "Letters that cannot be read were left out: {traveller} and {record}.",
    (Feature.BIRTH_DATE, DateOutcome.EQUAL): "The birth dates are equal: {traveller}.",
    (Feature.BIRTH_DATE, DateOutcome.EQUAL_FILLER): "The birth dates are equal, but 1 January often stands for an unknown day.",
    (Feature.BIRTH_DATE, DateOutcome.SWAPPED): "{traveller} and {record} have day and month swapped.",
    (Feature.BIRTH_DATE, DateOutcome.YEAR_OFF_BY_ONE): "{traveller} and {record} are the same day, one year apart.",
    (Feature.BIRTH_DATE, DateOutcome.ONE_DIGIT): "{traveller} and {record} differ in one digit.",
    (Feature.BIRTH_DATE, DateOutcome.SAME_MONTH): "{traveller} and {record} are of the same month.",
    (Feature.BIRTH_DATE, DateOutcome.SAME_YEAR): "{traveller} and {record} are of the same year.",
    (Feature.BIRTH_DATE, DateOutcome.PARTIAL_MONTH): "{traveller} and {record} agree as far as both are known: year and month.",
    (Feature.BIRTH_DATE, DateOutcome.PARTIAL_YEAR): "{traveller} and {record} agree as far as both are known: the year.",
    (
        Feature.BIRTH_DATE,
        DateOutcome.PARTIAL_YEAR_NEAR,
    ): "{traveller} and {record} are one year apart, as far as both are known.",
    (Feature.BIRTH_DATE, DateOutcome.CONTRADICTION): "{traveller} and {record} contradict each other.",
    (Feature.DOCUMENT, DocumentOutcome.EXACT): "The same document: type, number and issuer of {traveller} are equal.",
    (Feature.DOCUMENT, DocumentOutcome.NUMBER_TYPE_UNKNOWN): "Number and issuer of {traveller} are equal; a type is not known.",
    (
        Feature.DOCUMENT,
        DocumentOutcome.NUMBER_ISSUER_UNKNOWN,
    ): "The number of {traveller} is equal; an issuer is not known, or not whole.",
    (Feature.DOCUMENT, DocumentOutcome.NUMBER_OTHER): "{traveller} and {record}: equal numbers of different documents.",
    (
        Feature.DOCUMENT,
        DocumentOutcome.CONFUSABLE,
    ): "{traveller} and {record} differ only in what looks alike, or a check digit.",
    (Feature.SEX, WeakOutcome.CONFIRMS): "The sex is the same: {traveller}.",
    (Feature.SEX, WeakOutcome.CONTRADICTS): "The sex differs: {traveller} and {record}.",
    (Feature.NATIONALITY, WeakOutcome.CONFIRMS): "The record has the nationality {traveller} too.",
    (Feature.NATIONALITY, WeakOutcome.CONTRADICTS): "The nationality differs: {traveller} and {record}.",
    (Feature.BIRTH_PLACE, WeakOutcome.CONFIRMS): "The birth place is the same: {traveller}.",
    (Feature.BIRTH_PLACE, WeakOutcome.CONTRADICTS): "The birth place differs: {traveller} and {record}.",
}


def sentence(piece: Explained) -> str:
    """One sentence for an analyst, with both values."""
    template = _SENTENCES[piece.feature, piece.outcome]
    return template.format(traveller=piece.traveller_value, record=piece.record_value)
