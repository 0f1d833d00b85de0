"""The life of a flight: everything that was said about it, as one state.

A carrier speaks of a flight in many messages: lists in parts, corrections, cancellations, closures. They come in any order,
some twice, some never. The state is therefore a function of the *set* of messages, worked out anew whenever it is asked for:

    manifest -> report_of -> Report       what the fold reads of a message, small enough to keep by the thousand
    reports  -> fold      -> FlightState  who is on the flight, as which version, reported by whom, boarded or not

Nothing in it depends on when a message arrived. Messages are put in the order in which their sender says they were made
(`order`), the same person under several identities is brought together (`people`), the parts of one report are counted
(`parts`), closures that name people by booking alone are resolved (`naming`), and then each message does its work (`fold`).

Where a message leaves room, the state errs towards somebody being on the flight: a traveller screened for nothing costs a
minute, one not screened costs more.
"""

from schemas.flight_life.fold import fold
from schemas.flight_life.parts import ReportGroup
from schemas.flight_life.report import Mention, Report, content_id, report_of, version_id
from schemas.flight_life.state import FlightState, MessageStanding, Person, PersonVersion, Status

__all__ = [
    "FlightState",
    "Mention",
    "MessageStanding",
    "Person",
    "PersonVersion",
    "Report",
    "ReportGroup",
    "Status",
    "content_id",
    "fold",
    "report_of",
    "version_id",
]
