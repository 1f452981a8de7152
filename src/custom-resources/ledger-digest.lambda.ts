import { s3ArchiveObjects } from './archive-objects';
import { functionS3 } from './function-s3';
import { lambdaEdges } from './lambda-edges';
import { ledgerDigestDeclaration } from './ledger-digest-declaration';
import { ledgerDigestLifecycle } from './ledger-digest-lifecycle';
import { runDigest } from './ledger-digest-run';

const edges = lambdaEdges(process.env);
const s3 = functionS3(process.env);
const archive = (bucket: string) => s3ArchiveObjects(s3, bucket);

export const { onEvent, isComplete } = ledgerDigestLifecycle({ ...edges, archive });

/** Keeps the digest that the function's environment declares, whatever the event says. */
export async function run(): Promise<void> {
  const declared = ledgerDigestDeclaration(JSON.parse(process.env.LEDGER_DIGEST ?? '{}'));
  const { control } = edges.connect(declared.serviceUrl);
  await runDigest({ ...edges, control, objects: archive(declared.bucket) }, declared);
}
