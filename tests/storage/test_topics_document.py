"""What is written about the topics elsewhere agrees with what the code does."""

import re
from pathlib import Path

from schemas.events import Occasion, Topic
from storage.kafka_topics import MESSAGE_BYTES_MAX, PARTITIONS, SEGMENT_MILLISECONDS, KafkaSettings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "asyncapi.yaml").read_text("utf-8")


def test_the_document_describes_every_topic_with_its_schema():
    assert set(re.findall(r"^ +address: (\S+)$", DOCUMENT, re.MULTILINE)) == set(Topic)
    schemas = re.findall(r"\$ref: \.\./(schemas/json/\S+)", DOCUMENT)
    assert len(schemas) == len(Topic)
    assert all((ROOT / schema).is_file() for schema in schemas)


def test_the_document_gives_the_numbers_and_words_of_the_code():
    assert re.findall(r"partitions: (\d+)", DOCUMENT) == [str(PARTITIONS)]
    assert re.findall(r"max\.message\.bytes: (\d+)", DOCUMENT) == [str(MESSAGE_BYTES_MAX)]
    assert re.findall(r"enum: \[(.*)\]", DOCUMENT) == [", ".join(Occasion)]
    references = set(re.findall(r'\$ref: "#/([^"]+)"', DOCUMENT))
    assert {reference.split("/")[-1] for reference in references} <= set(re.findall(r"^ +(\w+):$", DOCUMENT, re.MULTILINE))


def test_the_compose_file_lets_the_largest_message_pass():
    compose = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r'KAFKA_\w+_BYTES: "(\d+)"', compose)) == {str(MESSAGE_BYTES_MAX)}


def test_the_broker_started_here_lets_the_largest_message_pass():
    broker = (ROOT / "deploy" / "kafka" / "broker.py").read_text("utf-8")
    (expression,) = re.findall(r"^MESSAGE_BYTES_MAX = ([\d *+]+)$", broker, re.MULTILINE)
    assert eval(expression) == MESSAGE_BYTES_MAX


def test_both_arrangements_run_the_same_kafka():
    (artifact,) = re.findall(
        r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)<", (ROOT / "deploy" / "kafka" / "pom.xml").read_text("utf-8")
    )
    assert f"image: apache/kafka:{artifact}\n" in (ROOT / "deploy" / "compose.yaml").read_text("utf-8")


def test_a_topic_forgets_within_the_retention():
    configuration = KafkaSettings("localhost:9092", retention_hours=48, replication=3).topic_configuration()
    assert int(configuration["retention.ms"]) + SEGMENT_MILLISECONDS == 48 * 3_600_000
    assert int(configuration["segment.ms"]) == SEGMENT_MILLISECONDS
    assert configuration["min.insync.replicas"] == "2"
