"""SQLAlchemy's ORM over the stock MySQL dialect."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import JSON, ForeignKey, LargeBinary, Numeric, String, case, create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    age: Mapped[int | None]
    balance: Mapped[Decimal] = mapped_column(Numeric(10, 2), default=Decimal("1.50"))
    made: Mapped[datetime] = mapped_column(default=datetime(2024, 1, 2, 3, 4, 5))  # noqa: DTZ001 - DATETIME has no zone
    data: Mapped[dict] = mapped_column(JSON, default=dict)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    addresses: Mapped[list["Address"]] = relationship(back_populates="user", cascade="all, delete-orphan")


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    mail: Mapped[str] = mapped_column(String(50))
    user: Mapped[User] = relationship(back_populates="addresses")


@pytest.fixture(scope="module")
def engine(server):
    url = f"mysql+pymysql://root:111@127.0.0.1:{server.port}/"
    first = create_engine(url)
    with first.begin() as connection:
        connection.execute(text("create database t_orm"))
    first.dispose()
    engine = create_engine(f"{url}t_orm")
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine):
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [
                User(
                    name="ed",
                    age=30,
                    data={"k": [1, None]},
                    picture=b"\x00\xff'\\",
                    addresses=[Address(mail="a"), Address(mail="b")],
                ),
                User(name="wendy", age=None),
            ]
        )
        session.commit()
        yield session
    Base.metadata.drop_all(engine)


def test_objects_survive(session):
    ed = session.scalars(select(User).where(User.name == "ed")).one()
    assert (ed.age, ed.data, ed.picture, ed.balance, ed.active) == (
        30,
        {"k": [1, None]},
        b"\x00\xff'\\",
        Decimal("1.50"),
        True,
    )
    assert ed.made == datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as above
    ed.age += 1
    session.commit()
    assert session.scalar(select(User.age).where(User.id == ed.id)) == 31


def test_queries(session):
    counted = (
        select(User.name, func.count(Address.id)).join(Address, isouter=True).group_by(User.name).order_by(User.name)
    )
    assert session.execute(counted).all() == [("ed", 2), ("wendy", 0)]
    kinds = select(case((User.age > 3, "old"), else_="young")).order_by(User.id)
    assert session.scalars(kinds).all() == ["old", "young"]
    nested = select(User.name).where(User.id.in_(select(Address.user_id))).order_by(User.name).limit(1)
    assert session.scalars(nested).all() == ["ed"]
    numbered = select(func.row_number().over(order_by=User.name.desc()), User.name).order_by(User.name)
    assert session.execute(numbered).all() == [(2, "ed"), (1, "wendy")]


def test_cascades_and_rollback(session):
    session.delete(session.scalars(select(User).where(User.name == "ed")).one())
    session.flush()
    assert session.scalar(select(func.count()).select_from(Address)) == 0
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Address)) == 2


def test_a_duplicate_is_an_integrity_error(session):
    session.add(User(name="ed"))
    with pytest.raises(IntegrityError):
        session.commit()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User)) == 2


@pytest.mark.filterwarnings("ignore:Did not recognize type 'bool'")  # the stock dialect knows no such type
def test_reflection(session, engine):
    inspector = inspect(engine)
    assert inspector.get_table_names() == ["addresses", "users"]
    assert inspector.get_pk_constraint("users")["constrained_columns"] == ["id"]
    assert [key["referred_table"] for key in inspector.get_foreign_keys("addresses")] == ["users"]
    assert [index["column_names"] for index in inspector.get_indexes("users")] == [["name"]]
