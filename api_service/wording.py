"""What an officer reads: a sentence for each action, which says what to do and never why.

The words are chosen. Nobody is a suspect, a target or a hit: a machine found a likeness, and a colleague asks for something.
Who is to be protected is never told apart by a word that sounds like an accusation.
"""

from collections.abc import Mapping

from schemas.watchlist import Action

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

_UNKNOWN = "Ask the analysts on duty what to do."

NEVER_SAID = ("suspect", "hit", "wanted", "criminal", "target", "offender", "illegal", "victim", "trafficked")
"""Words that no instruction uses."""


def instruction_for(action: object) -> str:
    """What to do. An action of a newer release has no sentence yet: people are asked."""
    known = {each.value: text for each, text in INSTRUCTIONS.items()}
    return known.get(str(action), _UNKNOWN)
