import { App } from 'aws-cdk-lib';
import { DependencyLedgerStack } from './stack';

const app = new App();
// `-c export=<any text>` adds a journal export; another text runs it again.
new DependencyLedgerStack(app, 'DependencyLedger', { exportTrigger: app.node.tryGetContext('export') });
