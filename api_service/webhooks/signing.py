"""Signatures of deliveries, after the Standard Webhooks specification: receivers find libraries for it in their languages.

What is signed is `id.timestamp.body`, with HMAC-SHA256. The timestamp is signed too, so that an old delivery cannot be played
back later, and the id, so that the receiver may trust it to recognise repetitions. While a secret is being changed there are
two signatures, and the receiver needs only one of them to fit.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

SECRET_BYTES = 32
"""As long as the digest: more adds nothing."""
_PREFIX = "whsec_"


def secret_text(secret: bytes) -> str:
    """The secret as receivers are given it, once."""
    return _PREFIX + b64encode(secret).decode("ascii")


def headers(delivery_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> Mapping[str, str]:
    """Headers of a delivery that is sent now."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((delivery_id.encode("ascii"), timestamp.encode("ascii"), body))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: bytes, signed: bytes) -> str:
    return b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii")
