"""One Apache Kafka broker on this machine, for the distributed arrangement, tests and benchmarks. No container engine needed.

    broker.py install             what is needed, once: Java, Maven, Kafka's jars
    broker.py start [--data DIR]  starts in the background, waits until it answers, prints the bootstrap address
    broker.py run   [--data DIR]  the same in the foreground, until Ctrl-C or SIGTERM
    broker.py stop | status [--data DIR]

It is a combined node (controller and broker) in KRaft mode, listening on the loopback address only. Ports are asked from the
operating system at the first start and kept as long as nobody else takes them, so that clients find a restarted broker where it
was. The log survives SIGKILL of the broker: what was acknowledged lies in the kernel's page cache at least.

It serves one machine. A site that needs Kafka for more than one runs its own cluster and gives Kulla its address.
"""

import argparse
import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import FrameType

import install
import psutil

HOST = "127.0.0.1"
HEAP = "384m"
"""A single node with three topics of 16 partitions idles in 120 MB; the rest is room for messages of 16 MB."""
START_SECONDS_MAX = 120.0
"""Two seconds on an idle machine; a loaded small one that replays a log after SIGKILL may take twenty."""
STOP_SECONDS_MAX = 30.0
"""A controlled shutdown takes one second. A broker that hangs is killed: its log is made for that."""
MESSAGE_BYTES_MAX = 16 * 1024 * 1024 + 64 * 1024
"""The largest manifest (storage.kafka_topics names 16 MB), with its key, headers and batch frame."""


class BrokerError(Exception):
    """The broker could not be started; the message says where its log is."""


class Broker:
    """The broker whose data lies in one directory. Several can run side by side, each in its own."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self._state = self.data / "broker.json"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect: host:port. Known after the first start."""
        return f"{HOST}:{self._remembered()['port']}"

    @property
    def pid(self) -> int | None:
        """The broker's process, or None when it does not run."""
        process = self._process()
        return process.pid if process else None

    def start(self, with_parent: bool = False) -> str:
        """Start unless it runs already, wait until it answers, and return the bootstrap address.

        Raises BrokerError, InstallError. `with_parent`: the kernel ends the broker when the calling thread dies, however.
        """
        self.spawn(with_parent)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.answers():
            if self._process() is None or time.monotonic() > deadline:
                self.kill()
                raise BrokerError(f"Kafka did not start; its log: {self.data / 'console.log'} and broker.log beside it")
            time.sleep(0.1)
        return self.bootstrap

    def spawn(self, with_parent: bool = False) -> None:
        """Start unless it runs already, without waiting until it answers."""
        if self._process() is not None:
            return
        jars = install.install()
        self.data.mkdir(parents=True, exist_ok=True)
        ports = self._choose_ports()
        properties = self._write_properties(*ports)
        if not (self.data / "log" / "meta.properties").exists():
            self._format(jars, properties)
        self._launch(_java_command(self.data, jars, "kafka.Kafka", str(properties)), with_parent)
        assert self._child is not None
        started = psutil.Process(self._child.pid).create_time()
        self._remember({"port": ports[0], "controller_port": ports[1], "pid": self._child.pid, "started": started})

    def answers(self) -> bool:
        """Whether the broker names itself to a client that asks for metadata: it is then registered and serves."""
        try:
            return _brokers_known(self._remembered()["port"]) > 0
        except (OSError, KeyError, struct.error):
            return False

    def stop(self) -> None:
        """End it in good order; kill it if that takes too long. Harmless when it does not run."""
        self._end(signal.SIGTERM, STOP_SECONDS_MAX)
        self._end(signal.SIGKILL, STOP_SECONDS_MAX)

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone. Harmless when it does not run."""
        self._end(signal.SIGKILL, STOP_SECONDS_MAX)

    def _end(self, with_signal: signal.Signals, seconds_max: float) -> None:
        process = self._process()
        if process is None:
            return
        process.send_signal(with_signal)
        try:
            if self._child is not None:
                self._child.wait(seconds_max)
            else:
                process.wait(seconds_max)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return
        self._child = None

    def _process(self) -> psutil.Process | None:
        """The process remembered, if it still lives and its number was not given to another since."""
        remembered = self._remembered()
        try:
            process = psutil.Process(remembered["pid"])
            alive = process.create_time() == remembered["started"] and process.status() != psutil.STATUS_ZOMBIE
        except (KeyError, psutil.NoSuchProcess):
            return None
        return process if alive else None

    def _remembered(self) -> dict[str, int]:
        try:
            return dict(json.loads(self._state.read_text("utf-8")))
        except (FileNotFoundError, ValueError):
            return {}

    def _remember(self, state: dict[str, float]) -> None:
        part = self._state.with_suffix(".part")
        part.write_text(json.dumps(state), "utf-8")
        part.replace(self._state)

    def _choose_ports(self) -> tuple[int, int]:
        remembered = self._remembered()
        kept = [remembered.get("port", 0), remembered.get("controller_port", 0)]
        if all(kept) and all(_is_free(port) for port in kept):
            return kept[0], kept[1]
        return _free_ports()

    def _write_properties(self, port: int, controller_port: int) -> Path:
        properties = self.data / "server.properties"
        properties.write_text(
            _PROPERTIES.format(host=HOST, port=port, controller_port=controller_port, data=self.data, message=MESSAGE_BYTES_MAX)
        )
        return properties

    def _format(self, jars: Path, properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", f"--cluster-id={cluster}", "-c", str(properties)]
        command = _java_command(self.data, jars, *tool)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603  fixed command
        if done.returncode != 0:
            raise BrokerError(f"Kafka's storage could not be formatted: {done.stdout[-1000:]}{done.stderr[-1000:]}")

    def _launch(self, command: list[str], with_parent: bool) -> None:
        setpriv = shutil.which("setpriv") if with_parent else None
        bound = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        with (self.data / "console.log").open("ab") as console:
            # A session of its own: Ctrl-C at the terminal reaches whoever started it, and that one stops it in order.
            self._child = subprocess.Popen(  # noqa: S603  fixed command
                [*bound, *command], stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT, start_new_session=True
            )


_PROPERTIES = """\
# Written at every start; changes made here are lost.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}/log
# Topics are made by the relay, with the settings they need; a typing error must not make one.
auto.create.topics.enable=false
message.max.bytes={message}
replica.fetch.max.bytes={message}
# One node holds the only copy of everything, its own bookkeeping included.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# The first member of a group need not wait for others: they join when they come.
group.initial.rebalance.delay.ms=0
# Clients choose how long a member may be silent; tests do not want to wait the usual six seconds at least.
group.min.session.timeout.ms=1000
# After SIGKILL the controller waits for this long before it lets the broker register again.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
# Sized for a small machine; the defaults assume a server of its own.
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""


def _java_command(data: Path, jars: Path, *arguments: str) -> list[str]:
    launcher = install.java()
    assert launcher is not None, "installed before"
    options = [f"-Xmx{HEAP}", "-Xms128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true"]
    logging = [f"-Dlog4j2.configurationFile={install.HERE / 'log4j2.properties'}", f"-Dkulla.kafka.log={data / 'broker.log'}"]
    return [launcher, *options, *logging, "-cp", f"{jars}/*", *arguments]


def _free_ports() -> tuple[int, int]:
    """Two ports that nobody holds. Both are held open until both are known, so that they differ."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As Kafka does: a port whose last connections are still winding down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _brokers_known(port: int) -> int:
    """Ask for metadata of no topic (API 3, version 0) and return how many brokers the answer names."""
    request = struct.pack(">hhihi", 3, 0, 1, -1, 0)
    with socket.create_connection((HOST, port), timeout=2.0) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answer:
            _size, _correlation, brokers = struct.unpack(">iii", answer.read(12))
    return int(brokers)


def _wait_for_signal(broker: Broker) -> None:
    """Until somebody asks to stop or the broker ends by itself."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        while broker.pid is not None:
            time.sleep(0.5)
    finally:
        broker.stop()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """The command line. Exit status: 0 done; 1 not running (status) or not possible, with the reason."""
    parser = argparse.ArgumentParser(description="One Apache Kafka broker on this machine.")
    parser.add_argument("verb", choices=("install", "start", "run", "stop", "status"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("KULLA_DATA_DIR", ".kulla")) / "kafka")
    given = parser.parse_args()
    try:
        return _do(given.verb, Broker(given.data))
    except (BrokerError, install.InstallError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _do(verb: str, broker: Broker) -> int:
    if verb == "install":
        install.install()
    elif verb == "stop":
        broker.stop()
    elif verb == "status":
        running = broker.answers()
        _say(broker.bootstrap if running else "not running")
        return 0 if running else 1
    else:
        _say(broker.start(with_parent=verb == "run"))
        if verb == "run":
            _wait_for_signal(broker)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
