"""``matrixone lite serve`` as a process of its own."""

import re
import signal
import socket
import subprocess
import sys

import pytest

from matrixone import Client

PROGRAM = [sys.executable, "-c", "from matrixone.cli import main; main()", "lite", "serve"]


@pytest.fixture
def serving():
    processes = []

    def start(*arguments):
        process = subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        line = process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert found, line + process.stderr.read()
        return process, int(found[1])

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_it_answers_until_it_is_interrupted(serving, tmp_path):
    file = tmp_path / "first.sql"
    file.write_text("CREATE DATABASE shop; CREATE TABLE shop.t (a int); INSERT INTO shop.t VALUES (1), (2);")
    process, port = serving("--port", "0", "--sql", str(file))
    with Client(url=f"matrixone://root:111@127.0.0.1:{port}/shop") as client:
        assert client.execute("SELECT SUM(a) FROM t").scalar() == 3
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert process.stderr.read() == ""


def test_data_outlives_the_server(serving, tmp_path):
    for statement, expected in (("CREATE DATABASE kept", 0), ("SHOW DATABASES LIKE 'kept'", 1)):
        process, port = serving("--port", "0", "--data", str(tmp_path / "data"))
        with Client(url=f"matrixone://root:111@127.0.0.1:{port}/") as client:
            assert len(client.execute(statement).rows) == expected
        process.terminate()
        assert process.wait(30) == 0


def test_a_port_in_use_is_a_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [*PROGRAM, "--port", str(port)], capture_output=True, text=True, check=False, timeout=60
        )
    assert result.returncode == 1
    assert "in use" in result.stderr
    assert "Traceback" not in result.stderr
