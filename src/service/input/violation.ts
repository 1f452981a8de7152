/** A constraint that a request does not satisfy. */
export interface Violation {
  /** The member as the API names it, such as `S3ExportConfiguration.Bucket`. */
  readonly parameterName: string;
  /** The value as text, undefined where it is missing. */
  readonly value: string | undefined;
  readonly constraint: string;
}

const SHOWN_VALUE_LENGTH_MAX = 256;

/** All violations in one message, in AWS's wording. */
export function violationsMessage(violations: readonly Violation[]): string {
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
  return `${count}: ${violations.map(violationText).join('; ')}`;
}

function violationText({ parameterName, value, constraint }: Violation): string {
  return `Value ${value === undefined ? 'null' : `'${shortened(value)}'`} at '${wirePath(parameterName)}' failed to satisfy constraint: ${constraint}`;
}

const shortened = (text: string): string => text.length <= SHOWN_VALUE_LENGTH_MAX ? text : `${text.slice(0, SHOWN_VALUE_LENGTH_MAX)}...`;

/** AWS prints member names with a small first letter. */
const wirePath = (parameterName: string): string =>
  parameterName.split('.').map(name => name.charAt(0).toLowerCase() + name.slice(1)).join('.');
