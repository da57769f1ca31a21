"""``flask --app webapp …``: the site from a terminal."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from webapp.errors import NotAPhoneNumber, SealBroken
from webapp.factors.app import sealed_secret
from webapp.factors.shared_secret import seal_context
from webapp.flows import maintenance
from webapp.rules import identifiers, totp
from webapp.rules.postal_address import PostalAddress
from webapp.services.account_lookup import find_account
from webapp.services.context import Services
from webapp.store import accounts, methods
from webapp.store.accounts import Account
from webapp.store.engine import Conflict, Engine, UnknownWorld

account_group = AppGroup("account", help="Accounts: add one, show one, list all.")


def install(app: Flask) -> None:
    """Add the commands."""
    for command in (seed, reset, account_group, totp_code, doctor, prune):
        app.cli.add_command(command)


@click.command()
@click.argument("names", nargs=-1)
@with_appcontext
def seed(names: tuple[str, ...]) -> None:
    """Make demo accounts (by default those of the first start) again, the same each time."""
    services = _sandbox()
    from webapp.sandbox.personas import personas  # QA's tools: loaded in sandbox mode only

    unknown = ", ".join(name for name in names if name not in personas.PERSONAS)
    if unknown:
        raise click.UsageError(f"no persona {unknown}; there are: {', '.join(personas.PERSONAS)}")
    for made in personas.seed(services, names or None):
        persona = personas.PERSONAS[made.id]
        click.echo(f"{made.email:24} {persona.tells}")
        for name, value in persona.browser(services, made.id).items():
            click.echo(f"{'':24} {name}: {value}")
    click.echo(f"Their password is {personas.PASSWORD}")


@click.command()
@click.option("--world", default=None, help="One beside the default one, in sandbox mode.")
@click.option("--forget", is_flag=True, help="In sandbox mode: recordings and coverage too.")
@click.confirmation_option(prompt="All accounts and everything else in it will be gone. Go on?")
@with_appcontext
def reset(world: str | None, forget: bool) -> None:
    """Empty the database; in sandbox mode that of one world, and the demo accounts come back."""
    services = _services()
    if world == "":
        raise click.UsageError("--world is empty: is a variable unset?")
    if services.config.sandbox:
        worlds = current_app.extensions["nidankai_worlds"]
        try:
            services = worlds.empty(world or "default", forget=forget).services
        except UnknownWorld as unknown:
            alike = f"; names like it: {', '.join(unknown.nearest)}" if unknown.nearest else ""
            raise click.ClickException(f"there is no world {world}{alike}") from None
    elif not world:
        _empty(services)
    else:
        raise click.ClickException("worlds are there in sandbox mode only (WEBAPP_SANDBOX=1)")
    with services.store.reading() as db:
        click.echo(f"{services.store.place} is clean, with {len(accounts.list_all(db))} accounts")


@account_group.command("add")
@click.argument("name")
@click.option("--email", default="", help="Mail address to sign in with.")
@click.option("--phone", default="", help="Mobile number to sign in with, as one types it.")
@click.option("--language", type=click.Choice(["ja", "en"]), default=None, help="Of its pages and messages.")
@click.password_option(help="Asked for when not given, so that it stays out of the shell's history.")
def account_add(name: str, email: str, phone: str, language: str | None, password: str) -> None:
    """Add an account that signs in with a password alone."""
    services = _services()
    if not (email or phone):
        raise click.UsageError("an account needs --email or --phone")
    try:
        number = identifiers.read(phone).value if phone else None
        address = identifiers.read(email).value if email else None
    except NotAPhoneNumber as refused:
        raise click.ClickException(f"not a phone number or mail address: {refused.reason}") from None
    hashed = services.hasher.hash(password)
    try:
        with services.store.writing() as db:
            made = accounts.add(
                db,
                now=services.clock.now(),
                name=name,
                email=address,
                phone=number,
                password_hash=hashed,
                language=language,
                time_zone=services.config.time_zone,
            )
    except Conflict:
        raise click.ClickException("the address or number belongs to another account") from None
    _show(services, made)


@account_group.command("show")
@click.argument("who")
def account_show(who: str) -> None:
    """Show the account of an address or number."""
    _show(_services(), _account(who))


@account_group.command("list")
def account_list() -> None:
    """List all accounts, oldest first."""
    with _services().store.reading() as db:
        found = accounts.list_all(db)
    for each in found:
        state = "2SV on" if each.two_step_on else "2SV off"
        click.echo(f"{each.id:18} {state:8} {each.email or each.phone or '':32} {each.name}")


@click.command("totp")
@click.argument("who")
@with_appcontext
def totp_code(who: str) -> None:
    """Print the code that an account's authenticator app shows now."""
    services = _sandbox()
    account = _account(who)
    with services.store.reading() as db:
        owned = methods.of_account(db, account.id)
    sealed = next(filter(None, map(sealed_secret, owned)), None)
    if sealed is None:
        raise click.ClickException(f"{who} has no authenticator app")
    try:
        secret = services.seal.open(sealed, seal_context(account.id)).decode()
    except SealBroken as broken:
        raise click.ClickException(f"the secret does not open: {broken}") from None
    now = services.clock.now()
    click.echo(totp.code_at(secret, totp.step_at(now)))
    click.echo(f"good for {totp.STEP_SECONDS - now % totp.STEP_SECONDS:.0f} s more", err=True)


@click.command()
@with_appcontext
def doctor() -> None:
    """Check settings, database, keys, gateway, mail and catalogue; exit with 1 when one is not well."""
    from webapp import doctor as doctors  # only this command needs it

    findings = doctors.examine(_services())
    for finding in findings:
        mark = (
            click.style("ok  ", fg="green") if finding.is_well else click.style("FAIL", fg="red", bold=True)
        )
        click.echo(f"{mark}  {finding.part:10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        sys.exit(1)


@click.command()
@with_appcontext
def prune() -> None:
    """Delete what has expired: flows, codes, sessions, trust, old events."""
    gone = maintenance.tidy(_services())
    click.echo(", ".join(f"{count} {table}" for table, count in gone.items()))


def _services() -> Services:
    services: Services = current_app.extensions["nidankai"]
    return services


def _empty(services: Services) -> None:
    engine: Engine = current_app.extensions["nidankai_engine"]
    services.store.restore(engine.blank())


def _sandbox() -> Services:
    services = _services()
    if not services.config.sandbox:
        raise click.ClickException("only in sandbox mode (WEBAPP_SANDBOX=1)")
    return services


def _account(who: str) -> Account:
    with _services().store.reading() as db:
        found = find_account(db, who)
    if found is None:
        raise click.ClickException(f"no account signs in as {who}")
    return found


def _show(services: Services, account: Account) -> None:
    click.echo(f"id        {account.id}")
    click.echo(f"name      {account.name}")
    address = (
        PostalAddress.from_stored(account.address).lines(account.language or "ja") if account.address else []
    )
    click.echo(f"address   {' '.join(address) or '-'}")
    click.echo(f"email     {account.email or '-'}")
    click.echo(f"phone     {account.phone or '-'}")
    click.echo(f"language  {account.language or '-'}, {account.time_zone}")
    click.echo(f"2SV       {'on' if account.two_step_on else 'off'}")
    with services.store.reading() as db:
        owned = methods.of_account(db, account.id)
    for method in owned:
        where = f"{method.kind} …{method.number[-3:]}" if method.number else method.kind
        role = "preferred" if method.is_preferred else "backup"
        click.echo(f"          {role}: {where}{', switched off' if method.disabled_at else ''}")
