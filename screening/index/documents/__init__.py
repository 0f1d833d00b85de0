"""Listed documents without a name, however many: beside the index of names, in files of their own.

A list of a hundred million stolen passports is no list of persons: its records have a number and nothing that a name could be
compared with. They are **set aside** when a base is built (`set_aside`), into two files, made of the records of one version:

    NUMBER.documents    the numbers, sorted, each with the place of its record (`screening.document_store`)
    NUMBER.records      the records themselves, compressed in blocks, read where a number was found (`record_texts`)

To make these anew for every base would take an hour, so they serve the next bases too: what is otherwise since then is
*replaced* in them, and what is new rests in two more files. `DocumentedIndex` asks the index of names and all of these files,
and answers as one index over all records would. How a record is scored is not its business: it is rebuilt from its text and
scored like any other.
"""

from screening.index.documents.documented import DocumentedIndex
from screening.index.documents.record_texts import RecordTexts
from screening.index.documents.set_aside import DocumentsAside, documents_path, records_path
from screening.index.documents.shelved import ShelvedDocuments

__all__ = [
    "DocumentedIndex",
    "DocumentsAside",
    "RecordTexts",
    "ShelvedDocuments",
    "documents_path",
    "records_path",
]
