"""Connections over TLS, checked by the client as its ``ssl_mode`` says."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import sys
import threading

import pymysql
import pytest
import trustme
from matrixone_lite import Server

from matrixone import AsyncClient, Client
from matrixone.exceptions import ConnectionError  # noqa: A004 - the name the specification gives it

TLS_REQUEST = b"\x20\0\0\x01" + (1 << 9 | 1 << 11 | 1 << 15).to_bytes(4, "little") + bytes(28)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority, tmp_path_factory):
    """The authority's certificate, and one for 127.0.0.1 with its key."""
    directory = tmp_path_factory.mktemp("tls")
    made = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(directory / "ca.pem")
    made.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    made.private_key_pem.write_to_path(directory / "key.pem")
    return directory


@pytest.fixture(scope="module")
def server(files):
    with Server(tls=(files / "cert.pem", files / "key.pem")) as server:
        yield server


def cipher(server, face, **options):
    """What the connection of a client is encrypted with; None for a plain one."""
    if face is Client:
        with Client(url=server.url, **options) as client, client.engine.connect() as connection:
            connection.exec_driver_sql("select repeat('x', 100000)").scalar()
            sock = connection.connection.driver_connection._sock
            return sock.cipher() if isinstance(sock, ssl.SSLSocket) else None

    async def ask():
        async with AsyncClient(url=server.url, **options) as client, client.engine.connect() as connection:
            await connection.exec_driver_sql("select repeat('x', 100000)")
            driver = (await connection.get_raw_connection()).driver_connection
            return driver._writer.get_extra_info("cipher")

    return asyncio.run(ask())


both = pytest.mark.parametrize("face", [Client, AsyncClient])


@both
@pytest.mark.parametrize("mode", ["required", "verify_ca", "verify_identity"])
def test_a_trusted_server(server, files, face, mode):
    assert cipher(server, face, ssl_mode=mode, ssl_ca=str(files / "ca.pem"))[1].startswith("TLSv1.")


@both
@pytest.mark.parametrize(("mode", "encrypted"), [("preferred", True), ("required", True), ("disabled", False)])
def test_without_an_authority(server, face, mode, encrypted):
    assert bool(cipher(server, face, ssl_mode=mode)) == encrypted


@both
@pytest.mark.parametrize("mode", ["required", "verify_ca", "verify_identity"])
def test_a_server_of_another_authority_is_refused(server, tmp_path, face, mode):
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    with pytest.raises(ConnectionError, match=r"certificate verify failed|Can't connect|SSL"):
        cipher(server, face, ssl_mode=mode, ssl_ca=str(tmp_path / "ca.pem"))


@both
def test_a_certificate_for_another_name(authority, files, face):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    ca = str(files / "ca.pem")
    with Server(tls=context) as server:
        assert cipher(server, face, ssl_mode="verify_ca", ssl_ca=ca)
        with pytest.raises(ConnectionError):
            cipher(server, face, ssl_mode="verify_identity", ssl_ca=ca)


@both
def test_a_server_without_tls_is_refused_where_tls_is_required(face):
    with Server() as plain, pytest.raises(ConnectionError, match=r"does not offer TLS|server doesn't support it"):
        cipher(plain, face, ssl_mode="required")


def test_a_server_may_ask_for_a_certificate(authority, files):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files / "ca.pem")
    context.load_cert_chain(files / "cert.pem", files / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with Server(tls=context) as server:
        options = {"ssl_mode": "verify_ca", "ssl_ca": str(files / "ca.pem")}
        with pytest.raises(ConnectionError):
            cipher(server, Client, **options)
        mine = {"ssl_cert": str(files / "cert.pem"), "ssl_key": str(files / "key.pem")}
        assert cipher(server, Client, **options, **mine)


@pytest.mark.parametrize("garbage", [b"", b"\x16", b"\x16\x03\x01\xff\xff" + bytes(100), b"x" * 1000])
def test_garbage_where_tls_should_begin_ends_only_its_own_connection(server, garbage):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.recv(200)
        with contextlib.suppress(OSError):  # it may be gone before all is said
            client.sendall(TLS_REQUEST + garbage)
            client.shutdown(socket.SHUT_WR)
            while client.recv(100):
                pass
    assert cipher(server, Client, ssl_mode="required")


def test_closing_the_server_ends_connections_over_tls(files):
    server = Server(tls=(files / "cert.pem", files / "key.pem"))
    connection = pymysql.connect(
        host="127.0.0.1", port=server.port, user="root", password="111", ssl={"ca": str(files / "ca.pem")}
    )
    server.close()
    with pytest.raises(pymysql.err.OperationalError):
        connection.query("select 1")


def test_files_that_are_no_certificate_are_refused(files, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        Server(tls=(tmp_path / "none.pem", files / "key.pem"))
    with pytest.raises(ssl.SSLError):
        Server(tls=(files / "key.pem", files / "key.pem"))


def test_on_the_command_line(files):
    command = [sys.executable, "-m", "matrixone_lite", "--tls-cert", files / "cert.pem", "--tls-key", files / "key.pem"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1].replace("root@", "root:111@")
            with Client(url=url, ssl_mode="verify_identity", ssl_ca=str(files / "ca.pem")) as client:
                assert client.is_lite
        finally:
            process.terminate()


def test_a_key_without_a_certificate_is_refused(files):
    command = [sys.executable, "-m", "matrixone_lite", "--tls-key", files / "key.pem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "matrixone-lite: --tls-key is the key of a certificate: give --tls-cert, too\n",
    )


def test_closing_the_server_ends_a_handshake_that_has_not_ended(files):
    server = Server(tls=(files / "cert.pem", files / "key.pem"))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.recv(200)
        client.sendall(TLS_REQUEST + b"\x16\x03\x01")  # the beginning of a hello
        server.close()
        assert [thread.name for thread in threading.enumerate() if thread.name == "matrixone-lite"] == []
