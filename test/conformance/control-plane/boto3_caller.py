"""Calls QLDB's control plane with boto3: one JSON object a line in, one a line out.

In:  {"endpoint", "region", "operation", "input"}; times in the input are ISO 8601 texts. {"model": true} asks for botocore's service model.
Out: {"kind": "success", "status", "output"}, {"kind": "failure", "status", "errorType", "name", "message", "members"}
     or {"kind": "unsent", "reason"} when boto3 itself refuses the input.
"""

import base64
import datetime
import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

TIME_MEMBERS = ("InclusiveStartTime", "ExclusiveEndTime")
session = botocore.session.Session()
session.set_credentials("any", "any")
clients = {}


def client_of(endpoint, region):
    if (endpoint, region) not in clients:
        clients.clear()
        # The service is to refuse what is wrong, not the client.
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        clients[endpoint, region] = session.create_client("qldb", region_name=region, endpoint_url=endpoint, config=config)
    return clients[endpoint, region]


def to_python(name, value):
    if name in TIME_MEMBERS and isinstance(value, str):
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def to_json(value):
    if isinstance(value, dict):
        return {key: to_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [to_json(entry) for entry in value]
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % round(utc.microsecond / 1000)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def call(request):
    client = client_of(request["endpoint"], request["region"])
    arguments = {name: to_python(name, value) for name, value in request["input"].items()}
    try:
        output = client._make_api_call(request["operation"], arguments)
    except ClientError as error:
        response = error.response
        metadata = response["ResponseMetadata"]
        return {
            "kind": "failure",
            "status": metadata["HTTPStatusCode"],
            "errorType": metadata["HTTPHeaders"].get("x-amzn-errortype", ""),
            "name": response["Error"]["Code"],
            "message": response["Error"]["Message"],
            "members": {name: response[name] for name in ("ParameterName", "ResourceType", "ResourceName") if name in response},
        }
    except Exception as error:  # What boto3 cannot serialize never reaches the service.
        return {"kind": "unsent", "reason": "boto3: %s" % type(error).__name__}
    metadata = output.pop("ResponseMetadata")
    return {"kind": "success", "status": metadata["HTTPStatusCode"], "output": to_json(output)}


def answer(request):
    if "model" in request:
        return session.get_component("data_loader").load_service_model("qldb", "service-2")
    return call(request)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
