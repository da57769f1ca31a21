"""The floor: the same sign-in with a code, in the least code that this stack allows."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pyotp
import segno
from argon2 import PasswordHasher
from flask import Flask, redirect, render_template, session
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import DictLoader
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

SECRET = "MIHONDEMOMIHONDEMOMIHONDEMO23456"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<main><h1>{{ title }}</h1>{{ extra }}{% if form %}<form method="post">{{ form.csrf_token }}
{{ form.text.label }}{{ form.text }}<button>Continue</button></form>{% endif %}</main></body></html>"""
clock = {"offset": 0.0}


class TextForm(FlaskForm):
    text = StringField("E-mail or code", [InputRequired()])


class PasswordForm(FlaskForm):
    text = PasswordField("Password", [InputRequired()])


class User(UserMixin):
    def __init__(self, row: sqlite3.Row) -> None:
        self.id, _, self.password, self.secret, _ = row

    def verifies(self, code: str) -> int:
        """Return the step of 30 s that this code is valid for, or 0."""
        now = int(time.time() + clock["offset"])
        return now // 30 if pyotp.TOTP(self.secret).verify(code, for_time=now, valid_window=1) else 0


def create_app(folder: Path) -> Flask:
    """Return a bare app with one user, jiro; its database is in `folder`."""
    app = Flask("floor")
    app.secret_key = "x" * 32
    app.jinja_loader = DictLoader({"page.html": PAGE})
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    app.extensions["db"] = db = sqlite3.connect(
        folder / "floor.db", check_same_thread=False, isolation_level=None
    )
    db.row_factory = sqlite3.Row
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
    db.execute(
        "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email UNIQUE, password, secret, step)"
    )
    jiro = ("jiro@example.com", hasher.hash("Mihon-demo-1"), SECRET)
    db.execute("INSERT INTO users VALUES (NULL, ?, ?, ?, 0) ON CONFLICT DO NOTHING", jiro)
    CSRFProtect(app)
    login = LoginManager(app)

    def find(column: str, value: Any) -> User | None:
        row = db.execute(f"SELECT * FROM users WHERE {column} = ?", (value,)).fetchone()
        return User(row) if row else None

    login.user_loader(lambda key: find("id", key))

    @app.route("/ap/signin", methods=["GET", "POST"])
    def name() -> str | Response:
        form = TextForm()
        if form.validate_on_submit() and (user := find("email", form.text.data)):
            session["user"] = user.id
            return redirect("/ap/password", 303)
        return render_template("page.html", title="Sign in", form=form)

    @app.route("/ap/password", methods=["GET", "POST"])
    def password() -> str | Response:
        form, user = PasswordForm(), find("id", session["user"])
        if form.validate_on_submit() and user and hasher.verify(user.password, form.text.data or ""):
            session["half"] = user.id
            return redirect("/ap/mfa", 303)
        return render_template("page.html", title="Password", form=form)

    @app.route("/ap/mfa", methods=["GET", "POST"])
    def code() -> str | Response:
        form, user = TextForm(), find("id", session["half"])
        if form.validate_on_submit() and user and (step := user.verifies(form.text.data or "")):
            won = db.execute("UPDATE users SET step = ? WHERE id = ? AND step < ?", (step, user.id, step))
            if won.rowcount and login_user(user):
                return redirect("/", 303)
        return render_template("page.html", title="Code", form=form)

    @app.route("/")
    @login_required
    def home() -> str:
        return render_template("page.html", title="Hello")

    @app.route("/enrol", methods=["GET", "POST"])
    @login_required
    def enrol() -> str | Response:
        form, user = TextForm(), find("id", session["user"])
        if user and form.validate_on_submit() and user.verifies(form.text.data or ""):
            return redirect("/", 303)
        picture = segno.make(pyotp.TOTP(pyotp.random_base32()).provisioning_uri(name="jiro"))
        return render_template(
            "page.html", title="Set up", form=form, extra=Markup(picture.svg_inline(scale=5))
        )

    return app
