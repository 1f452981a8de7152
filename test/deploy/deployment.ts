import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { QLDBClient } from '@aws-sdk/client-qldb';
import { S3Client } from '@aws-sdk/client-s3';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import type { Fixture } from './fixture-app';
import { cdk, typeScriptApp } from '../../local-aws/cdk-cli';
import { type LocalAws, startLocalAws } from '../../local-aws/local-aws';
import { ledgerServiceClientConfig } from '../../src/client';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const APP = typeScriptApp(path.join(__dirname, 'fixture-app.ts'));

/** The CDK CLI and the clients, on a local AWS that is the suite's own. */
export class Deployment {
  /** Starts and bootstraps the local AWS. */
  static async start(app = APP): Promise<Deployment> {
    const localAws = await startLocalAws();
    await cdk(localAws, ['bootstrap', `aws://${localAws.accountId}/${localAws.region}`]);
    return new Deployment(localAws, app);
  }

  readonly s3: S3Client;
  private readonly cloudFormation: CloudFormationClient;
  private readonly output = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-deploy-'));

  private constructor(readonly localAws: LocalAws, private readonly app: string) {
    const connection = { endpoint: localAws.endpoint, region: localAws.region, credentials: CREDENTIALS };
    this.s3 = new S3Client({ ...connection, forcePathStyle: true });
    this.cloudFormation = new CloudFormationClient(connection);
  }

  /** @returns what the CLI printed @throws Error with the end of the output when it fails */
  async deploy(fixture: Fixture, ...stacks: readonly string[]): Promise<string> {
    return this.run(['deploy', ...stacks, '--exclusively', '--require-approval', 'never'], fixture);
  }

  async destroy(fixture: Fixture, ...stacks: readonly string[]): Promise<void> {
    await this.run(['destroy', ...stacks, '--exclusively', '--force'], fixture);
  }

  /** What the deployment prints while it fails. @throws Error when it does not fail */
  async failureOf(deployment: Promise<string>): Promise<string> {
    const output = await deployment.then(printed => ({ printed }), (error: Error) => error.message);
    if (typeof output === 'string') return output;
    throw new Error(`The deployment was to fail, but succeeded:\n${output.printed}`);
  }

  async statusOf(stackName: string): Promise<string> {
    return (await this.describe(stackName)).StackStatus!;
  }

  async outputsOf(stackName: string): Promise<Readonly<Record<string, string>>> {
    const { Outputs = [] } = await this.describe(stackName);
    return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
  }

  /** What the control plane answers to a request that QLDB's client has no command for. @throws Error unless it succeeds */
  async get(serviceStackName: string, resource: string): Promise<unknown> {
    const { ServiceUrl } = await this.outputsOf(serviceStackName);
    // The local AWS asks whether a request is signed, not by whom.
    const headers = { authorization: 'AWS4-HMAC-SHA256' };
    const response = await fetch(`${this.localAws.functionUrl(ServiceUrl).replace(/\/$/, '')}${resource}`, { headers });
    if (!response.ok) throw new Error(`GET ${resource}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Runs a function to its end. @throws Error when it fails */
  async invoke(functionName: string): Promise<void> {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request' };
    const response = await fetch(`${this.localAws.endpoint}/2015-03-31/functions/${functionName}/invocations`, { method: 'POST', headers, body: '{}' });
    const answer = await response.text();
    if (!response.ok || response.headers.get('x-amz-function-error')) throw new Error(`${functionName}: ${response.status} ${answer}`);
  }

  /** A control plane client for the service that the stack has deployed. */
  async qldb(serviceStackName: string): Promise<QLDBClient> {
    return new QLDBClient(await this.serviceConnection(serviceStackName, 'ServiceUrl'));
  }

  /** Runs work with the official driver. */
  async withDriver<Result>(serviceStackName: string, ledgerName: string, work: (driver: QldbDriver) => Promise<Result>): Promise<Result> {
    const driver = new QldbDriver(ledgerName, await this.serviceConnection(serviceStackName, 'SessionUrl'));
    try {
      return await work(driver);
    } finally {
      driver.close();
    }
  }

  async stop(): Promise<void> {
    this.s3.destroy();
    this.cloudFormation.destroy();
    await this.localAws.stop();
    rmSync(this.output, { recursive: true, force: true });
  }

  private async run(command: readonly string[], fixture: Fixture): Promise<string> {
    let printed = '';
    const options = { app: this.app, output: this.output, onOutput: (text: string) => { printed += text; } };
    await cdk(this.localAws, [...command, '-c', `fixture=${JSON.stringify(fixture)}`], options);
    return printed;
  }

  private async describe(stackName: string): Promise<Stack> {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks![0];
  }

  private async serviceConnection(serviceStackName: string, output: 'ServiceUrl' | 'SessionUrl') {
    const { [output]: url } = await this.outputsOf(serviceStackName);
    const { localAws } = this;
    return { ...ledgerServiceClientConfig({ url: localAws.functionUrl(url), region: localAws.region }), credentials: CREDENTIALS };
  }
}
