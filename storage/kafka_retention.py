"""Whether the topics forget as soon as they must: asked of the broker, not of our settings.

The relay sets the retention of its topics whenever it starts. A site whose cluster does not let it sets them itself, and may
forget.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.events import Topic
from storage.kafka_topics import REQUEST_MILLISECONDS_MAX, KafkaSettings

_COMPARED = ("retention.ms", "segment.ms")
"""With whole segments being forgotten, both together decide how long a message stays."""


async def too_long(settings: KafkaSettings) -> Sequence[str]:
    """Topics that keep messages for longer than they may, each with what the broker says. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, request_timeout_ms=REQUEST_MILLISECONDS_MAX)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic.value) for topic in Topic if topic.value in there]
        answers = await admin.describe_configs(asked) if asked else []
        return [fault for answer in answers for resource in answer.resources for fault in _faults(resource, settings)]
    except TimeoutError as error:
        raise KafkaError("the broker does not answer") from error
    finally:
        with suppress(KafkaError, OSError):
            await admin.close()


def _faults(resource: tuple[object, ...], settings: KafkaSettings) -> Iterator[str]:
    _code, _message, _kind, topic, entries, *_rest = resource
    assert isinstance(entries, list)
    found = {str(entry[0]): str(entry[1]) for entry in entries}
    for name in _COMPARED:
        most, is_set = int(settings.topic_configuration()[name]), int(found.get(name, "-1"))
        if not 0 <= is_set <= most:
            yield f"{topic}: {name} is {is_set}, and may be {most} at most"
