"""Runs the scenario with pyqldb: reads a run's file, prints one line of JSON for each step."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

from amazon.ion import simpleion
from botocore.exceptions import ClientError

from connect import connect, connect_to_function_url

with open(sys.argv[1], encoding='utf-8') as file:
    RUN = json.load(file)
DRIVERS = {}


def driver_of(step):
    through = step.get('through', 'service')
    key = (through, step.get('ledger', RUN['ledger']), step.get('sessions', 10), step.get('retries', 4))
    if key not in DRIVERS:
        _, ledger, sessions, retries = key
        opened = connect_to_function_url if through == 'functionUrl' else connect
        DRIVERS[key] = opened(ledger, RUN[through], RUN['region'], sessions, retries)
    return DRIVERS[key]


def ion_text(value):
    return simpleion.dumps(value, binary=False, omit_version_marker=True)


def execute(transaction, statement):
    parameters = [simpleion.loads(text) for text in statement['parameters']]
    return [ion_text(row) for row in transaction.execute_statement(statement['text'], *parameters)]


def table_names(driver, _):
    return {'names': [str(name) for name in driver.list_tables()]}


def transactions(driver, step):
    rows = []
    for statements in step['transactions']:
        driver.execute_lambda(lambda transaction: [rows.extend(execute(transaction, statement)) for statement in statements])
    return {'rows': rows}


def stream(driver, step):
    def read(transaction):
        cursor = transaction.execute_statement(step['statement']['text'])
        read_ios_of_first_page = cursor.get_consumed_ios()['ReadIOs']
        rows = [ion_text(row) for row in cursor]
        return {
            'rowCount': len(rows),
            'distinctRowCount': len(set(rows)),
            'readIosOfFirstPage': read_ios_of_first_page,
            'readIos': cursor.get_consumed_ios()['ReadIOs'],
            'processingMillis': cursor.get_timing_information()['ProcessingTimeMilliseconds'],
        }
    return driver.execute_lambda(read)


def nested(driver, step):
    attempts = 0

    def outer(transaction):
        nonlocal attempts
        attempts += 1
        execute(transaction, step['outer'])
        if attempts == 1:
            driver.execute_lambda(lambda other: execute(other, step['inner']))

    try:
        driver.execute_lambda(outer)
        return {'attempts': attempts}
    except Exception as error:
        return {'attempts': attempts, 'error': described(error)}


def abort(driver, step):
    def run(transaction):
        execute(transaction, step['statement'])
        transaction.abort()
    driver.execute_lambda(run)
    return {}


def expire(driver, step):
    def run(transaction):
        execute(transaction, step['statement'])
        wait(driver, step)
    driver.execute_lambda(run)
    return {}


def parallel(driver, step):
    with ThreadPoolExecutor(step['workers']) as workers:
        running = [
            workers.submit(driver.execute_lambda, lambda transaction: execute(transaction, step['statement']))
            for _ in range(step['workers'])
        ]
        for each in running:
            each.result()
    return {}


def wait(_, step):
    urlopen(Request('{}/advance?seconds={}'.format(RUN['control'], step['seconds']), method='POST')).close()
    return {}


def close(driver, _):
    driver.close()
    return {}


ACTIONS = {
    'tableNames': table_names,
    'transactions': transactions,
    'stream': stream,
    'nested': nested,
    'abort': abort,
    'expire': expire,
    'parallel': parallel,
    'wait': wait,
    'close': close,
}


def described(error):
    if isinstance(error, ClientError):
        return {'origin': 'service', 'name': error.response['Error']['Code'], 'message': error.response['Error']['Message']}
    return {'origin': 'driver', 'name': type(error).__name__, 'message': str(error)}


def answer(step):
    try:
        return ACTIONS[step['action']](driver_of(step), step)
    except Exception as error:
        return {'error': described(error)}


for each_step in RUN['steps']:
    print(json.dumps(answer(each_step)), flush=True)
for each_driver in DRIVERS.values():
    each_driver.close()
