"""Start the pinned MiniStack for cdk-ledger: repair what it gets wrong, and never outlive the process that started us.

Started by local-aws.ts, which passes the settings in the environment and keeps our standard input open while it lives.
"""

import importlib.metadata
import inspect
import os
import re
import shutil
import signal
import sys
import threading
import traceback

WRITTEN_FOR = "1.5.33"


class Unrepairable(Exception):
    """MiniStack is not the one this launcher was written for."""


def end_with_parent():
    """Standard input closes however the parent ends, SIGKILL included; then the emulator and its Node workers end as one group."""

    def wait_for_parent():
        while os.read(0, 4096):
            pass
        end_group()

    threading.Thread(target=wait_for_parent, daemon=True, name="end-with-parent").start()


def end_group():
    """End our whole process group at once: MiniStack leaves its Node workers behind, and all state lives in memory anyway."""
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def require_version():
    """The repairs reach into private names, so any other version must be checked by hand first."""
    found = importlib.metadata.version("ministack")
    if found != WRITTEN_FOR:
        raise Unrepairable(f"ministack {found} is installed, the repairs were written for {WRITTEN_FOR}")


def replace(module, name, make):
    """Put make(original) in the place of a function, in this module and wherever else it was imported to by name."""
    original = getattr(module, name)
    replacement = make(original)
    for holder in [loaded for key, loaded in sys.modules.items() if key.startswith("ministack.")]:
        if getattr(holder, name, None) is original:
            setattr(holder, name, replacement)


def delete_failed_creates():
    """CloudFormation sends Delete for a custom resource whose Create failed, under the physical id it reported; MiniStack forgets it."""
    from ministack.services.cloudformation import custom_resource, handlers, stacks

    require_parameters(custom_resource.deliver_response, "token", "response")
    require_parameters(stacks._roll_back_operation, "stack_name", "stack_id", "stack", "operation", "reason_override")
    require_parameters(custom_resource.invoke_custom_resource, "request_type", "logical_id", "props", "stack_name", "stack_id", "resource_type",
                       "physical_id", "old_props")
    if handlers._roll_back_operation is not stacks._roll_back_operation:
        raise Unrepairable("RollbackStack no longer shares the rollback of a failed operation")
    reported = {}  # (stack id, logical id) of a failed answer -> the physical id in it
    failed = {}  # (stack id, logical id) of a failed Create -> the record that MiniStack would keep of a successful one

    def remember_physical_id(deliver):
        def deliver_response(token, response):
            if response.get("Status") == "FAILED":
                reported[response.get("StackId"), response.get("LogicalResourceId")] = response.get("PhysicalResourceId")
            return deliver(token, response)

        return deliver_response

    def remember_failure(invoke):
        def invoke_custom_resource(request_type, logical_id, props, stack_name, stack_id, resource_type, physical_id=None, old_props=None):
            key = stack_id, logical_id
            reported.pop(key, None)
            try:
                return invoke(request_type, logical_id, props, stack_name, stack_id, resource_type, physical_id, old_props)
            except RuntimeError:
                if request_type == "Create" and reported.get(key):
                    failed[key] = {"PhysicalResourceId": reported[key], "ResourceType": resource_type, "Properties": props, "Attributes": {}}
                raise

        return invoke_custom_resource

    def roll_back_failure_too(roll_back):
        async def _roll_back_operation(stack_name, stack_id, stack, operation, reason_override=""):
            logical_id = operation["failed_logical_id"]
            record = failed.pop((stack_id, logical_id), None)
            if record:
                stack.setdefault("_resources", {})[logical_id] = record
                operation = {**operation, "created": [*operation["created"], logical_id]}
            return await roll_back(stack_name, stack_id, stack, operation, reason_override)

        return _roll_back_operation

    replace(custom_resource, "deliver_response", remember_physical_id)
    replace(custom_resource, "invoke_custom_resource", remember_failure)
    replace(stacks, "_roll_back_operation", roll_back_failure_too)


def refuse_to_create_over_a_table():
    """CloudFormation fails when the name of a new table is taken; MiniStack empties the table there is, a retained one included."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    require_parameters(provisioners._physical_name, "stack_name", "logical_id", "lowercase", "max_len", "seeded")
    for resource_type in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        handler = provisioners._RESOURCE_HANDLERS[resource_type]
        require_parameters(handler["create"], "logical_id", "props", "stack_name")

        def create_new(logical_id, props, stack_name, resource_type=resource_type, create=handler["create"]):
            name = props.get("TableName") or provisioners._physical_name(stack_name, logical_id, max_len=255)
            if name in dynamodb._tables:
                raise ValueError(f"Resource of type '{resource_type}' with identifier '{name}' already exists.")
            return create(logical_id, props, stack_name)

        handler["create"] = create_new


def keep_bucket_encryption():
    """MiniStack drops a bucket's BucketEncryption, so nobody could see whether a template asked for it."""
    from xml.etree.ElementTree import Element, SubElement, tostring

    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    if any(entry[0] == "BucketEncryption" for entry in provisioners._S3_BUCKET_CONFIGURATIONS):
        raise Unrepairable("BucketEncryption is now applied by MiniStack itself")

    def to_xml(encryption):
        root = Element("ServerSideEncryptionConfiguration", xmlns=s3.S3_NS)
        for rule in encryption.get("ServerSideEncryptionConfiguration") or []:
            rule_element = SubElement(root, "Rule")
            default = rule.get("ServerSideEncryptionByDefault") or {}
            default_element = SubElement(rule_element, "ApplyServerSideEncryptionByDefault")
            for name in ("SSEAlgorithm", "KMSMasterKeyID"):
                if default.get(name):
                    SubElement(default_element, name).text = str(default[name])
            if "BucketKeyEnabled" in rule:
                SubElement(rule_element, "BucketKeyEnabled").text = str(rule["BucketKeyEnabled"]).lower()
        return tostring(root, encoding="utf-8")

    provisioners._S3_BUCKET_CONFIGURATIONS += (
        ("BucketEncryption", to_xml, s3._put_bucket_encryption, s3._delete_bucket_encryption),)


def default_to_managed_key():
    """S3 takes aws:kms without a key as the account's own aws/s3 key; MiniStack refuses, also the CDK CLI's uploads to an encrypted bucket."""
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import s3

    require_parameters(s3._resolve_sse_write_headers, "headers", "bucket_name")

    def name_managed_key(resolve):
        def _resolve_sse_write_headers(headers, bucket_name):
            if headers.get("x-amz-server-side-encryption") == "aws:kms" and not headers.get("x-amz-server-side-encryption-aws-kms-key-id"):
                managed_key = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"
                headers = {**headers, "x-amz-server-side-encryption-aws-kms-key-id": managed_key}
            return resolve(headers, bucket_name)

        return _resolve_sse_write_headers

    replace(s3, "_resolve_sse_write_headers", name_managed_key)


def compare_sort_keys_directly():
    """MiniStack parses a Query's key condition again for every item of the partition; a journal's partition has thousands of them."""
    from ministack.services import dynamodb

    require_parameters(dynamodb._evaluate_condition, "expr", "item", "attr_values", "attr_names", "slot")
    known_form = re.compile(r"(#\w+) = :\w+ AND (?:(#\w+) (?:BETWEEN (:\w+) AND (:\w+)|>= (:\w+)|<= (:\w+))|begins_with\((#\w+), (:\w+)\))")

    def compare_strings(evaluate):
        def _evaluate_condition(expr, item, attr_values, attr_names, slot="ConditionExpression"):
            form = known_form.fullmatch(expr) if slot == "KeyConditionExpression" else None
            if not form:
                return evaluate(expr, item, attr_values, attr_names, slot)
            _, range_name, between_low, between_high, low, high, prefixed_name, prefix = form.groups()
            sort_key = item.get(attr_names[range_name or prefixed_name], {}).get("S")
            bounds = [attr_values[reference].get("S") if reference else None for reference in (between_low or low, between_high or high, prefix)]
            if sort_key is None or bounds == [None, None, None]:
                return evaluate(expr, item, attr_values, attr_names, slot)
            # The partition is the one that was asked for: the items come out of it.
            return ((bounds[0] is None or sort_key >= bounds[0]) and (bounds[1] is None or sort_key <= bounds[1])
                    and (bounds[2] is None or sort_key.startswith(bounds[2])))

        return _evaluate_condition

    replace(dynamodb, "_evaluate_condition", compare_strings)


def require_parameters(function, *names):
    """A repaired function must still take what its repair hands on."""
    found = tuple(inspect.signature(function).parameters)
    if found != names:
        raise Unrepairable(f"{function.__module__}.{function.__name__} takes {found}, expected {names}")


REPAIRS = [delete_failed_creates, refuse_to_create_over_a_table, keep_bucket_encryption, default_to_managed_key, compare_sort_keys_directly]


def main():
    if os.getpgrp() != os.getpid():
        sys.exit("launch.py must lead its own process group; start it through local-aws.ts")
    end_with_parent()
    try:
        require_version()
        for repair in REPAIRS:
            repair()
    except (Unrepairable, ImportError, AttributeError) as problem:
        sys.exit(f"cannot repair MiniStack: {problem}. Check launch.py against the installed version.")
    from ministack import app

    try:
        app.main()
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        end_group()


if __name__ == "__main__":
    main()
