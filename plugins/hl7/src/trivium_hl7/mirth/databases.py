"""Database drivers that Mirth Connect brings or knows by name, and addresses with nothing secret in them."""

from __future__ import annotations

from typing import Final

from trivium_hl7.mirth.request import Dialect

DRIVERS: Final = {
    Dialect.POSTGRESQL: "org.postgresql.Driver",
    Dialect.MYSQL: "com.mysql.cj.jdbc.Driver",
    Dialect.SQLSERVER: "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    Dialect.ORACLE: "oracle.jdbc.driver.OracleDriver",
}
_URLS: Final = {
    Dialect.POSTGRESQL: "jdbc:postgresql://127.0.0.1:5432/integration",
    Dialect.MYSQL: "jdbc:mysql://127.0.0.1:3306/integration",
    Dialect.SQLSERVER: "jdbc:sqlserver://127.0.0.1:1433;databaseName=integration",
    Dialect.ORACLE: "jdbc:oracle:thin:@//127.0.0.1:1521/integration",
}


def default_url(dialect: Dialect) -> str:
    return _URLS[dialect]
