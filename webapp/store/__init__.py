"""What is remembered. The only room with SQL.

`database` opens a world (one SQLite file) with one connection a thread; every other module holds the
statements about one kind of row and takes the connection as its first argument, so that a caller
decides what belongs to one transaction. The functions are the seam where another engine could stand.
"""
