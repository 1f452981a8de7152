import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, type AppProps, type Stack, cx_api as cxapi } from 'aws-cdk-lib';
import { freezeAssets } from './frozen-assets';

/** Makes the stacks of a family of constructs. */
export type Family = (app: App) => Stack[];

/** Leaves out of a snapshot what is not a template's: where the construct was made, and what it was made with. */
export const APP_PROPS: AppProps = {
  treeMetadata: false,
  analyticsReporting: false,
  postCliContext: {
    '@aws-cdk/core:enableAdditionalMetadataCollection': false,
    [cxapi.DISABLE_CREATION_STACK_TRACES]: true,
    [cxapi.DISABLE_LOGICAL_ID_METADATA]: true,
    [cxapi.DISABLE_METADATA_STACK_TRACE]: true,
  },
};

/** Synthesizes a family as the integ-runner wants it; does nothing when the file is imported. */
export function runAsIntegApp(file: NodeModule, family: Family): void {
  if (require.main !== file) return;
  freezeAssets();
  const app = new App(APP_PROPS);
  new IntegTest(app, 'Integ', { testCases: family(app) });
  app.synth();
}
