"""The package's pages, and a home that tells who is signed in."""

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from two_factor.gateways.twilio.urls import urlpatterns as twilio_urls
from two_factor.urls import urlpatterns as two_factor_urls


def home(request: HttpRequest) -> HttpResponse:
    """Tells who is signed in, and whether with a second factor."""
    return HttpResponse(f"{request.user} verified={request.user.is_verified()}")


urlpatterns = [
    path("", include(two_factor_urls)),
    path("", include(twilio_urls)),
    path("out/", LogoutView.as_view(), name="logout"),
    path("", home, name="home"),
]
