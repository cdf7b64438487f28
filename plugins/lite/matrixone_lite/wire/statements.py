"""Prepared statements of one connection, by the numbers the client knows them by."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from matrixone_lite.engine.api import Argument, Cell, Column, Prepared, Result, ServerError, Session
from matrixone_lite.wire import binary, messages
from matrixone_lite.wire.constants import BINARY, Capability, FieldType
from matrixone_lite.wire.data import Reader

RowWriter = Callable[[Sequence[Column]], Callable[[Sequence[Cell]], bytes]]
PARAMETER = Column(name="?", type_code=FieldType.VAR_STRING, charset=BINARY)


@dataclass(slots=True)
class _Statement:
    prepared: Prepared
    types: list[binary.ParameterType] = field(default_factory=list)
    long_data: dict[int, bytearray] = field(default_factory=dict)


class PreparedStatements:
    """Prepares, feeds, executes and forgets statements of the binary protocol."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._statements: dict[int, _Statement] = {}
        self._last_id = 0

    def prepare(self, sql: str, capabilities: Capability, status: int) -> Iterator[bytes]:
        """Prepare a statement; the packets describe it to the client."""
        prepared = self._session.prepare(sql)
        self._last_id += 1
        self._statements[self._last_id] = _Statement(prepared)
        yield messages.prepared(self._last_id, len(prepared.columns), prepared.param_count)
        if prepared.param_count:
            yield from messages.column_definitions([PARAMETER] * prepared.param_count, capabilities, status)
        if prepared.columns:
            yield from messages.column_definitions(prepared.columns, capabilities, status)

    def execute(self, body: bytes) -> tuple[Iterator[Result], RowWriter]:
        """The results of a statement run with the values in a COM_STMT_EXECUTE, and how its rows are written.

        Raises:
            ServerError: 20400 when the statement is unknown, or what the statement itself raises.
        """
        reader = Reader(body)
        statement = self._statement(reader.integer(4))
        reader.take(1 + 4)  # cursor type: results are always sent whole; iteration count: always one
        arguments = self._arguments(statement, reader)
        statement.long_data.clear()
        return self._session.execute_prepared(statement.prepared, arguments), binary.row_writer

    def append_long_data(self, body: bytes) -> None:
        """Add a piece to a parameter's value; the protocol has no answer, so an unknown statement is passed over."""
        reader = Reader(body)
        statement = self._statements.get(reader.integer(4))
        parameter = reader.integer(2)
        if statement is not None:
            statement.long_data.setdefault(parameter, bytearray()).extend(reader.rest())

    def reset(self, body: bytes) -> None:
        """Forget the pieces sent so far."""
        self._statement(Reader(body).integer(4)).long_data.clear()

    def close(self, body: bytes) -> None:
        """Forget a statement; the protocol has no answer, so an unknown one is passed over."""
        statement = self._statements.pop(Reader(body).integer(4), None)
        if statement is not None:
            self._session.close_prepared(statement.prepared)

    def _statement(self, number: int) -> _Statement:
        try:
            return self._statements[number]
        except KeyError:
            raise ServerError(20400, f"invalid state prepared statement '{number}' does not exist") from None

    @staticmethod
    def _arguments(statement: _Statement, reader: Reader) -> list[Argument]:
        count = statement.prepared.param_count
        if not count:
            return []
        nulls = binary.null_positions(reader.take((count + 7) // 8), count)
        if reader.integer(1):
            statement.types = binary.read_parameter_types(reader, count)
        elif not statement.types:
            raise ServerError(20301, "invalid input: Incorrect arguments to EXECUTE")

        def argument(position: int) -> Argument:
            kind = statement.types[position]
            if position in statement.long_data:
                return binary.long_parameter(bytes(statement.long_data[position]), kind)
            return None if position in nulls else binary.read_parameter(reader, kind)

        return [argument(position) for position in range(count)]
