"""The stored data. The only package with SQL.

`database` opens a world (one SQLite file) with one connection a thread. Every other module holds the statements about
one kind of row. It takes the connection as its first argument: the caller decides what belongs to one transaction.
"""
