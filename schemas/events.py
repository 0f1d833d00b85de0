"""Events: what goes over the outbox and the topics.

`kulla.manifests.v1` carries `schemas.manifest.Manifest`, `kulla.alerts.v1` carries `schemas.alert.Alert`, both keyed by flight;
`kulla.quarantine.v1` carries what could not be processed, without its body (that stays in the database, under retention).
"""

from enum import StrEnum

from pydantic import AwareDatetime

from schemas.base import SCHEMA_VERSION, Noun


class Topic(StrEnum):
    """Names of the topics. The part before the dot names the outbox's own `topic` column too."""

    MANIFESTS = "kulla.manifests.v1"
    ALERTS = "kulla.alerts.v1"
    QUARANTINE = "kulla.quarantine.v1"


class Occasion(StrEnum):
    """Why a manifest is on the stream: it was just received, or a list changed and it must be screened again."""

    RECEIVED = "received"
    RESCREEN = "rescreen"


class QuarantineEvent(Noun):
    """An event that could not be processed. `reason` never repeats passenger data."""

    schema_version: int = SCHEMA_VERSION
    quarantine_id: str
    topic: str
    key: str
    manifest_id: str | None = None
    reason: str
    at: AwareDatetime
