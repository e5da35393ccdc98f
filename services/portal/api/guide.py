"""What the OpenAPI document says at its head: how this side works, and what its parts are about."""

from __future__ import annotations

ABOUT = """\
The commands of the pages, for programs. `docs/api.md` is the guide, with a command line for each of these.

- **Who:** `Authorization: Bearer …`, the access token of `POST /api/v1/sessions` or of a service account. The service
  behind every operation decides who may; `x-roles` repeats what its contract says.
- **Once:** a write with `Idempotency-Key` happens once, however often it is sent with the same key.
- **On a version:** what an answer says as `ETag` a write may say as `If-Match`; 412 says that it changed meanwhile.
- **Pages:** `page_size` and `cursor` in, `next_cursor` and `Link: <…>; rel="next"` out.
- **Failures** are problem details (RFC 9457) with a stable `reason`. `Accept-Language: en` gives English sentences.
"""

_ABOUT_TAGS = {
    "sessions": "Signing in, proving a second factor, choosing a hat, signing out.",
    "registrations": "Opening an account.",
    "scan-tickets": "Signing in by scanning with a device that is signed in.",
    "factors": "Second factors, and the way back after a forgotten password.",
    "me": "Oneself: who one is, binding, password, mobile number, one's own data.",
    "cycles": "Years, their bases and specialties, the board, windows of bases.",
    "calendars": "The calendar, its changes, feeds, working days.",
    "applications": "An applicant's own application.",
    "papers and forms": "Pictures of a dossier, printed forms, and the check of a form.",
    "decisions": "Review, provisional admission, admission.",
    "places": "What happens to a place after it was given.",
    "selection": "Scores, ranking, waiting lists, published lists, objections.",
    "province": "Policy, plan, exceptions, penalties, holds, reallocation.",
    "exports": "Tables to take away, and the life of an application.",
    "staff": "Organisations, invitations, hats, second signatures.",
    "support": "Helping people; the audit of identity.",
    "messages": "One's own inbox.",
    "notices": "How one is reached.",
    "campaigns": "Telling many at once; the proof that somebody was told; the channels.",
    "faculty": "Dossiers, batches, candidacies, appointments, rosters, ratings, eligibility.",
    "rotations": "Trainees, standards, rotation plans, who teaches whom.",
    "service-accounts": "Accounts of other systems, with scopes.",
    "webhooks": "Telling other systems what has happened.",
}
TAGS = [{"name": name, "description": text} for name, text in _ABOUT_TAGS.items()]
"""The parts, in the order in which a reader needs them."""
