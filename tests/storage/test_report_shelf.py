"""Reports in memory: as many as there is room for, those asked for last."""

from storage_makers import make_manifest

from schemas.flight_life import report_of
from schemas.traveller import Traveller
from storage.report_shelf import ReportShelf


def report(number: int, travellers: int):
    people = tuple(Traveller(traveller_id=f"t{one}") for one in range(travellers))
    return report_of(make_manifest("OR1-AMS-2026-03-01", number).model_copy(update={"travellers": people}))


def test_those_not_asked_for_longest_make_room():
    shelf, reports = ReportShelf(mentions_max=33), [report(number, 10) for number in range(4)]
    for one in reports[:3]:
        shelf.put(one)
    assert shelf.get([reports[0].manifest_id]) == {reports[0].manifest_id: reports[0]}
    shelf.put(reports[3])
    kept = shelf.get([one.manifest_id for one in reports])
    assert set(kept) == {reports[0].manifest_id, reports[2].manifest_id, reports[3].manifest_id}


def test_one_report_larger_than_all_room_is_kept_alone():
    shelf, small, large = ReportShelf(mentions_max=5), report(1, 1), report(2, 50)
    shelf.put(small)
    shelf.put(large)
    shelf.put(large)
    assert list(shelf.get([small.manifest_id, large.manifest_id])) == [large.manifest_id]
