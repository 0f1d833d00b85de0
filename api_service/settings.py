"""Settings: one frozen object, read once at the start from `KULLA_*` variables or a `.env` file.

A default is what a sandbox on a laptop needs. Production mode refuses to start on a default where a wrong guess would lose
data or keep it too long: it wants the database and both retention times said aloud (and a key to exist, which
`api_service.keys.require_a_key` checks once the database is there).
"""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api_service.agreements import Agreements, AgreementsError, read_agreements
from api_service.peers import networks
from api_service.tokens.rules import ALGORITHMS_KNOWN, CLOCK_SKEW_SECONDS_MAX, TokenRules, issuer_fault, role_table, words
from schemas.alert_clocks import DueTerms
from schemas.watchlist import AlertSeverity
from storage.policies import ALERT_DAYS_MIN, AlertTerms, Policy

MEBIBYTE = 1024 * 1024
_EXPLICIT_IN_PRODUCTION = ("database_url", "retention_hours", "retention_no_show_hours", "master_key_file")
REFUSE_AFTER_DEPARTURE_HOURS = 96.0
"""Production's limit where none is set: a message this late serves no border check any more (retention policy)."""


class Mode(StrEnum):
    """`sandbox`: sample lists and simulated flights. `production`: nothing is assumed."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Every setting of every role. The environment variable is `KULLA_` and the name in upper case."""

    model_config = SettingsConfigDict(
        env_prefix="KULLA_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    mode: Mode = Field(default=Mode.SANDBOX, description="`sandbox` or `production`.")
    data_dir: Path = Field(default=Path(".kulla"), description="Where the embedded database and the sandbox's keys are kept.")
    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    database_url: str | None = Field(
        default=None, repr=False, description="URL of a PostgreSQL database (`postgresql://...`). Absent: an embedded one."
    )
    kafka_bootstrap_servers: str | None = Field(
        default=None, description="Kafka brokers, `host:port`, separated by commas. Absent: screeners read the outbox itself."
    )
    api_processes: int = Field(default=1, ge=1, le=64, description="Processes that serve HTTP.")
    screener_processes: int = Field(default=1, ge=1, le=16, description="Processes that screen (at most 16, the partitions).")
    sandbox_traffic: bool = Field(default=True, description="Simulated flights in sandbox mode (`on`/`off`).")
    sandbox_lists: bool = Field(default=True, description="Sample lists in sandbox mode (`on`/`off`).")

    submission_bytes_max: int = Field(
        default=32 * MEBIBYTE,
        ge=1024,
        le=128 * MEBIBYTE,
        description="Largest body of a submission. A manifest of 170 travellers has some 60 kB; the largest aircraft's, "
        "for a day of flights in one interchange, stays below 32 MiB.",
    )
    submissions_in_flight_bytes_max: int = Field(
        default=128 * MEBIBYTE,
        ge=1024,
        description="Bodies held in memory at once by a process; beyond it carriers are told 503 and to try again. "
        "Reading takes some ten times a body's size.",
    )
    inline_bytes_max: int = Field(
        default=4 * 1024,
        ge=0,
        description="Bodies up to this size (a dozen travellers, a millisecond) are read in the serving process; larger ones "
        "next door, so that nobody else waits for them.",
    )
    reading_processes: int = Field(
        default=2, ge=1, le=16, description="Processes for each HTTP process that read ordinary bodies; one reads 100 a second."
    )
    index_processes: int | None = Field(
        default=None,
        ge=1,
        le=16,
        description="Processes that read the names of a list of 100,000 persons and more when its index is built, at a low "
        "priority. By default one for every two cores, so that screening keeps the others.",
    )
    requests_per_second_max: float = Field(
        default=200.0,
        gt=0,
        description="Requests a second for each key, on average, in all HTTP processes together (and a tenth more in each). "
        "Far above anybody's need: it stops a loop gone wild.",
    )
    requests_burst_max: int = Field(default=400, ge=1, description="Requests a key may send at once before the rate counts.")

    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of proxies, separated by commas, whose `Client-Cert` and `X-Forwarded-For` count. "
        "Absent: nobody's.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of an OpenID Connect provider whose tokens count beside keys. Absent: keys only."
    )
    oidc_audience: str | None = Field(
        default=None, description="The audience (`aud`) a token must be for. Needed with an issuer."
    )
    oidc_authorized_parties: str = Field(
        default="", description="Clients (`azp`) that may have asked for a token, separated by commas. Absent: the audience."
    )
    oidc_algorithms: str = Field(
        default="RS256,PS256,ES256,EdDSA", description="Signatures that count. Never `none` or HMAC, whatever is said here."
    )
    oidc_clock_skew_seconds: float = Field(
        default=30.0, ge=0, le=CLOCK_SKEW_SECONDS_MAX, description="How far the provider's clock may be off."
    )
    oidc_role_claim: str = Field(
        default="kulla_role", description="Claim with the role; a path like `realm_access.roles` may be."
    )
    oidc_roles: str = Field(
        default="", description="What the claim says = our role, separated by commas. Absent: our roles under their own names."
    )
    oidc_carrier_claim: str = Field(default="kulla_carrier", description="Claim with the one carrier of a carrier's token.")
    oidc_ports_claim: str = Field(default="kulla_ports", description="Claim with the ports of an officer's token.")

    retention_hours: float = Field(
        default=48.0, gt=0, description="How long travellers and raw messages are kept after receipt. Production: say it."
    )
    retention_no_show_hours: float = Field(
        default=96.0, gt=0, description="How long a traveller who did not present is kept after receipt. Production: say it."
    )
    retention_alert_days: int = Field(
        default=30, ge=ALERT_DAYS_MIN, description="Days after which an alert that was no hit expires, and forgets the person."
    )
    retention_hit_days: int = Field(
        default=365, ge=ALERT_DAYS_MIN, description="Days after which a confirmed alert expires, and forgets the person."
    )
    retention_by_legal_basis: dict[str, AlertTerms] = Field(
        default={},
        description='Other terms for alerts whose record or list names this legal basis, as JSON: `{"court order": '
        '{"alert_days": 10, "hit_days": 730}}`.',
    )
    retention_audit_days: int = Field(default=1826, ge=1, description="Days for which lines of the audit trail are kept.")
    retention_statistics_days: int = Field(default=1826, ge=1, description="Days for which counts that name nobody are kept.")
    retention_person_days: int = Field(
        default=30,
        ge=1,
        description="Days after which a person of the identity provider who was not seen again is forgotten; until then alerts "
        "can be given to them.",
    )
    purge_minutes: float = Field(default=5.0, gt=0, description="Minutes between two purges of what is due.")
    refuse_after_departure_hours: float | None = Field(
        default=None,
        gt=0,
        description="Messages longer than this after departure are refused. Absent: 96 in production; never in the sandbox, "
        "where published samples are years old.",
    )
    manifest_due_minutes: int = Field(
        default=30,
        ge=0,
        le=7 * 24 * 60,
        description="Minutes before scheduled departure at which a flight's passenger list is due; later it is late.",
    )
    due_minutes_high: int = Field(default=15, ge=1, description="Time to decide an alert of severity high.")
    due_minutes_medium: int = Field(default=60, ge=1, description="Time to decide an alert of severity medium.")
    due_minutes_low: int = Field(default=240, ge=1, description="Time to decide an alert of severity low.")
    due_minutes_protection: int = Field(
        default=15, ge=1, description="Time to decide an alert of the protection queue, whatever its severity."
    )
    outcome_due_minutes: int = Field(
        default=240,
        ge=1,
        description="Minutes after scheduled arrival (or hand-over, if later) by which an officer reports the outcome.",
    )
    reception_places: str = Field(
        default="",
        pattern=r"^(\s*[a-z0-9_-]{1,40}=[1-9][0-9]{0,5}\s*(,|$))*$",
        description="Registration centres with the number of people they have room for, as `north=60,south=60,east=18`.",
    )
    webhook_hosts: str = Field(
        default="",
        description="Hosts that webhooks may be sent to: names, or `name:port`, separated by commas. Empty: no webhooks.",
    )
    webhook_private_addresses: bool = Field(
        default=False, description="Whether those hosts may have private or loopback addresses (`on`/`off`)."
    )
    protection_file: Path | None = Field(
        default=None,
        description="TOML file of protection contacts and deadlines (`docs/protection.md`). Absent: no contacts; in the "
        "sandbox made-up ones.",
    )
    readmission_agreements_file: Path | None = Field(
        default=None,
        description="TOML file of agreements on readmission (`docs/readmission.md`). Absent: the usual terms for every case.",
    )
    retention_referral_hours: float = Field(
        default=30 * 24, gt=0, description="How long protection referrals are kept after they were made (no names are in them)."
    )
    stream_age_seconds_max: float = Field(
        default=60.0, gt=0, description="A manifest unscreened for longer makes `/health/ready` say that screening is behind."
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File with the master key that wraps the keys of days (`kulla encryption make-key`). Absent: "
        "`master.key` in the data directory, made at need. Production: say it.",
    )
    day_keys_dir: Path | None = Field(
        default=None,
        description="Directory of the keys of days, shared by all processes, and outside every backup of the database. "
        "Absent: `day_keys` in the data directory.",
    )
    exchange_key_file: Path | None = Field(
        default=None,
        description="File with the key that signs documents for partners. Absent: `exchange.key` in the data directory.",
    )
    audit_key_file: Path | None = Field(
        default=None,
        description="File with the audit trail's key (it signs anchors). Absent: `audit.key` in the data directory.",
    )
    audit_anchor_seconds: float = Field(
        default=300.0, gt=0, description="Between two anchors: the audit trail's newest hash, signed, in a file and in the log."
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error.")

    @property
    def due_terms(self) -> DueTerms:
        """How long alerts may wait."""
        minutes = {
            AlertSeverity.HIGH: self.due_minutes_high,
            AlertSeverity.MEDIUM: self.due_minutes_medium,
            AlertSeverity.LOW: self.due_minutes_low,
        }
        after = {severity: timedelta(minutes=value) for severity, value in minutes.items()}
        return DueTerms(after, timedelta(minutes=self.due_minutes_protection))

    @property
    def retention_policy(self) -> Policy:
        """How long what is kept."""
        return Policy(
            travellers=timedelta(hours=self.retention_hours),
            no_show=timedelta(hours=self.retention_no_show_hours),
            alerts=AlertTerms(self.retention_alert_days, self.retention_hit_days),
            audit=timedelta(days=self.retention_audit_days),
            statistics=timedelta(days=self.retention_statistics_days),
            persons=timedelta(days=self.retention_person_days),
            by_legal_basis={basis.lower(): terms for basis, terms in self.retention_by_legal_basis.items()},
        )

    @model_validator(mode="after")
    def _alerts_outlive_their_manifests(self) -> Self:
        terms = self.retention_by_legal_basis.values()
        shortest = min([self.retention_alert_days, *(min(one.alert_days, one.hit_days) for one in terms)])
        if shortest < ALERT_DAYS_MIN or shortest * 24 <= self.retention_no_show_hours:
            raise ValueError(
                "alerts must be kept for longer than travellers: KULLA_RETENTION_NO_SHOW_HOURS, and at least 5 days"
            )
        return self

    @property
    def master_key_path(self) -> Path:
        """The file of the master key."""
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def day_keys_path(self) -> Path:
        """The directory of the keys of days."""
        return self.day_keys_dir or self.data_dir / "day_keys"

    @property
    def exchange_key_path(self) -> Path:
        """Where the key is that signs documents for partners."""
        return self.exchange_key_file or self.data_dir / "exchange.key"

    @property
    def audit_key_path(self) -> Path:
        """The file of the audit trail's key."""
        return self.audit_key_file or self.data_dir / "audit.key"

    @property
    def late_after_hours(self) -> float | None:
        """Hours after departure beyond which a message is refused; None = never."""
        if self.refuse_after_departure_hours is None and self.mode is Mode.PRODUCTION:
            return REFUSE_AFTER_DEPARTURE_HOURS
        return self.refuse_after_departure_hours

    @property
    def token_rules(self) -> TokenRules | None:
        """What is expected of a token; None = tokens do not count."""
        if self.oidc_issuer is None or self.oidc_audience is None:
            return None
        return TokenRules(
            issuer=self.oidc_issuer,
            audience=self.oidc_audience,
            authorized_parties=words(self.oidc_authorized_parties),
            algorithms=words(self.oidc_algorithms),
            clock_skew=timedelta(seconds=self.oidc_clock_skew_seconds),
            role_claim=self.oidc_role_claim,
            carrier_claim=self.oidc_carrier_claim,
            ports_claim=self.oidc_ports_claim,
            roles=role_table(self.oidc_roles),
        )

    @model_validator(mode="after")
    def _tokens_make_sense(self) -> Self:
        networks(self.trusted_proxies)
        role_table(self.oidc_roles)
        if words(self.oidc_algorithms) - ALGORITHMS_KNOWN:
            raise ValueError(f"KULLA_OIDC_ALGORITHMS: only {', '.join(sorted(ALGORITHMS_KNOWN))} can be allowed")
        if self.oidc_issuer is None:
            return self
        if self.oidc_audience is None:
            raise ValueError("KULLA_OIDC_ISSUER needs KULLA_OIDC_AUDIENCE: a token for somebody else must not count here")
        if fault := issuer_fault(self.oidc_issuer):
            raise ValueError(f"KULLA_OIDC_ISSUER: {fault}")
        return self

    @model_validator(mode="after")
    def _agreements_make_sense(self) -> Self:
        try:
            self.read_agreements()
        except AgreementsError as error:
            raise ValueError(f"KULLA_READMISSION_AGREEMENTS_FILE: {error}") from error
        return self

    def read_agreements(self) -> Agreements:
        """The agreements on readmission. Raises AgreementsError, at the start at the latest."""
        return read_agreements(self.readmission_agreements_file, sandbox=self.mode is Mode.SANDBOX)

    @model_validator(mode="after")
    def _largest_body_fits(self) -> Self:
        if self.submissions_in_flight_bytes_max < self.submission_bytes_max:
            raise ValueError("KULLA_SUBMISSIONS_IN_FLIGHT_BYTES_MAX is too small: no large body would ever fit")
        return self

    @model_validator(mode="after")
    def _production_assumes_nothing(self) -> Self:
        if self.mode is not Mode.PRODUCTION:
            return self
        missing = [f"KULLA_{name.upper()}" for name in _EXPLICIT_IN_PRODUCTION if name not in self.model_fields_set]
        if missing:
            raise ValueError(f"production mode assumes nothing; set {', '.join(missing)}")
        return self
