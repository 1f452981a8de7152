// Stands in for the SDK's chain of credential sources in bundles that run on Lambda, where the environment always has them.
// The chain brings profiles, single sign-on and their clients along: nearly half of a small handler.
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: this bundle runs on Lambda, which always sets them.');
  }
  return { accessKeyId, secretAccessKey, sessionToken };
};
