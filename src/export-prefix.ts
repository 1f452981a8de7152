import { knownAtSynth } from './problems';

/** QLDB's limit, counted with the slash that ends the prefix. */
const PREFIX_LENGTH_MAX = 128;

/** The prefix used when none is given: one folder per ledger. */
export function defaultPrefix(ledgerName: string): string {
  return `journal/${ledgerName}/`;
}

/** The prefix as the service uses it: it ends in one slash unless empty. Tokens pass untouched. */
export function normalizedPrefix(prefix: string): string {
  return !knownAtSynth(prefix) || prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** What is wrong with a prefix to which the construct adds up to `reserved` characters, or undefined. */
export function prefixProblem(prefix: string | undefined, reserved = 0): string | undefined {
  if (!knownAtSynth(prefix)) {
    return undefined;
  }
  const length = normalizedPrefix(prefix).length;
  const lengthMax = PREFIX_LENGTH_MAX - reserved;
  if (length > lengthMax) {
    return `prefix '${prefix}' has ${length} characters with its final slash: shorten it to at most ${lengthMax}`;
  }
  const folders = folderProblem(prefix);
  if (folders) {
    return folders;
  }
  const [forbidden] = /[*?$\u0000-\u001f\u007f]/.exec(prefix) ?? [];
  return forbidden === undefined
    ? undefined
    : `prefix '${prefix}' contains ${JSON.stringify(forbidden)}, which would widen the role's permission or break the key: `
      + 'use letters, digits and the characters / - _ . = instead';
}

/** What is wrong with the folders of a prefix, or undefined. */
export function folderProblem(prefix: string): string | undefined {
  if (/^\/|\/\//.test(prefix)) {
    return `prefix '${prefix}' contains an empty folder name: remove the leading or doubled slash`;
  }
  const [, , dots] = /(^|\/)(\.{1,2})(\/|$)/.exec(prefix) ?? [];
  return dots === undefined ? undefined : `prefix '${prefix}' contains the folder name '${dots}', which URLs leave out: use another name`;
}
