"""What is counted. Labels are few and closed (outcomes, routes, statuses), and never a person's, a flight's or a key's."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Buckets close around the promise of 100 ms."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The instruments of one process, in a registry of their own."""

    registry: CollectorRegistry
    submissions: Counter
    messages: Counter
    travellers: Counter
    submission_bytes: Counter
    receipt_seconds: Histogram
    requests: Counter
    request_seconds: Histogram
    stream_age_seconds: Gauge
    escalations: Counter
    open_alerts: Gauge
    outcomes_overdue: Gauge


def make_metrics() -> Metrics:
    """Instruments at zero."""
    registry = CollectorRegistry(auto_describe=True)
    return Metrics(
        registry=registry,
        submissions=_counter(registry, "submissions", "Submissions by what they were answered", "outcome"),
        messages=_counter(registry, "messages", "Messages of stored submissions by status", "status"),
        travellers=_counter(registry, "travellers", "Travellers in accepted messages"),
        submission_bytes=_counter(registry, "submission_bytes", "Bytes of stored submissions"),
        receipt_seconds=_histogram(registry, "receipt_seconds", "From the first byte of a submission to its receipt"),
        requests=_counter(registry, "requests", "Requests by route, method and status", "route", "method", "status"),
        request_seconds=_histogram(registry, "request_seconds", "From request to answer, by route", "route"),
        stream_age_seconds=Gauge("kulla_stream_age_seconds", "Age of the oldest manifest to be screened", registry=registry),
        escalations=_counter(registry, "alert_escalations", "Stages of clocks, told by this process", "clock", "percent"),
        open_alerts=Gauge(
            "kulla_alerts_open", "Alerts somebody has to do with", ("severity", "queue", "escalation"), registry=registry
        ),
        outcomes_overdue=Gauge("kulla_outcomes_overdue", "Alerts handed over whose outcome is overdue", registry=registry),
    )


def _counter(registry: CollectorRegistry, name: str, documentation: str, *labels: str) -> Counter:
    return Counter(f"kulla_{name}", documentation, labels, registry=registry)


def _histogram(registry: CollectorRegistry, name: str, documentation: str, *labels: str) -> Histogram:
    return Histogram(f"kulla_{name}", documentation, labels, buckets=_SECONDS, registry=registry)
