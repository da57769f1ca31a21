"""Flask-Security with its own pages, a code of an authenticator app, and replay protection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, render_template_string
from flask_security import Security, SQLAlchemyUserDatastore, Totp, auth_required, current_user, hash_password
from flask_security.models import fsqla_v3 as fsqla
from flask_sqlalchemy import SQLAlchemy
from passlib.totp import TOTP, AppWallet
from sqlalchemy import event

from bench.peers.side import EMAIL, PASSWORD, SECRET, Site

HOME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hello</title></head><body>
<main><h1>Hello</h1><p>{{ email }}</p></main></body></html>"""

db: Any = SQLAlchemy()
fsqla.FsModels.set_db_info(db)


class Role(db.Model, fsqla.FsRoleMixin):
    """A role; the models ask for one."""


class User(db.Model, fsqla.FsUserMixin):
    """A user, with the counter of the last code."""

    last_counter = db.Column(db.Integer)


class OnceOnly(Totp):
    """Accept each code once, as the package's manual describes. The key that opens secrets is derived cheaply."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, encrypt_cost=1))

    def get_last_counter(self, user: Any) -> Any:
        """Return the counter of the last code."""
        return user.last_counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Keep the counter of a code that was accepted."""
        user.last_counter = tmatch.counter
        db.session.add(user)


def create(folder: Path) -> Site:
    """Return the site. Its sign-in: name and password on one page, the code on the next."""
    app = Flask("peer")
    app.config.update(
        SECRET_KEY="x" * 32,
        SECURITY_PASSWORD_SALT="y" * 32,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__time_cost": 1,
            "argon2__memory_cost": 8,
            "argon2__parallelism": 1,
        },
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TOTP_SECRETS={"1": "z" * 32},
        SECURITY_TOTP_ISSUER="peer",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/peer.db",
    )
    db.init_app(app)
    store = SQLAlchemyUserDatastore(db, User, Role)
    security = Security(app, store, totp_cls=OnceOnly)
    with app.app_context():
        event.listen(db.engine, "connect", _durable)
        db.create_all()
        secret = security.totp_factory._totp(key=SECRET, format="base32").to_json(encrypt=True)
        store.create_user(
            email=EMAIL,
            password=hash_password(PASSWORD),
            tf_primary_method="authenticator",
            tf_totp_secret=secret,
        )
        db.session.commit()

    @app.get("/")
    @auth_required("session")
    def home() -> str:
        return render_template_string(HOME, email=current_user.email)

    def walk(client: Any, code: str) -> None:
        client.get("/login?next=/")  # without it, the last redirect takes one more request
        client.post("/login?next=/", email=EMAIL, password=PASSWORD)
        client.follow()
        client.post("/tf-validate?next=/", code=code)
        client.follow()

    return Site(app, walk, EMAIL)


def _durable(connection: Any, _record: object) -> None:
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
