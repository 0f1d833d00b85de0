"""Lists as their publishers write them: every format, whole and in pieces. All people are synthetic."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.lists import ListFileError, ListFormat, ListRow, reader_for
from schemas.watchlist import Action, NameKind, NameQuality, Record, RecordDocument, RecordName

OFAC_XML = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://example.invalid/sdn"><publshInformation><Publish_Date>11/01/2026</Publish_Date></publshInformation>
<sdnEntry><uid>101</uid><firstName>Bledar Artur</firstName><lastName>QERIMAXHI</lastName><title>Director</title>
 <sdnType>Individual</sdnType><remarks>(Linked To: NOBODY)</remarks><programList><program>TEST</program><program>TEST2</program></programList>
 <idList><id><uid>1</uid><idType>Passport</idType><idNumber>BA1234567</idNumber><idCountry>Albania</idCountry></id>
  <id><uid>2</uid><idType>Gender</idType><idNumber>Male</idNumber></id></idList>
 <akaList><aka><uid>3</uid><type>a.k.a.</type><category>weak</category><lastName>BLEDI</lastName></aka>
  <aka><uid>4</uid><type>a.k.a.</type><category>strong</category><lastName>KERIMAXHI</lastName><firstName>Bledar</firstName></aka></akaList>
 <nationalityList><nationality><uid>5</uid><country>Albania</country></nationality></nationalityList>
 <citizenshipList><citizenship><uid>6</uid><country>Korea, North</country></citizenship></citizenshipList>
 <dateOfBirthList><dateOfBirthItem><dateOfBirth>17 May 1979</dateOfBirth></dateOfBirthItem>
  <dateOfBirthItem><dateOfBirth>circa 1981</dateOfBirth></dateOfBirthItem></dateOfBirthList>
 <placeOfBirthList><placeOfBirthItem><placeOfBirth>Tirana, Albania</placeOfBirth></placeOfBirthItem></placeOfBirthList></sdnEntry>
<sdnEntry><uid>102</uid><lastName>MV NOWHERE</lastName><sdnType>Vessel</sdnType></sdnEntry>
<sdnEntry><uid>103</uid><sdnType>Individual</sdnType></sdnEntry></sdnList>"""

OFAC_CSV = (
    '101,"QERIMAXHI, Bledar Artur","individual","TEST","Director",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"DOB 17 May 1979; alt. DOB 1981; POB Tirana, Albania; nationality Albania; Gender Male; Passport BA1234567 (Albania); a.k.a. 'BLEDI'.\"\r\n"
    '102,"MV NOWHERE","vessel","TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '101,3,"aka","KERIMAXHI, Bledar",-0- \r\n'
    '101,9,"Somewhere street 1","Tirana","Albania",-0- \r\n'
    "7,8,9\r\n"
    "\x1a"
)

UN_XML = """<CONSOLIDATED_LIST dateGenerated="2026-11-01"><INDIVIDUALS>
<INDIVIDUAL><DATAID>900</DATAID><FIRST_NAME>BLEDAR</FIRST_NAME><SECOND_NAME>ARTUR</SECOND_NAME><THIRD_NAME>QERIMAXHI</THIRD_NAME>
 <UN_LIST_TYPE>Test</UN_LIST_TYPE><REFERENCE_NUMBER>TEi.001</REFERENCE_NUMBER><LISTED_ON>2001-01-25</LISTED_ON><GENDER>Male</GENDER>
 <NAME_ORIGINAL_SCRIPT>БЛЕДАР КЕРИМАЏИ</NAME_ORIGINAL_SCRIPT><COMMENTS1>A note.</COMMENTS1><DESIGNATION><VALUE>Treasurer</VALUE></DESIGNATION>
 <NATIONALITY><VALUE>Albania</VALUE></NATIONALITY>
 <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Bledar Kerimaxhi</ALIAS_NAME></INDIVIDUAL_ALIAS>
 <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Bledi</ALIAS_NAME></INDIVIDUAL_ALIAS>
 <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1979-05-17</DATE></INDIVIDUAL_DATE_OF_BIRTH>
 <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1978</FROM_YEAR><TO_YEAR>1980</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
 <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1980</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
 <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><DATE>1982-01-01</DATE></INDIVIDUAL_DATE_OF_BIRTH>
 <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Tirana</CITY><COUNTRY>Albania</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
 <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>BA1234567</NUMBER><ISSUING_COUNTRY>Albania</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
 <INDIVIDUAL_DOCUMENT/></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>901</DATAID></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""

EU_XML = """<export xmlns="http://example.invalid/export" generationDate="2026-11-01">
<sanctionEntity designationDate="2014-03-17" euReferenceNumber="EU.1.1" logicalId="1"><remark>A note.</remark>
 <regulation programme="TST" numberTitle="1/2014 (OJ L1)"/><subjectType code="person" classificationCode="P"/>
 <nameAlias firstName="Bledar" middleName="Artur" lastName="Qerimaxhi" wholeName="Bledar Artur Qerimaxhi" gender="M" strong="true"/>
 <nameAlias firstName="" lastName="" wholeName="Bledi" strong="false"/>
 <citizenship countryIso2Code="AL"/><citizenship countryIso2Code="00"/>
 <birthdate circa="false" birthdate="1979-05-17" year="1979" city="Tirana" countryDescription="ALBANIA"/><birthdate circa="true" year="1981"/>
 <identification number="BA1234567" identificationTypeCode="passport" countryIso2Code="AL" reportedLost="true"/></sanctionEntity>
<sanctionEntity euReferenceNumber="EU.2.2" logicalId="2"><subjectType code="enterprise"/><nameAlias wholeName="Nothing Ltd"/></sanctionEntity>
</export>"""

EU_CSV = (
    "\ufefffileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;Entity_Remark;Entity_SubjectType;"
    "Entity_SubjectType_ClassificationCode;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;NameAlias_WholeName;NameAlias_Gender;"
    "BirthDate_BirthDate;BirthDate_Year;BirthDate_City;Identification_Number;Identification_TypeCode;Identification_CountryIso2Code;"
    "Citizenship_CountryIso2Code\n"
    "01/11/2026;1;EU.1.1;2014-03-17;A note.;person;P;Qerimaxhi;Bledar;Artur;Bledar Artur Qerimaxhi;M;;;;;;;\n"
    "01/11/2026;1;EU.1.1;;;person;P;;;;Bledi;;;;;;;;\n"
    "01/11/2026;1;EU.1.1;;;person;P;;;;;;1979-05-17;1979;Tirana;;;;\n"
    "01/11/2026;1;EU.1.1;;;person;P;;;;;;;;;BA1234567;passport;AL;\n"
    "01/11/2026;1;EU.1.1;;;person;P;;;;;;;;;;;;AL\n"
    "01/11/2026;2;EU.2.2;;;enterprise;E;;;;Nothing Ltd;;;;;;;;\n"
)

FTM = "\n".join(
    json.dumps(entity)
    for entity in (
        {"id": "p-1", "schema": "Passport", "properties": {"holder": ["q-1"], "number": ["BA1234567"], "country": ["al"]}},
        {
            "id": "q-1",
            "schema": "Person",
            "caption": "Bledar Qerimaxhi",
            "properties": {
                "name": ["Bledar Artur Qerimaxhi", "Бледар Керимаџи"],
                "firstName": ["Bledar"],
                "middleName": ["Artur"],
                "lastName": ["Qerimaxhi"],
                "weakAlias": ["Bledi"],
                "birthDate": ["1979-05-17", "1981"],
                "birthPlace": ["Tirana"],
                "nationality": ["al"],
                "gender": ["male"],
                "topics": ["sanction"],
                "idNumber": ["J12345678A"],
                "sanctions": [{"schema": "Sanction", "properties": {"authority": ["Test office"], "reason": ["A note."]}}],
            },
        },
        {"id": "v-1", "schema": "Vessel", "properties": {"name": ["Nowhere"]}},
        {"id": "l-1", "schema": "LegalEntity", "properties": {"name": ["Somebody Or Something"]}},
    )
)

DOCUMENTS = "number;issuing_country;document_type;status;theft_date\nBA1234567;Albania;passport;stolen;2026-02-03\n;AL;P;lost;\nX1234;Atlantis;P;lost;\n"

FILES = {
    ListFormat.OFAC: OFAC_XML.encode(),
    ListFormat.UN: UN_XML.encode(),
    ListFormat.EU: EU_XML.encode(),
    ListFormat.FTM: FTM.encode(),
    ListFormat.DOCUMENTS: DOCUMENTS.encode(),
    ListFormat.CSV: b"record_id,surname,given_names\r\nA1,Qerimaxhi,Bledar\r\nA2,,\r\n",
}


def read(file_format: ListFormat, data: bytes, cut: int | None = None) -> list[ListRow]:
    reader = reader_for(file_format)
    pieces = [data] if cut is None else [data[start : start + cut] for start in range(0, len(data), cut)]
    return [row for piece in pieces for row in reader.feed(piece)] + reader.close()


def record_of(rows: list[ListRow], record_id: str) -> Record:
    (row,) = [row for row in rows if row.record_id == record_id and not row.supplement]
    assert row.record is not None, row.fault
    return row.record


def named(record: Record) -> set[tuple[str | None, str | None, str | None]]:
    return {(name.surname, name.given_names, name.full_name) for name in record.names}


PASSPORT = RecordDocument(type="P", number="BA1234567", issuing_country="ALB")


def test_ofac_xml() -> None:
    rows = read(ListFormat.OFAC, OFAC_XML.encode())
    record = record_of(rows, "101")
    assert record.names[0] == RecordName(surname="QERIMAXHI", given_names="Bledar Artur")
    assert record.names[1] == RecordName(surname="BLEDI", kind=NameKind.ALIAS, quality=NameQuality.LOW)
    assert record.names[2].quality is NameQuality.GOOD
    assert record.birth_dates == ("1979-05-17", "1981")
    assert (record.nationalities, record.sex, record.birth_place) == (("ALB", "PRK"), "M", "Tirana, Albania")
    assert record.documents == (PASSPORT,)
    assert (record.category, record.authority, record.reason) == ("TEST, TEST2", "OFAC", "Director; (Linked To: NOBODY)")
    assert [row.skipped for row in rows] == ["", "vessel", ""]
    assert rows[2].fault == "The entry has neither a name nor a document number."


def test_ofac_csv_with_its_aliases_behind_it() -> None:
    rows = read(ListFormat.OFAC, OFAC_CSV.encode())
    record = record_of(rows, "101")
    assert record.names[0] == RecordName(surname="QERIMAXHI", given_names="Bledar Artur")
    assert record.names[1] == RecordName(full_name="BLEDI", kind=NameKind.ALIAS, quality=NameQuality.LOW)
    assert record.birth_dates == ("1979-05-17", "1981")
    assert (record.nationalities, record.sex, record.birth_place) == (("ALB",), "M", "Tirana, Albania")
    assert record.documents == (PASSPORT,)
    (alias,) = [row for row in rows if row.supplement]
    assert alias.record is not None
    assert alias.record.names == (RecordName(surname="KERIMAXHI", given_names="Bledar", kind=NameKind.ALIAS),)
    assert [row.skipped for row in rows if row.skipped] == ["vessel"]
    assert [(row.number, row.fault) for row in rows if row.fault] == [(5, "The row has 3 cells; an entry has 12, an alias 5.")]


def test_ofac_csv_in_an_old_character_set() -> None:
    (row,) = read(ListFormat.OFAC, '5,"PÉREZ, José","individual"'.encode("cp1252") + b",-0-" * 9 + b"\r\n")
    assert row.record is not None
    assert row.record.names[0].surname == "PÉREZ"


def test_un_xml() -> None:
    record = record_of(read(ListFormat.UN, UN_XML.encode()), "TEi.001")
    assert record.names[0] == RecordName(full_name="BLEDAR ARTUR QERIMAXHI")
    assert RecordName(full_name="Bledi", kind=NameKind.ALIAS, quality=NameQuality.LOW) in record.names
    assert RecordName(full_name="БЛЕДАР КЕРИМАЏИ", kind=NameKind.ALIAS) in record.names
    assert record.birth_dates == ("1979-05-17", "1978", "1979", "1980", "1982")
    assert record.warnings == ("Date of birth as listed: 1960-1980",), "a range of twenty years is no birth date, and not lost"
    assert (record.documents, record.valid_from) == ((PASSPORT,), date(2001, 1, 25))
    assert (record.nationalities, record.sex, record.birth_place) == (("ALB",), "M", "Tirana, Albania")
    assert record.reason == "Treasurer; A note."


def test_eu_xml() -> None:
    rows = read(ListFormat.EU, EU_XML.encode())
    record = record_of(rows, "EU.1.1")
    assert record.names[0] == RecordName(surname="Qerimaxhi", given_names="Bledar Artur")
    assert record.names[1] == RecordName(full_name="Bledi", kind=NameKind.ALIAS, quality=NameQuality.LOW)
    assert record.birth_dates == ("1979-05-17", "1981")
    assert (record.nationalities, record.sex, record.birth_place) == (("ALB",), "M", "Tirana, ALBANIA")
    assert record.documents == (PASSPORT.model_copy(update={"status": "lost"}),)
    assert (record.category, record.legal_basis, record.valid_from) == ("TST", "1/2014 (OJ L1)", date(2014, 3, 17))
    assert rows[1].skipped == "enterprise"


def test_eu_csv_gathers_the_rows_of_an_entry() -> None:
    rows = read(ListFormat.EU, EU_CSV.encode())
    record = record_of(rows, "EU.1.1")
    assert named(record) == {("Qerimaxhi", "Bledar Artur", None), (None, None, "Bledi")}
    assert (record.birth_dates, record.documents, record.nationalities) == (("1979-05-17",), (PASSPORT,), ("ALB",))
    assert (record.sex, record.birth_place, record.reason) == ("M", "Tirana", "A note.")
    assert [(row.number, row.skipped) for row in rows] == [(2, ""), (7, "enterprise")]


def test_ftm_nested_and_flat() -> None:
    rows = read(ListFormat.FTM, FTM.encode())
    supplement = rows[0]
    assert supplement.supplement
    assert supplement.record_id == "q-1"
    assert supplement.record is not None
    assert supplement.record.documents == (PASSPORT,)
    record = record_of(rows, "q-1")
    assert record.names[0] == RecordName(surname="Qerimaxhi", given_names="Bledar Artur")
    assert (None, None, "Бледар Керимаџи") in named(record)
    assert RecordName(full_name="Bledi", kind=NameKind.ALIAS, quality=NameQuality.LOW) in record.names
    assert (record.birth_dates, record.nationalities, record.sex) == (("1979-05-17", "1981"), ("ALB",), "M")
    assert record.documents == (RecordDocument(type="I", number="J12345678A"),)
    assert (record.authority, record.reason, record.category) == ("Test office", "A note.", "sanction")
    assert rows[2].skipped == "vessel"
    assert record_of(rows, "l-1").warnings == ("The source does not say whether this is a person or an organisation.",)


def test_a_bad_line_does_not_spoil_the_next() -> None:
    rows = read(ListFormat.FTM, b'{"id"\n[1]\n{"schema":"Person","properties":{"name":["A B"]}}\n' + FTM.encode())
    assert [row.fault for row in rows[:3]] == [
        "The line is not JSON.",
        "The line is not an entity: it needs schema and properties.",
        "The entry has no identifier.",
    ]
    assert record_of(rows, "q-1")


def test_documents() -> None:
    good, empty, nowhere = read(ListFormat.DOCUMENTS, DOCUMENTS.encode())
    assert good.record is not None
    assert good.record.record_id == "ALB-P-BA1234567"
    assert good.record.documents == (PASSPORT.model_copy(update={"status": "stolen"}),)
    assert (good.record.action, good.record.valid_from) == (Action.SEIZE_DOCUMENT, date(2026, 2, 3))
    assert empty.fault == "The row has no document number."
    assert nowhere.fault.startswith("The issuing country")


@pytest.mark.parametrize("file_format", FILES)
@pytest.mark.parametrize("cut", [1, 7, 4096])
def test_pieces_make_no_difference(file_format: ListFormat, cut: int) -> None:
    assert read(file_format, FILES[file_format], cut) == read(file_format, FILES[file_format])


@pytest.mark.parametrize("file_format", ListFormat)
def test_another_file_is_refused_with_a_reason(file_format: ListFormat) -> None:
    for data in (b"", b"<html><body>Not found</body></html>", b"\x00\x01\x02"):
        rows, refusal = outcome(file_format, data)
        assert rows or refusal, "a file that is something else must not pass for an empty list"
        assert all(row.record is None and row.fault for row in rows)


def outcome(file_format: ListFormat, data: bytes) -> tuple[list[ListRow], str]:
    try:
        return read(file_format, data), ""
    except ListFileError as error:
        return [], error.message


@pytest.mark.parametrize("file_format", [ListFormat.OFAC, ListFormat.UN, ListFormat.EU])
def test_entities_are_never_expanded(file_format: ListFormat) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
    with pytest.raises(ListFileError, match="document type"):
        read(file_format, bomb)


def test_an_endless_line_is_refused() -> None:
    assert "more than" in outcome(ListFormat.FTM, b"x" * 5_000_000)[1]


@given(st.sampled_from(list(ListFormat)), st.data())
def test_damage_yields_rows_or_a_refusal(file_format: ListFormat, data: st.DataObject) -> None:
    whole = bytearray(FILES[file_format])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for row in outcome(file_format, bytes(whole[: data.draw(st.integers(0, len(whole)))]))[0]:
        assert (row.record is not None) + bool(row.fault) + bool(row.skipped) == 1
