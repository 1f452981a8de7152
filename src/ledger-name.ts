import { Names } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { knownAtSynth } from './problems';

/** QLDB's rule for the names of ledgers and of their streams. */
export const NAME_LENGTH_MAX = 32;
const NAME_PATTERN = /^(?!.*--)(?!\d+$)(?!-)(?!.*-$)[A-Za-z0-9-]+$/;

/** What is wrong with the name of a ledger or stream, or undefined. Tokens and absent names are never wrong. */
export function nameProblem(property: string, name: string | undefined): string | undefined {
  if (!knownAtSynth(name) || (name.length <= NAME_LENGTH_MAX && NAME_PATTERN.test(name))) {
    return undefined;
  }
  return `${property} '${name}' is not a valid name: use 1 to ${NAME_LENGTH_MAX} letters, digits and single hyphens, `
    + `not starting or ending with a hyphen and not digits only, such as '${suggestedName(name)}'; `
    + 'or leave it out to have one generated';
}

/** A valid name made from the construct's path; it stays the same as long as the path does. */
export function generatedName(scope: IConstruct, lengthMax: number = NAME_LENGTH_MAX): string {
  return validName(Names.uniqueResourceName(scope, { maxLength: lengthMax - LETTER.length, separator: '-', allowedSpecialCharacters: '-' }));
}

/** Put before names that would otherwise consist of digits only. */
const LETTER = 'l';

function suggestedName(name: string): string {
  return validName(name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, NAME_LENGTH_MAX - LETTER.length));
}

function validName(text: string): string {
  const name = text.replace(/-+/g, '-').replace(/^-|-$/g, '');
  return /^\d*$/.test(name) ? `${LETTER}${name}` : name;
}
