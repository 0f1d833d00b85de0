"""A hundred million listed document numbers on disk, and the records behind each in about a microsecond.

Documents that look the same share a **folded number** (`screening.features.documents`): look-alike characters are one. The
store answers one question, "which documents are listed under this folded number?", with kind, number, issuer and record of
each; exact lane and near lane are then `document_outcome`, the same for this store as for records in memory.

No hash is trusted: a folded number of up to 13 characters *is* a 64-bit integer, and back (`number_code`); of a longer one
the whole text is kept and compared. One file, written once, renamed into place when whole, mapped and shared by processes
(`layout`). Built from a stream in bounded memory (`building`), asked one by one or in batches (`store`). No I/O but the files
whose paths are handed in.
"""

from screening.document_store.building import build_documents
from screening.document_store.layout import DocumentStoreError
from screening.document_store.store import DocumentStore, ListedDocument, open_documents

__all__ = ["DocumentStore", "DocumentStoreError", "ListedDocument", "build_documents", "open_documents"]
