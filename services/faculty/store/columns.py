"""Kinds of columns that all tables of faculty share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Text, Uuid, text


def ident(name: str, *, key: bool = False, nullable: bool = False) -> Column[str]:
    """An id."""
    return Column(name, Uuid(as_uuid=False), primary_key=key, nullable=nullable)


def words(name: str) -> Column[str]:
    """Text that is never null: empty says nothing."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    """An instant, aware UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def day(name: str, *, nullable: bool = True) -> Column[object]:
    """A calendar day in the province's zone."""
    return Column(name, Date, nullable=nullable)


def number(name: str, default: int = 0) -> Column[int]:
    """A whole number that is never null."""
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def order(name: str) -> Column[int]:
    """The order of a fact (`services.kit.delivery.order_of`); 0 before any."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def yes(name: str) -> Column[bool]:
    """Yes or no, no unless said."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))
