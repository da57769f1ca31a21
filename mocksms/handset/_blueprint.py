"""The handset's blueprint and what its pages share: language, CSRF protection, formatting of times and numbers."""

from babel.support import NullTranslations
from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask.globals import app_ctx
from flask_babel import Babel, get_translations
from flask_wtf import CSRFProtect

from mocksms.api.middleware import WORLD_COOKIE, YEAR_SECONDS
from mocksms.api.paths import PROGRAMS
from mocksms.handset import details, language, template_filters

blueprint = Blueprint("handset", __name__)
csrf = CSRFProtect()


def asks_for_page() -> bool:
    """Return whether a browser sends this request, not a program."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(PROGRAMS)


@blueprint.record_once
def install(state: BlueprintSetupState) -> None:
    """Set up translations and CSRF protection on the app that registers the handset.

    CSRF is checked for the handset's own pages only: programs call the providers' paths and the tester API.
    """
    app = state.app
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "ja")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Tokyo")
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # Cookies ignore ports: the site beside the phone has a separate session (docs/promises.md#45).
    app.config.update(SESSION_COOKIE_NAME="tel_session", SESSION_COOKIE_SAMESITE="Lax")
    Babel(app, locale_selector=language.choose)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    csrf.init_app(app)
    app.jinja_env.filters.update(template_filters.FILTERS, details=details.fold, bubble=details.bubble)
    app.jinja_env.globals["asset"] = template_filters.asset


def _translations() -> NullTranslations:
    """Return the page's catalogue. Flask-Babel looks for it at each text, of which a page has sixty."""
    context = app_ctx.g
    found: NullTranslations | None = context.get("translations")
    if found is None:
        found = context.translations = get_translations()
    return found


@blueprint.before_request
def protect() -> None:
    """Refuse a POST without this browser's token (docs/promises.md#62)."""
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    csrf.protect()


@blueprint.after_request
def remember(response: Response) -> Response:
    """Remember the requested language (`?lang=`) and world (`?world=`) in cookies."""
    wanted = request.args.get("lang")
    if wanted in language.LANGUAGES:
        response.set_cookie("tel_lang", wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    if "lost_world" in g:
        response.delete_cookie(WORLD_COOKIE)
    elif (named := request.args.get("world")) and "world" in g:
        response.set_cookie(WORLD_COOKIE, named, samesite="Lax", httponly=True)
    return response
