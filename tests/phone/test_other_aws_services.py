"""Requests to AWS services that the phone doesn't have: each service's SDK can read the error."""

from typing import Any

import httpx
import pytest

from mocksms.testing import Phone

ASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "sqs": ("list_queues", {}),
    "dynamodb": ("list_tables", {}),
    "ses": ("list_identities", {}),
    "sesv2": ("list_email_identities", {}),
    "s3": ("list_buckets", {}),
    "ec2": ("describe_regions", {}),
    "lambda": ("list_functions", {}),
    "route53": ("list_hosted_zones", {}),
    "sts": ("get_caller_identity", {}),
    "pinpoint": ("get_apps", {}),
    "pinpoint-sms-voice-v2": ("describe_phone_numbers", {}),
    "cloudwatch": ("list_metrics", {}),
    "logs": ("describe_log_groups", {}),
    "cloudfront": ("list_distributions", {}),
}


@pytest.mark.parametrize("service", ASKS)
def test_each_sdk_reads_the_error_of_its_own_service(phone: Phone, service: str) -> None:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    client = boto3.client(
        service, endpoint_url=phone.url, region_name="us-east-1", aws_access_key_id="any",
        aws_secret_access_key="any", config=Config(retries={"max_attempts": 0}),
    )  # fmt: skip
    action, given = ASKS[service]
    with pytest.raises(ClientError) as refused:
        getattr(client, action)(**given)
    error: dict[str, Any] = refused.value.response["Error"]
    assert error["Code"] in ("UnknownOperationException", "InvalidAction", "NotImplemented"), error
    assert error["Message"]


def test_the_protocols_of_botocore_are_all_asked() -> None:
    """Hold the list above to the protocols that the services of botocore speak."""
    from botocore.session import Session

    loader = Session().get_component("data_loader")
    spoken = {
        loader.load_service_model(service, "service-2")["metadata"]["protocol"]
        for service in loader.list_available_services("service-2")
    }
    asked = {loader.load_service_model(service, "service-2")["metadata"]["protocol"] for service in ASKS}
    assert spoken <= asked


def test_an_unsigned_request_for_a_page_is_still_a_page(phone: Phone) -> None:
    assert httpx.get(f"{phone.url}/").headers["Content-Type"].startswith("text/html")
