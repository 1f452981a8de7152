"""The stack of python.heavy.test.ts, as a Python program writes it. Takes the folder of the cloud assembly."""
import sys

import aws_cdk as cdk
import cdk_ledger as ledger
from aws_cdk import aws_iam as iam, aws_kinesis as kinesis

app = cdk.App(outdir=sys.argv[1])
stack = cdk.Stack(app, "Polyglot")
service = ledger.LedgerService(
    stack, "Service",
    quotas=ledger.LedgerServiceQuotas(active_ledgers=20),
    recovery_period=cdk.Duration.days(7),
)
payments = ledger.Ledger(
    stack, "Payments",
    service=service,
    tables=[ledger.LedgerTable(name="Transfers", indexes=["transferId"])],
)
archive = ledger.JournalArchive(stack, "Archive")
payments.export_journal("Export", archive=archive, output_format=ledger.OutputFormat.ION_BINARY)
payments.stream_journal("Stream", kinesis_stream=kinesis.Stream(stack, "Kinesis", encryption=kinesis.StreamEncryption.KMS))
payments.grants.read_write(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")), tables=["Transfers"])

try:
    ledger.Ledger(stack, "Wrong", ledger_name="not--a--name")
except Exception as problem:
    assert "is not a valid name" in str(problem), problem
else:
    raise AssertionError("a wrong name was taken")

app.synth()
