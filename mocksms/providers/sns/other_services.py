"""Errors for requests to other AWS services, in each service's own form, so that its SDK can read them."""

import json
import re
import uuid

from flask import Response, request

from mocksms.providers.sns import answers

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([^/,\s]*)/([^/,\s]+)/aws4_request")
_XML_SERVICES = frozenset({"cloudfront", "route53", "s3", "s3express", "s3-outposts"})
_EC2 = "ec2"


def scope() -> tuple[str, str]:
    """Return region and service of a request's signature, "" for an unsigned one."""
    found = _SCOPE.search(request.headers.get("Authorization", ""))
    return (found.group(1), found.group(2)) if found else ("", "")


def is_other() -> bool:
    """Return whether a request is meant for another service."""
    return scope()[1] not in ("", "sns") or "X-Amz-Target" in request.headers


def refusal(status: int, words: str) -> Response:
    """Return the error in the form of this request's service; the request shows its botocore protocol."""
    service = scope()[1]
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return _cbor(words)
    if "X-Amz-Target" in request.headers:
        told = json.dumps({"__type": "UnknownOperationException", "message": words})
        return Response(told, 400, mimetype=request.mimetype or "application/x-amz-json-1.0")
    if service == _EC2:
        error = f"<Error><Code>InvalidAction</Code><Message>{answers.text(words)}</Message></Error>"
        body = f"<Response><Errors>{error}</Errors><RequestID>{uuid.uuid4()}</RequestID></Response>"
        return Response(f'<?xml version="1.0"?>\n{body}\n', 400, mimetype="text/xml")
    if service in _XML_SERVICES:
        return _xml(service, words)
    if request.mimetype == "application/x-www-form-urlencoded":
        return answers.refusal("InvalidAction", words)
    answer = Response(json.dumps({"message": words}), max(status, 400), mimetype="application/json")
    answer.headers["X-Amzn-ErrorType"] = "UnknownOperationException"
    return answer


def _xml(service: str, words: str) -> Response:
    inner = f"<Code>NotImplemented</Code><Message>{answers.text(words)}</Message>"
    if service.startswith("s3"):
        body = f"<Error>{inner}<RequestId>{uuid.uuid4()}</RequestId></Error>"
    else:
        error = f"<Error><Type>Sender</Type>{inner}</Error>"
        body = f"<ErrorResponse>{error}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    return Response(f'<?xml version="1.0"?>\n{body}\n', 501, mimetype="text/xml")


def _cbor(words: str) -> Response:
    """Return a map of two short texts in CBOR (RFC 8949)."""

    def written(part: str) -> bytes:
        encoded = part.encode()[:255]
        return bytes([0x78, len(encoded)]) + encoded

    members = ("__type", "UnknownOperationException", "message", words)
    answer = Response(b"\xa2" + b"".join(written(each) for each in members), 400, mimetype="application/cbor")
    answer.headers["smithy-protocol"] = "rpc-v2-cbor"
    return answer
