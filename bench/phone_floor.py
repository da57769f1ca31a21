"""The phone's floor: a bare Flask app that writes a durable row into SQLite and returns the newest one."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid

from flask import Flask, Response, jsonify, request

from mocksms.edge.application import Edge, Limits


def create_app() -> Flask:
    """Return the app: a table, an index, two routes; its database is the file FLOOR_DB."""
    app = Flask("phone_floor")
    path, local, writing = os.environ["FLOOR_DB"], threading.local(), threading.Lock()

    def db() -> sqlite3.Connection:
        if not hasattr(local, "db"):
            local.db = sqlite3.connect(path, isolation_level=None)
            local.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        connection: sqlite3.Connection = local.db
        return connection

    db().executescript(
        "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, sid, recipient, sender, body);"
        "CREATE INDEX IF NOT EXISTS newest ON messages (recipient, id);"
    )

    @app.post("/2010-04-01/Accounts/<account>/Messages.json")
    def create(account: str) -> tuple[Response, int]:
        sid = uuid.uuid4().hex
        with writing:
            db().execute(
                "INSERT INTO messages (sid, recipient, sender, body) VALUES (?, ?, ?, ?)",
                (sid, request.form["To"], request.form["From"], request.form["Body"]),
            )
        return jsonify(sid=sid, account_sid=account, status="queued"), 201

    @app.get("/api/v1/messages")
    def newest() -> Response:
        sql = "SELECT * FROM messages WHERE recipient = ? ORDER BY id DESC LIMIT 1"
        return jsonify(messages=db().execute(sql, (request.args["to"],)).fetchall())

    return app


def create_edge() -> Edge:
    """Return the bare app behind the same edge as the phone."""
    return Edge(create_app(), Limits(threads=128))
