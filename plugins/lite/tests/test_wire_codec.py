"""The codec against bytes written down by hand from the protocol's description."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite.engine import passwords
from matrixone_lite.engine.api import Column, ServerError
from matrixone_lite.wire import binary, data, handshake, messages
from matrixone_lite.wire.constants import MAX_FRAME, Capability, ColumnFlag, FieldType
from matrixone_lite.wire.packets import PacketStream, PacketTooLargeError


def stream(raw=b"", **options):
    buffer = io.BytesIO(raw)
    return buffer, PacketStream(buffer, **options)


# ------------------------------------------------------------------ elementary data
@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (0, "00"),
        (250, "fa"),
        (251, "fcfb00"),
        (65535, "fcffff"),
        (65536, "fd000001"),
        (2**24, "fe0000000100000000"),
    ],
)
def test_length_encoded_integers(value, raw):
    assert data.lenenc_integer(value).hex() == raw
    assert data.Reader(bytes.fromhex(raw)).lenenc_integer() == value


@given(st.lists(st.binary(max_size=300)))
def test_strings_come_back(values):
    reader = data.Reader(b"".join(map(data.lenenc_bytes, values)))
    assert [reader.lenenc_bytes() for _ in values] == values
    assert reader.remaining == 0


@pytest.mark.parametrize("raw", [b"\xfc\x01", b"\xff", b"\xfb", b"\x05abc", b""])
def test_a_truncated_string_is_malformed(raw):
    with pytest.raises(data.MalformedPacketError):
        data.Reader(raw).lenenc_bytes()


# ------------------------------------------------------------------ frames
@pytest.mark.parametrize("size", [0, 1, MAX_FRAME - 1, MAX_FRAME, MAX_FRAME + 1])
def test_packets_of_any_size_come_back(size):
    payload = b"x" * size
    buffer, packets = stream()
    packets.write(payload)
    _, reading = stream(buffer.getvalue())
    assert reading.read() == payload
    assert reading.read() is None


def test_a_full_frame_is_followed_by_an_empty_one():
    buffer, packets = stream()
    packets.write(b"x" * MAX_FRAME)
    assert buffer.getvalue()[:4] == b"\xff\xff\xff\x00"
    assert buffer.getvalue()[-4:] == b"\x00\x00\x00\x01"


def test_numbers_go_on_within_a_command():
    buffer, packets = stream()
    packets.write(b"a")
    packets.write(b"b")
    assert buffer.getvalue() == b"\x01\0\0\0a\x01\0\0\x01b"


@pytest.mark.parametrize("raw", [b"\x01", b"\x05\0\0\0abc", b"\x01\0\0\x01a"])
def test_cut_off_or_misnumbered_packets_are_malformed(raw):
    _, packets = stream(raw)
    with pytest.raises(data.MalformedPacketError):
        packets.read()


def test_a_packet_above_the_limit_is_read_to_its_end():
    _, packets = stream(b"\x05\0\0\0abcde\x01\0\0\x01z", limit=4)
    with pytest.raises(PacketTooLargeError):
        packets.read()
    assert packets.read() == b"z"


# ------------------------------------------------------------------ handshake
LOGIN = "8da20a000000000121" + "00" * 23 + b"root\0".hex() + "14" + "ab" * 20 + b"db\0mysql_native_password\0".hex()


def test_the_greeting_has_the_form_of_version_ten():
    raw = handshake.greeting("8.0", 7, b"abcdefghijklmnopqrst")
    assert raw == (
        b"\x0a8.0\0\x07\0\0\0abcdefgh\0" + bytes.fromhex("8fa7" "21" "0200" "3f01" "15") + bytes(10)
        + b"ijklmnopqrst\0mysql_native_password\0"
    )  # fmt: skip


def test_a_login_is_read():
    login = handshake.parse_login(bytes.fromhex(LOGIN))
    assert (login.user, login.database, login.plugin) == ("root", "db", b"mysql_native_password")
    assert login.auth_response == b"\xab" * 20


@given(st.integers(min_value=0, max_value=len(LOGIN) // 2 - 30))
def test_a_login_cut_off_is_malformed(size):
    with pytest.raises(data.MalformedPacketError):
        handshake.parse_login(bytes.fromhex(LOGIN)[:size])


def test_a_request_for_tls_is_malformed():
    flags = Capability.PROTOCOL_41 | Capability.SSL
    with pytest.raises(data.MalformedPacketError):
        handshake.parse_login(flags.to_bytes(4, "little") + bytes(28))


def test_the_flag_of_tls_in_a_whole_login_is_passed_over():
    raw = bytes.fromhex(LOGIN)
    flags = int.from_bytes(raw[:4], "little") | Capability.SSL
    assert handshake.parse_login(flags.to_bytes(4, "little") + raw[4:]).user == "root"


@given(st.text(), st.text(), st.binary(min_size=20, max_size=20))
def test_only_the_right_password_answers_a_challenge(right, wrong, scramble):
    def answer(password):
        once = passwords._sha1(password.encode())
        mask = passwords._sha1(scramble + passwords.native_hash(password))
        return bytes(a ^ b for a, b in zip(once, mask, strict=True))

    stored = passwords.native_hash(right)
    assert passwords.native_check(stored, scramble, answer(right))
    assert passwords.native_check(stored, scramble, answer(wrong)) == (right == wrong)
    assert not passwords.native_check(stored, scramble, b"")


# ------------------------------------------------------------------ answers
def test_ok():
    assert messages.ok(0x02, 3, 300, 1, "hi") == bytes.fromhex("0003fc2c0102000100") + b"hi"


def test_both_forms_of_the_end_of_rows():
    assert messages.end_of_rows(Capability(0), 0x22, 1).hex() == "fe01002200"
    assert messages.end_of_rows(Capability.DEPRECATE_EOF, 0x22, 1).hex() == "fe000022000100"


def test_an_error():
    assert messages.error(ServerError(1062, "dup", "23000")) == b"\xff\x26\x04#23000dup"


def test_a_column():
    raw = messages.column_definition(
        Column(
            "n", FieldType.LONG, charset=63, length=11, flags=1, database="d", table="t", org_table="u", org_name="o"
        )
    )
    assert raw == b"\x03def\x01d\x01t\x01u\x01n\x01o\x0c" + bytes.fromhex("3f000b000000030100000000")


def test_a_row_tells_null_from_empty():
    assert messages.text_row([b"ab", None, b""]) == b"\x02ab\xfb\x00"


# ------------------------------------------------------------------ binary protocol
@pytest.mark.parametrize(
    ("code", "unsigned", "raw", "value"),
    [
        (FieldType.TINY, False, "ff", -1),
        (FieldType.TINY, True, "ff", 255),
        (FieldType.SHORT, False, "feff", -2),
        (FieldType.LONG, False, "00000080", -(2**31)),
        (FieldType.LONGLONG, True, "ff" * 8, 2**64 - 1),
        (FieldType.DOUBLE, False, "000000000000f83f", 1.5),
        (FieldType.FLOAT, False, "0000c03f", 1.5),
        (FieldType.NULL, False, "", None),
        (FieldType.NEWDECIMAL, False, b"\x041.50".hex(), "1.50"),
        (FieldType.VAR_STRING, False, "02c3a9", "é"),
        (FieldType.VAR_STRING, False, "01ff", b"\xff"),
        (FieldType.BLOB, False, "02c3a9", b"\xc3\xa9"),
        (FieldType.DATE, False, "04e8070102", "2024-01-02"),
        (FieldType.DATETIME, False, "0be80701020304053f420f00", "2024-01-02 03:04:05.999999"),
        (FieldType.DATETIME, False, "07e8070102030405", "2024-01-02 03:04:05"),
        (FieldType.TIME, False, "080101000000020304", "-26:03:04"),
        (FieldType.TIME, False, "0c0000000000020304e8030000", "02:03:04.001000"),
        (FieldType.TIME, False, "00", "00:00:00"),
    ],
)
def test_parameters(code, unsigned, raw, value):
    reader = data.Reader(bytes.fromhex(raw))
    assert binary.read_parameter(reader, (code, unsigned)) == value
    assert reader.remaining == 0


@pytest.mark.parametrize(("code", "raw"), [(FieldType.DATE, b"\x05aaaaa"), (FieldType.TIME, b"\x01a"), (99, b"\x00")])
def test_malformed_parameters(code, raw):
    with pytest.raises(data.MalformedPacketError):
        binary.read_parameter(data.Reader(raw), (code, False))


@given(st.sets(st.integers(min_value=0, max_value=40)))
def test_null_positions(positions):
    bitmap = sum(1 << position for position in positions).to_bytes(6, "little")
    assert binary.null_positions(bitmap, 41) == positions


@pytest.mark.parametrize(
    ("code", "flags", "cell", "raw"),
    [
        (FieldType.TINY, 0, b"-1", "ff"),
        (FieldType.YEAR, 0, b"2024", "e807"),
        (FieldType.LONGLONG, ColumnFlag.UNSIGNED, b"18446744073709551615", "ff" * 8),
        (FieldType.DOUBLE, 0, b"1.5", "000000000000f83f"),
        (FieldType.FLOAT, 0, b"1.5", "0000c03f"),
        (FieldType.DECIMAL, 0, b"1.50", b"\x041.50".hex()),
        (FieldType.DATE, 0, b"2024-01-02", "04e8070102"),
        (FieldType.DATE, 0, b"0000-00-00", "00"),
        (FieldType.DATETIME, 0, b"2024-01-02 00:00:00", "04e8070102"),
        (FieldType.DATETIME, 0, b"2024-01-02 03:04:05", "07e8070102030405"),
        (FieldType.TIMESTAMP, 0, b"2024-01-02 03:04:05.5", "0be807010203040520a10700"),
        (FieldType.TIME, 0, b"-26:03:04", "080101000000020304"),
        (FieldType.TIME, 0, b"00:00:00", "00"),
        (FieldType.VAR_STRING, 0, b"ab", "026162"),
    ],
)
def test_binary_cells(code, flags, cell, raw):
    write = binary.row_writer([Column("c", code, flags=flags)])
    assert write([cell]).hex() == "0000" + raw


def test_the_bitmap_of_a_row_starts_at_its_third_bit():
    write = binary.row_writer([Column("c", FieldType.VAR_STRING)] * 7)
    assert write([None, b"", None, b"", b"", b"", None])[:3].hex() == "001401"
