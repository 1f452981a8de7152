from boto3 import Session
from botocore.config import Config
from pyqldb.config.retry_config import RetryConfig
from pyqldb.driver.qldb_driver import QldbDriver


def connect(ledger, endpoint, region, sessions, retries):
    """cdk-ledger serve, cdk-ledger proxy: the endpoint is all there is to set."""
    return QldbDriver(
        ledger,
        endpoint_url=endpoint,
        region_name=region,
        retry_config=RetryConfig(retry_limit=retries),
        config=Config(max_pool_connections=sessions),
    )


def connect_to_function_url(ledger, url, region, sessions, retries):
    """A deployed service: its function URL wants requests signed for lambda."""
    session = Session(region_name=region)
    session.events.register('before-sign.qldb-session', sign_for_lambda)
    return QldbDriver(
        ledger,
        endpoint_url=url,
        boto3_session=session,
        retry_config=RetryConfig(retry_limit=retries),
        config=Config(max_pool_connections=sessions),
    )


def sign_for_lambda(request, **_):
    request.context.setdefault('signing', {})['signing_name'] = 'lambda'
