"""Messages of the embedded broker are never seen half-written, however many write while one reads."""

import threading
from pathlib import Path

from kombu import Connection, Queue

from annotate import celery

MESSAGES, WRITERS = 150, 3


def test_every_message_arrives_whole(tmp_path: Path) -> None:
    assert celery.app.main == "fovea"
    folders = {"data_folder_in": str(tmp_path / "queue"), "data_folder_out": str(tmp_path / "queue")}
    (tmp_path / "queue").mkdir()
    options = {**folders, "control_folder": str(tmp_path / "control"), "polling_interval": 0.01}
    queue = Queue("work")

    def write(writer: int) -> None:
        with Connection("folder://localhost", transport_options=options) as connection:
            producer = connection.Producer()
            for number in range(MESSAGES):
                body = {"writer": writer, "number": number, "text": "x" * 20_000}
                producer.publish(body, routing_key="work", declare=[queue], serializer="json")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    seen = []
    with Connection("folder://localhost", transport_options=options) as connection:
        simple = connection.SimpleQueue(queue)
        for thread in threads:
            thread.start()
        while len(seen) < MESSAGES * WRITERS:
            message = simple.get(timeout=30)
            seen.append((message.payload["writer"], message.payload["number"]))
            message.ack()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [(writer, number) for writer in range(WRITERS) for number in range(MESSAGES)]
