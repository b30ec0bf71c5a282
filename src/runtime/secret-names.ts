/** Which names carry secrets, and what stands in a secret's place. */

/** Three characters outside ASCII: too short to hold a configured secret, and no pattern takes it for one, so masking twice changes nothing. */
export const mask = '•••';

const lastWords = new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'cookie',
  'cookies',
  'apikey',
]);
const endings = [
  'apikey',
  'accesskey',
  'privatekey',
  'secretkey',
  'signingkey',
  'encryptionkey',
  'responseurl',
  'webhookurl',
  'databaseurl',
  'redisurl',
  'connectionstring',
  'clientsecret',
  'password',
];

/**
 * Counts such as `pass: 3` and a failure's `signature` are everyday words here, so neither is a secret name.
 * `ACUMATICA_PROD_PASSWORD`, `x-api-key` and `responseUrl` are; `tokenCount`, `secretRef` and `passed` are not.
 */
export const isSecretName = (name: string): boolean => {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
  const joined = words.join('');
  return lastWords.has(words.at(-1) ?? '') || endings.some((ending) => joined.endsWith(ending));
};
