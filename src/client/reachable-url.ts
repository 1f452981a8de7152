/** The part of a process's environment that decides how Function URLs are reached. */
export interface EndpointEnvironment {
  readonly AWS_ENDPOINT_URL?: string;
  readonly [name: string]: string | undefined;
}

const FUNCTION_URL = /^https:\/\/([^./]+)\.lambda-url\.[a-z0-9-]+\.on\.aws(\/.*)?$/;

/**
 * The address at which a service's URL can be reached from a process with this environment.
 *
 * An emulated AWS hands out Function URLs whose host names nobody resolves; it serves them under a path of its own endpoint, which
 * AWS_ENDPOINT_URL names. On AWS, where that variable is not set, and for any other URL, the URL is returned unchanged.
 */
export function reachableUrl(url: string, environment: EndpointEnvironment): string {
  const emulator = environment.AWS_ENDPOINT_URL;
  const functionUrl = FUNCTION_URL.exec(url);
  if (!emulator || !functionUrl) {
    return url;
  }
  const [, id, path = ''] = functionUrl;
  return `${emulator.replace(/\/+$/, '')}/_aws/lambda-url/${id}${path.replace(/\/+$/, '')}`;
}
