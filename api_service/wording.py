"""What an officer reads: a sentence for each action, which says what to do and never why.

The words are chosen. Nobody is a suspect, a target or a hit: a machine found a likeness, and a colleague asks for something.
Who is to be protected is never told apart by a word that sounds like an accusation.
"""

from collections.abc import Mapping
from typing import Any

from schemas.watchlist import Action, CaseKind
from screening.case_evidence import ban_period

INSTRUCTIONS: Mapping[Action, str] = {
    Action.REFER_SECOND_LINE: "Ask this traveller to the second line, and check the documents there.",
    Action.CONTACT_ISSUER: "Call the authority that asked for this before you decide anything.",
    Action.DISCREET_REPORT: "Let this traveller go on as usual, and report quietly what was asked for.",
    Action.PROTECT: "Receive this person with care, apart from whoever travels along, and call the protection contact of your "
    "port at once. Nothing is held against this person.",
    Action.SEIZE_DOCUMENT: "Keep the document and give a receipt for it; the traveller may not know that it is reported.",
    Action.DENY_BOARDING: "Call the supervisor on duty about this boarding before the door closes.",
    Action.INFORM: "Inform the analysts on duty that this traveller is here. Nothing else is asked.",
}
"""By action."""

CASES: Mapping[CaseKind, str] = {
    CaseKind.OWN_NATIONAL: "A national comes home under a readmission agreement: nobody is sought here.",
    CaseKind.THIRD_COUNTRY_NATIONAL: "A national of another country comes under a readmission agreement; the papers of the "
    "case say what follows.",
    CaseKind.STATELESS: "A stateless person comes under a readmission agreement: to have no national passport is no fault.",
    CaseKind.TRANSIT: "This traveller only passes through under a readmission agreement: see that the journey goes on.",
    CaseKind.ASSISTED_VOLUNTARY_RETURN: "This traveller goes home of their own will.",
    CaseKind.ENTRY_BAN: "An entry ban is recorded, {period}: ask whether it still holds before you act on it.",
}
"""By kind of readmission case: what this is, before what to do."""

_UNKNOWN = "Ask the analysts on duty what to do."

NEVER_SAID = ("suspect", "hit", "wanted", "criminal", "target", "offender", "illegal", "victim", "trafficked")
"""Words that no instruction uses."""


def instruction_for(action: object, case: Mapping[str, Any] | None = None) -> str:
    """What to do; of a readmission case (as JSON) first what it is.

    An action of a newer release has no sentence yet: people are asked."""
    known = {each.value: text for each, text in INSTRUCTIONS.items()}
    return case_sentence(case) + known.get(str(action), _UNKNOWN)


def case_sentence(case: Mapping[str, Any] | None) -> str:
    """What a readmission case is, with a space behind it; "" where there is none, or of a kind of a newer release."""
    told = {each.value: text for each, text in CASES.items()}.get(str((case or {}).get("case_kind")))
    if case is None or told is None:
        return ""
    return told.format(period=ban_period(case.get("entry_ban_from"), case.get("entry_ban_to"))) + " "
