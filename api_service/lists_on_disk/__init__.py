"""Bases on disk: one index of all lists for a machine, built by one process, mapped by all.

    KULLA_DATA_DIR/lists/
        000000000042.index      all records as of list version 42 (`screening.index.packed`), written once, then renamed
        000000000042.layer      which documents belong to it, and the lists as they were
        000000000042.documents  records without a name: their numbers, sorted (`screening.document_store`)
        000000000042.records    and their texts (`screening.index.documents`); both may serve later bases as well
        building.lock           held by whoever builds; the others go on with what they have

A base is built in a process of its own (`kulla index-lists`), at a low priority, while screening goes on with the older
base and a delta. When it stands, every process maps it at its next look, and older files are removed; who still has one mapped
keeps it until he lets go, as files do.
"""

from api_service.lists_on_disk.shelf import DiskShelf, lists_in_force

__all__ = ["DiskShelf", "lists_in_force"]
