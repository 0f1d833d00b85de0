"""Who may call what: one line an endpoint. An endpoint without a line here fails `test_access_matrix.py`.

C carrier   A analyst   S supervisor   O officer   L list_owner   U auditor   P operator      * anybody, without a key
"""

from schemas.roles import Role

LETTERS = {
    "C": Role.CARRIER,
    "A": Role.ANALYST,
    "S": Role.SUPERVISOR,
    "O": Role.OFFICER,
    "L": Role.LIST_OWNER,
    "U": Role.AUDITOR,
    "P": Role.OPERATOR,
}

MATRIX = """
POST   /v1/manifests                                                          C
POST   /v1/manifests/validate                                                 C
GET    /v1/manifests/template.csv                                             *
GET    /v1/manifests/template.xlsx                                            *
GET    /v1/submissions                                                        C P
GET    /v1/submissions/{submission_id}                                        C P
GET    /v1/carriers/{code}/quality                                            C A S U P
GET    /v1/carriers/{code}/quality/flights                                    C A S U P
POST   /v1/schedules/imports                                                  S P
GET    /v1/schedules                                                          A S U P

POST   /v1/watchlists                                                         L
GET    /v1/watchlists                                                         A S L U
GET    /v1/watchlists/{list_id}                                               A S L U
PATCH  /v1/watchlists/{list_id}                                               L
GET    /v1/watchlists/{list_id}/records                                       A S L
GET    /v1/watchlists/{list_id}/records/{record_id:path}                      A S L
PUT    /v1/watchlists/{list_id}/records/{record_id:path}                      L
DELETE /v1/watchlists/{list_id}/records/{record_id:path}                      L
POST   /v1/watchlists/{list_id}/imports                                       L
GET    /v1/watchlists/{list_id}/versions                                      A S L U
GET    /v1/watchlists/{list_id}/versions/{version}/changes                    A S L
GET    /v1/watchlists/{list_id}/reviews                                       A S L
GET    /v1/watchlists/{list_id}/proposals                                     A S L
POST   /v1/watchlists/{list_id}/proposals/{proposal_id}/approval              S L
POST   /v1/watchlists/{list_id}/proposals/{proposal_id}/rejection             S L
GET    /v1/watchlists/{list_id}/precision                                     A S L U

GET    /v1/alerts                                                             A S
GET    /v1/alerts/export                                                      A S
GET    /v1/alerts/stream                                                      A S
GET    /v1/alerts/{alert_id}                                                  A S
POST   /v1/alerts/{alert_id}/decisions                                        A S
POST   /v1/alerts/{alert_id}/assignment                                       A S
POST   /v1/shifts/handover                                                    A S
GET    /v1/shifts/handovers                                                   A S
GET    /v1/shifts/handovers/{handover_id}                                     A S
GET    /v1/suppressions                                                       A S U
DELETE /v1/suppressions/{suppression_id}                                      A S
GET    /v1/referrals                                                          A S
GET    /v1/referrals/{referral_id}                                            A S O
POST   /v1/referrals/{referral_id}/takeover                                   A S O
POST   /v1/referrals/{referral_id}/deadlines                                  A S O
POST   /v1/referrals/{referral_id}/closure                                    A S O
POST   /v1/ports/{port}/referrals                                             O
GET    /v1/ports/{port}/referrals                                             A S O
GET    /v1/ports/{port}/protection-contacts                                   A S O
GET    /v1/protection-scope                                                   P
PUT    /v1/protection-scope/{person:path}                                     P
DELETE /v1/protection-scope/{person:path}                                     P
POST   /v1/match                                                              A S
POST   /v1/what-if                                                            A S L
GET    /v1/flights                                                            A S
GET    /v1/flights/{flight}                                                   A S

GET    /v1/statistics                                                         A S U
GET    /v1/statistics/reception-places                                        A S U
GET    /v1/statistics/{measure}                                               A S U
PUT    /v1/reception-places/{place_id}                                        S P

GET    /v1/ports/{port}/alerts                                                O
GET    /v1/ports/{port}/arrivals                                              O
GET    /v1/ports/{port}/outcomes-overdue                                      O
POST   /v1/alerts/{alert_id}/acknowledgement                                  O
POST   /v1/alerts/{alert_id}/outcome                                          O

GET    /v1/exchange                                                           S L U
GET    /v1/exchange/key                                                       S L U
GET    /v1/exchange/transfers                                                 S L U
POST   /v1/exchange/partners                                                  S L
POST   /v1/exchange/agreements                                                S L
POST   /v1/exchange/agreements/{agreement_id}/approval                        S
DELETE /v1/exchange/agreements/{agreement_id}                                 S L
POST   /v1/exchange/exports                                                   A S L
POST   /v1/exchange/exports/{transfer_id}/approval                            S
POST   /v1/exchange/exports/{transfer_id}/refusal                             S
GET    /v1/exchange/exports/{transfer_id}/document                            S L
POST   /v1/exchange/imports                                                   S L
POST   /v1/exchange/imports/{transfer_id}/acceptance                          S L
POST   /v1/exchange/imports/{transfer_id}/refusal                             S L

POST   /v1/webhooks                                                           P
GET    /v1/webhooks                                                           S U P
GET    /v1/webhooks/{webhook_id}                                              S U P
DELETE /v1/webhooks/{webhook_id}                                              P
POST   /v1/webhooks/{webhook_id}/approval                                     S
POST   /v1/webhooks/{webhook_id}/secret                                       P
GET    /v1/webhooks/{webhook_id}/deliveries                                   S U P
POST   /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redelivery          P
GET    /v1/keys                                                               P
POST   /v1/keys                                                               P
POST   /v1/keys/{key_id}/rotation                                             P
DELETE /v1/keys/{key_id}                                                      P
GET    /v1/travellers                                                         A S
POST   /v1/subject-requests                                                   S
GET    /v1/subject-requests                                                   S U
GET    /v1/subject-requests/{request_id}                                      S
GET    /v1/subject-requests/{request_id}/findings                             S
GET    /v1/subject-requests/{request_id}/export                               S
POST   /v1/subject-requests/{request_id}/decisions                            S
POST   /v1/subject-requests/{request_id}/corrections                          S
POST   /v1/alerts/{alert_id}/hold                                             S
DELETE /v1/alerts/{alert_id}/hold                                             S
GET    /v1/audit                                                              U
GET    /v1/audit/verification                                                 U

GET    /health/live                                                           *
GET    /health/ready                                                          *
GET    /metrics                                                               *
GET    /status                                                                *
GET    /docs                                                                  *
GET    /docs/{name}                                                           *
GET    /openapi.json                                                          *
"""

PUBLIC = None
"""No key is asked for."""


def permissions() -> dict[tuple[str, str], frozenset[Role] | None]:
    """Method and path to the roles that may call it; None = anybody."""
    rows = [line.split() for line in MATRIX.splitlines() if line.strip()]
    assert len({(method, path) for method, path, *_ in rows}) == len(rows), "a line twice"
    return {
        (method, path): PUBLIC if letters == ["*"] else frozenset(LETTERS[letter] for letter in letters)
        for method, path, *letters in rows
    }
