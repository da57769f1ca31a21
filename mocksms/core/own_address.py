"""The address by which programs on this machine reach the phone."""

from collections.abc import Collection

from mocksms.shared.network import is_loopback

ANY_HOST = ("0.0.0.0", "::", "[::]")  # noqa: S104 - compared, not listened on


def own_host(host: str) -> str:
    """Return the name or address for a URL, of a phone that listens on `host`."""
    if host in ANY_HOST:
        return "localhost"
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def own_address(host: str, port: int, allowed: Collection[str]) -> str:
    """Return the URL of a phone that listens on `host` and answers to the `allowed` names, best one of this machine."""
    name = own_host(host)
    if not {"*", name.lower(), f"{name.lower()}:{port}"} & set(allowed):
        bare = (each.removesuffix(f":{port}") for each in allowed)
        fitting = [each for each in bare if ":" not in each.rpartition("]")[2] and _leads_to(each, name)]
        name = min(fitting, key=lambda each: (not is_loopback(each), each), default=name)
    return f"http://{name}:{port}"


def _leads_to(allowed: str, host: str) -> bool:
    """Return whether this machine may reach a phone on `host` by an allowed name.

    A loopback address is reached at no other one: 127.0.0.1 does not listen at ::1.
    """
    if is_loopback(allowed) and allowed != "localhost" and host not in ("localhost", allowed):
        return False
    return is_loopback(host) or not is_loopback(allowed)
