import { folderProblem } from './export-prefix';
import { knownAtSynth } from './problems';

/** WorkMail takes 1023; CloudFormation's ids, which repeat the path, take fewer. */
const PREFIX_LENGTH_MAX = 256;

/** The prefix used when none is given: one folder per organization. */
export function defaultMailboxPrefix(organizationId: string): string {
  return `workmail/${organizationId}/`;
}

/** What is wrong with a prefix, or undefined. */
export function mailboxPrefixProblem(prefix: string | undefined): string | undefined {
  if (!knownAtSynth(prefix)) {
    return undefined;
  }
  if (prefix === '') {
    return "prefix '' is empty, which WorkMail does not take: name a folder, such as workmail/";
  }
  const length = prefix.endsWith('/') ? prefix.length : prefix.length + 1;
  if (length > PREFIX_LENGTH_MAX) {
    return `prefix '${prefix}' has ${length} characters with its final slash: shorten it to at most ${PREFIX_LENGTH_MAX}`;
  }
  const folders = folderProblem(prefix);
  if (folders) {
    return folders;
  }
  const [forbidden] = /[^A-Za-z0-9!_.'()/-]/.exec(prefix) ?? [];
  return forbidden === undefined
    ? undefined
    : `prefix '${prefix}' contains ${JSON.stringify(forbidden)}: use letters, digits and the characters / - _ . ! ' ( ) instead`;
}
