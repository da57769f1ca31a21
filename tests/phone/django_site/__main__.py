"""`python -m tests.phone.django_site METHOD`: makes taro, whose second factor is his phone by sms or call, and serves.

Prints its port. PHONE_URL, PHONE_ACCOUNT (the world's AccountSid) and DJANGO_DATABASE (a file) are in the environment.
"""

import os
import secrets
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.phone.django_site.settings"

from django.core.wsgi import get_wsgi_application

app = get_wsgi_application()  # sets Django up: its models can be imported only now

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django_otp.oath import totp  # noqa: E402
from two_factor.plugins.phonenumber.models import PhoneDevice  # noqa: E402


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def a_key() -> str:
    """A random key whose codes of the next minutes begin with no zero: the package's address of a call holds the code
    as a number (`<int:token>`), so a zero before it is never spoken, and what was heard is a digit short."""
    while True:
        key = secrets.token_bytes(20)
        if all(totp(key, drift=ahead) >= 100_000 for ahead in range(10)):
            return key.hex()


call_command("migrate", verbosity=0)
taro = User.objects.create_user("taro", password="Mihon-demo-1")
PhoneDevice.objects.create(user=taro, name="default", number="+819012345678", method=sys.argv[1], key=a_key())
with make_server("127.0.0.1", 0, app, _Server, _Quiet) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
