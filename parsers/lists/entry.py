"""An entry under way: what a source says piece by piece, gathered into a record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from parsers.lists import values
from parsers.lists.row import ListRow
from schemas.watchlist import NameKind, NameQuality, Record, RecordDocument, RecordName

NAMES_MAX = 1_000
"""The most of any published entry is about two hundred."""
_TEXT_CHARACTERS_MAX = 4_000  # a reason is read by people; published ones rarely pass two thousand


@dataclass(slots=True)
class Entry:
    """One listed person as the source describes them. Everything may be missing but the id."""

    number: int
    record_id: str | None
    names: list[RecordName] = field(default_factory=list)
    birth_dates: list[str] = field(default_factory=list)
    nationalities: list[str] = field(default_factory=list)
    documents: list[RecordDocument] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    birth_place: str | None = None
    sex: str | None = None
    category: str | None = None
    reason: str | None = None
    authority: str | None = None
    legal_basis: str | None = None
    valid_from: date | None = None

    def add_name(self, name: RecordName) -> None:
        """Keep a name that says anything."""
        if any((part or "").strip() for part in (name.surname, name.given_names, name.full_name)):
            self.names.append(name)

    def alias(self, full_name: str | None, *, weak: bool = False, kind: NameKind = NameKind.ALIAS) -> None:
        """Keep a name that the source does not split."""
        quality = NameQuality.LOW if weak else NameQuality.GOOD
        self.add_name(RecordName(full_name=(full_name or "").strip() or None, kind=kind, quality=quality))

    def born(self, text: str | None) -> None:
        """Keep a birth date, or say in a warning what could not be taken for one."""
        found = values.birth_dates(text)
        self.birth_dates += found
        if text and not found:
            self.warnings.append(f"Date of birth as listed: {text.strip()}")

    def national_of(self, texts: Iterable[str | None]) -> None:
        """Keep nationalities, or say in a warning what is no country."""
        codes, others = values.countries(texts)
        self.nationalities += codes
        self.warnings += [f"Nationality as listed: {text}" for text in others]

    def document(self, kind: str | None, number: str | None, issuer: str | None, status: str | None = None) -> None:
        """Keep a document that has a number."""
        if number and number.strip():
            code = values.document_type(kind)
            country = values.country_code(issuer)
            self.documents.append(RecordDocument(type=code, number=number.strip(), issuing_country=country, status=status))

    def row(self, *, supplement: bool = False) -> ListRow:
        """The entry as a row; a fault where there is nothing a traveller could be compared with."""
        if not self.record_id:
            return ListRow(self.number, None, None, "The entry has no identifier.")
        if not self.names and not self.documents:
            return ListRow(self.number, self.record_id, None, "The entry has neither a name nor a document number.")
        try:
            return ListRow(self.number, self.record_id, self._record(), supplement=supplement)
        except ValidationError as error:
            fields = ", ".join(sorted({str(one["loc"][0]) for one in error.errors(include_input=False)}))
            return ListRow(self.number, self.record_id, None, f"The entry cannot be kept: {fields}.")

    def _record(self) -> Record:
        names = tuple(dict.fromkeys(self.names))
        warnings = list(self.warnings)
        if len(names) > NAMES_MAX:
            warnings.append(f"The entry has {len(names)} names; the first {NAMES_MAX} are kept.")
        return Record(
            record_id=self.record_id or "",
            category=_bounded(self.category),
            names=names[:NAMES_MAX],
            birth_dates=tuple(dict.fromkeys(self.birth_dates)),
            birth_place=_bounded(self.birth_place),
            sex=self.sex,
            nationalities=tuple(dict.fromkeys(self.nationalities)),
            documents=tuple(dict.fromkeys(self.documents)),
            reason=_bounded(self.reason),
            authority=_bounded(self.authority),
            legal_basis=_bounded(self.legal_basis),
            valid_from=self.valid_from,
            warnings=tuple(dict.fromkeys(warnings)),
        )


def _bounded(text: str | None) -> str | None:
    bare = " ".join((text or "").split())
    return bare[:_TEXT_CHARACTERS_MAX] or None
