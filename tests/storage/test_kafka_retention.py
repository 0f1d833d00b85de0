"""The broker itself is asked how long its topics keep messages."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from kafka_broker import KafkaBroker

from schemas.events import Topic
from storage.kafka_retention import too_long
from storage.kafka_topics import KafkaSettings, ensure_topics

pytestmark = pytest.mark.kafka


async def test_a_topic_that_forgets_too_late_is_named(fresh_topics: KafkaBroker) -> None:
    settings = KafkaSettings(fresh_topics.bootstrap, partitions=1)
    assert await too_long(settings) == [], "topics that are not there keep nothing"
    await ensure_topics(settings)
    assert await too_long(settings) == []
    configuration = {**settings.topic_configuration(), "retention.ms": str(7 * 24 * 3_600_000)}
    admin = AIOKafkaAdminClient(bootstrap_servers=fresh_topics.bootstrap)
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, Topic.ALERTS.value, configs=configuration)])
    await admin.close()
    (fault,) = await too_long(settings)
    assert fault.startswith(f"{Topic.ALERTS.value}: retention.ms is 604800000, and may be 169200000")
    await ensure_topics(settings)
    assert await too_long(settings) == []
