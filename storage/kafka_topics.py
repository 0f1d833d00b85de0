"""The topics: their names, how they are set up, and the one limit that producer, broker and consumer must agree on.

Whoever uses a topic makes sure first that it is there, so that no role has to be started before another. A site whose cluster
does not let us create topics creates them itself, with the same settings; being refused is then no fault.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from schemas.events import Topic

MANIFEST_BYTES_MAX = 16 * 1024 * 1024
"""Of one manifest as JSON. The largest aircraft's has some 1 MB; one beyond this goes to quarantine, so that no other waits."""
FRAME_BYTES_MAX = 64 * 1024
"""What key, headers and the frame of a batch may add to a message."""
MESSAGE_BYTES_MAX = MANIFEST_BYTES_MAX + FRAME_BYTES_MAX
PARTITIONS = 16
"""As many as the outbox has: up to 16 screeners share the work. It cannot grow later without breaking the order of flights."""
SEGMENT_MILLISECONDS = 60 * 60 * 1000
"""Kafka forgets whole segments only. With the usual week a quiet topic would keep travellers days beyond their retention."""
REQUEST_MILLISECONDS_MAX = 10_000
"""A broker that has not answered a request by then is taken for dead."""
RETRY_MILLISECONDS = 250
"""Between two attempts of the client. It writes a line for each, and an outage of a night should not fill the logs."""
VISIBLE_LOOK_SECONDS = 0.05
VISIBLE_LOOKS_MAX = 100
"""A new topic is known to the controller first and to the brokers a moment later; five seconds is no moment any more."""

_SETTLED = (TopicAlreadyExistsError, TopicAuthorizationFailedError, ClusterAuthorizationFailedError)


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to reach Kafka and how its topics are set up. `bootstrap_servers`: host:port, separated by commas."""

    bootstrap_servers: str
    partitions: int = PARTITIONS
    replication: int = 1
    retention_hours: float = 48.0

    def topic_configuration(self) -> Mapping[str, str]:
        """Kafka's own names for what a topic must hold to; the same for all three."""
        retention = max(int(self.retention_hours * 3_600_000) - SEGMENT_MILLISECONDS, SEGMENT_MILLISECONDS)
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(retention),
            "segment.ms": str(SEGMENT_MILLISECONDS),
            "max.message.bytes": str(MESSAGE_BYTES_MAX),
            "min.insync.replicas": str(max(1, self.replication - 1)),
        }


async def ensure_topics(settings: KafkaSettings) -> None:
    """Create the topics that are missing and set the retention of those that are there. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, request_timeout_ms=REQUEST_MILLISECONDS_MAX)
    try:
        await admin.start()
        missing = set(Topic) - set(await admin.list_topics())
        if missing:
            await _create(admin, settings, sorted(missing))
        await _configure(admin, settings)
    except TimeoutError as error:
        raise KafkaError("the broker does not answer") from error
    finally:
        with suppress(KafkaError, OSError):
            await admin.close()


async def _create(admin: AIOKafkaAdminClient, settings: KafkaSettings, topics: Sequence[Topic]) -> None:
    configuration = dict(settings.topic_configuration())
    made = [NewTopic(topic.value, settings.partitions, settings.replication, topic_configs=configuration) for topic in topics]
    answer = await admin.create_topics(made)
    for _topic, code, *_rest in answer.topic_errors:
        _raise_unless_settled(code)
    for _look in range(VISIBLE_LOOKS_MAX):
        if set(topics) <= set(await admin.list_topics()):
            return
        await asyncio.sleep(VISIBLE_LOOK_SECONDS)
    raise UnknownTopicOrPartitionError(f"the topics {', '.join(topics)} are missing and could not be created")


async def _configure(admin: AIOKafkaAdminClient, settings: KafkaSettings) -> None:
    configuration = dict(settings.topic_configuration())
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.value, configs=configuration) for topic in Topic]
    for answer in await admin.alter_configs(wanted):
        for code, *_rest in answer.resources:
            _raise_unless_settled(code)


def _raise_unless_settled(code: int) -> None:
    error = for_code(code)
    if code != 0 and not issubclass(error, _SETTLED):
        raise error()
