"""Accounts, users, roles and grants."""

from __future__ import annotations

from typing import Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.history import HistoryParser

_OBJECTS: Final = ("account", "database", "table", "view", "function", "procedure")
_PRIVILEGES: Final = frozenset(
    """
    select|insert|update|delete|truncate|references|index|execute|values|usage|connect|ownership|all|all privileges
    create account|alter account|drop account|create user|alter user|drop user|create role|alter role|drop role
    create database|drop database|show databases|create table|alter table|drop table|show tables|create view
    alter view|drop view|create object|alter object|drop object|create tablespace|trigger|event|super
    create temporary tables|lock tables|create routine|alter routine|create|alter|drop|manage grants|upgrade account
    account all|database all|table all|create table as select|create publication|drop publication|alter publication
    reload|shutdown|file|process|grant option|proxy|replication slave|replication client
    """.replace("\n    ", "|")
    .strip(" |\n")
    .split("|"),
)
_PRIVILEGE_WORDS: Final = 4


class AccountParser(HistoryParser):
    """Reads statements about who may do what."""

    # --- accounts ---------------------------------------------------------------------------------------------------

    def create_account(self) -> ast.CreateAccount:
        """``CREATE ACCOUNT``, behind ACCOUNT."""
        if_not_exists = self.if_not_exists()
        name = self.identifier()
        self.expect("admin_name")
        self.accept("=")
        admin = self.text_or_identifier()
        password = self._identified()
        status = self.accept_any("open", "suspend", "restricted")
        return ast.CreateAccount(name, admin, password, if_not_exists, status, self.comment())

    def alter_account(self) -> ast.AlterAccount:
        """``ALTER ACCOUNT``, behind ACCOUNT."""
        if_exists = self.if_exists()
        name = self.identifier()
        admin = password = None
        if self.accept("admin_name"):
            self.accept("=")
            admin = self.text_or_identifier()
            password = self._identified()
        status = self.accept_any("open", "suspend", "restricted")
        return ast.AlterAccount(name, if_exists, admin, password, status, self.comment())

    def _identified(self) -> str:
        self.expect("identified", "by")
        return self.text_or_identifier()

    def comment(self) -> str | None:
        """``[COMMENT 'text']``."""
        return self.string() if self.accept("comment") else None

    # --- users and roles --------------------------------------------------------------------------------------------

    def create_user(self) -> ast.CreateUser:
        """``CREATE USER``, behind USER."""
        if_not_exists = self.if_not_exists()
        users = self._users(with_password=True)
        role = None
        if self.accept("default"):
            self.expect("role")
            role = self.text_or_identifier()
        locked = self._lock()
        comment = self.comment()
        attribute = self.string() if self.accept("attribute") else None
        return ast.CreateUser(users, if_not_exists, role, locked, comment, attribute)

    def alter_user(self) -> ast.AlterUser:
        """``ALTER USER``, behind USER."""
        if_exists = self.if_exists()
        start = self.at
        users = [self._user(with_password=False)]
        if self.words[self.at] not in ("lock", "unlock"):
            self.at = start
            users = [*self._users(with_password=True)]
        return ast.AlterUser(tuple(users), if_exists, None, self._lock())

    def _lock(self) -> bool | None:
        word = self.accept_any("lock", "unlock")
        return None if word is None else word == "lock"

    def drop_user(self) -> ast.DropUser:
        """``DROP USER``, behind USER."""
        if_exists = self.if_exists()
        return ast.DropUser(self._users(with_password=False), if_exists)

    def _users(self, *, with_password: bool) -> tuple[ast.UserSpec, ...]:
        users = [self._user(with_password=with_password)]
        while self.accept(","):
            users.append(self._user(with_password=with_password))
        return tuple(users)

    def _user(self, *, with_password: bool) -> ast.UserSpec:
        name, host = self.user_name()
        return ast.UserSpec(name, host, self._identified() if with_password else None)

    def user_name(self) -> tuple[str, str | None]:
        """``name[@host]``, each bare or quoted."""
        name = self.text_or_identifier()
        token = self.tokens[self.at]
        if token[:1] != "@":
            return name, None
        self.at += 1
        return name, token[1:].strip("`") or self.string()

    def create_role(self) -> ast.CreateRole:
        """``CREATE ROLE``, behind ROLE."""
        if_not_exists = self.if_not_exists()
        return ast.CreateRole(self.identifiers(), if_not_exists)

    def drop_role(self) -> ast.DropRole:
        """``DROP ROLE``, behind ROLE."""
        if_exists = self.if_exists()
        return ast.DropRole(self.identifiers(), if_exists)

    def alter_role(self) -> ast.AlterRole:
        """``ALTER ROLE``, behind ROLE."""
        self.if_exists()
        name = self.identifier()
        if self.accept("rename"):
            self.expect("to")
            return ast.AlterRole(name, self.identifier())
        rule = None
        if self.expect_any("add", "drop") == "add":
            self.expect("rule")
            rule = self.string()
        else:
            self.expect("rule")
        self.expect("on", "table")
        table = self.name()
        if table.database is None:
            self.expect(".")
        return ast.AlterRole(name, None, rule, table)

    # --- grants -----------------------------------------------------------------------------------------------------

    def grant(self) -> ast.Statement:
        """GRANT, at that word."""
        self.at += 1
        if not self._is_privilege_grant("to"):
            roles = self._grantees()
            self.expect("to")
            to = self._grantees()
            return ast.GrantRole(roles, to, self._grant_option())
        privileges = self._privileges()
        kind, level = self._object()
        self.expect("to")
        return ast.Grant(privileges, kind, level, self._grantees(), self._grant_option())

    def revoke(self) -> ast.Statement:
        """REVOKE, at that word."""
        self.at += 1
        if_exists = self.if_exists()
        if not self._is_privilege_grant("from"):
            roles = self._grantees()
            self.expect("from")
            return ast.RevokeRole(roles, self._grantees(), if_exists)
        privileges = self._privileges()
        kind, level = self._object()
        self.expect("from")
        return ast.Revoke(privileges, kind, level, self._grantees(), if_exists)

    def _is_privilege_grant(self, end: str) -> bool:
        at = self.at
        while self.words[at] not in ("", ";", "on", end):
            at += 1
        return self.words[at] == "on"

    def _privileges(self) -> tuple[str, ...]:
        found = [self._privilege()]
        while self.accept(","):
            found.append(self._privilege())
        self.expect("on")
        return tuple(found)

    def _privilege(self) -> str:
        for length in range(_PRIVILEGE_WORDS, 0, -1):
            words = " ".join(self.words[self.at : self.at + length])
            if words in _PRIVILEGES:
                self.at += length
                if self.words[self.at] == "(":
                    self.identifiers_in_parentheses()
                return words
        self.identifier()
        raise self.error()

    def _object(self) -> tuple[str, str]:
        kind = self.expect_any(*_OBJECTS)
        parts = [self._level_part()]
        if self.accept("."):
            parts.append(self._level_part())
        return kind, ".".join(parts)

    def _level_part(self) -> str:
        return "*" if self.accept("*") else self.identifier()

    def _grantees(self) -> tuple[str, ...]:
        found = [self.user_name()[0]]
        while self.accept(","):
            found.append(self.user_name()[0])
        return tuple(found)

    def _grant_option(self) -> bool:
        if not self.accept("with"):
            return False
        self.expect("grant", "option")
        return True
