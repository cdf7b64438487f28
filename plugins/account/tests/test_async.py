"""The asynchronous twins, in and out of a transaction."""

from __future__ import annotations

import pytest
from matrixone_account import AccountStatus, AsyncAccountManager

from matrixone.exceptions import AccountError, AfterCommitError, RollbackWarning, TransactionRefusedError


async def test_attribute_is_the_manager(async_client):
    assert type(async_client.account) is AsyncAccountManager
    async with async_client.session() as session:
        assert session.account is session.account is session.manager(AsyncAccountManager)


async def test_accounts(async_client, name):
    manager = async_client.account
    await manager.create_account(name, "admin", "secret")
    with pytest.raises(AccountError, match="exists"):
        await manager.create_account(name, "admin", "secret")
    await manager.alter_account(name, comment="x", suspend=True)
    found = await manager.get_account(name)
    assert (found.comment, found.status) == ("x", AccountStatus.SUSPENDED)
    await manager.open_account(name)
    await manager.restrict_account(name)
    await manager.suspend_account(name)
    await manager.set_admin_password(name, "second")
    assert [account.name for account in await manager.list_accounts(name)] == [name]
    await manager.drop_account(name)
    assert not await manager.account_exists(name)


async def test_users_and_roles(async_client, user, role, other_role):
    manager = async_client.account
    await manager.create_role(role)
    await manager.rename_role(role, other_role)
    await manager.create_user(user, "secret")
    await manager.grant_role(other_role, user)
    await manager.grant_privilege("connect", "account", to_role=other_role)
    assert {grant.role for grant in await manager.list_grants(user)} == {other_role, "public"}
    assert len(await manager.list_memberships(other_role)) == 1
    await manager.revoke_privilege("connect", "account", from_role=other_role)
    await manager.revoke_role(other_role, user)
    assert await manager.list_grants(role=other_role) == []
    await manager.lock_user(user)
    assert (await manager.get_user(user)).locked
    await manager.unlock_user(user)
    await manager.set_password(user, "other")
    await manager.alter_user(user, lock=False)
    assert user in {each.name for each in await manager.list_users()}
    assert other_role in {each.name for each in await manager.list_roles()}
    assert (await manager.get_role(other_role)).name == other_role
    assert (await manager.get_current_user()).name == (await manager.current_login()).user
    await manager.drop_user(user)
    await manager.drop_role(other_role)
    assert not await manager.user_exists(user)
    assert not await manager.role_exists(other_role)


async def test_rules(async_client, role):
    await async_client.execute("CREATE TABLE t (a INT)")
    await async_client.account.create_role(role)
    await async_client.account.add_rule(role, "t", "SELECT 1")
    assert len(await async_client.account.list_rules(role)) == 1
    await async_client.account.drop_rule(role, "t")
    assert await async_client.account.list_rules(role) == []


async def test_at_once_and_undone_by_a_rollback(async_client, name, user, role):
    async with async_client.session() as session:
        await session.account.create_account(name, "admin", "secret")
        await session.account.create_user(user, "secret")
        await session.account.create_role(role)
        assert await async_client.account.user_exists(user)
        await session.rollback()
    assert not await async_client.account.account_exists(name)
    assert not await async_client.account.user_exists(user)
    assert not await async_client.account.role_exists(role)


async def test_after_the_commit_and_never_after_a_rollback(async_client, user, role):
    async with async_client.session() as session:
        await session.execute("CREATE TABLE t (a INT)")
        assert (await session.account.create_user(user, "secret")).pending
        await session.rollback()
    assert not await async_client.account.user_exists(user)
    async with async_client.session() as session:
        await session.execute("CREATE TABLE t (a INT)")
        assert (await session.account.create_user(user, "secret")).pending
        assert (await session.account.create_role(role)).pending
    assert await async_client.account.user_exists(user)
    assert await async_client.account.role_exists(role)


async def test_a_failure_after_the_commit(async_client, user):
    await async_client.account.create_user(user, "secret")
    async with async_client.session() as session:
        await session.execute("CREATE TABLE t (a INT)")
        await session.account.create_user(user, "secret")
        with pytest.raises(AfterCommitError):
            await session.commit()


async def test_dropping_is_not_undone(async_client, user):
    await async_client.account.create_user(user, "secret")
    async with async_client.session() as session:
        await session.account.drop_user(user)
        with pytest.warns(RollbackWarning, match="cannot be undone"):
            await session.rollback()


async def test_raise_instead_of_waiting(async_client, user):
    async with async_client.session(on_refused="raise") as session:
        await session.execute("CREATE TABLE t (a INT)")
        with pytest.raises(TransactionRefusedError):
            await session.account.create_user(user, "secret")
        assert await session.account.list_users()
        assert await session.account.list_memberships()
