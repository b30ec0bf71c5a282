/** Reads a GitHub App's private key as people paste it: PEM, PEM with written-out `\n`, or base64 of the file. The key never appears in an error. */
import { createPrivateKey } from 'node:crypto';
import { AcuopsError } from '../../errors.ts';

const toPem = (text: string): string => {
  const plain = text.trim().replace(/^["']|["']$/g, '');
  const pem = plain.includes('-----BEGIN') ? plain : Buffer.from(plain, 'base64').toString('utf8');
  return `${pem.replaceAll('\\n', '\n').replaceAll('\r', '').trim()}\n`;
};

/** @throws AcuopsError `config` where it is no private key. */
export const parsePrivateKey = (text: string): string => {
  try {
    return createPrivateKey(toPem(text)).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    const message = `GITHUB_APP_PRIVATE_KEY is no private key (${text.length} characters); allowed: the downloaded .pem file's text, or that text in base64`;
    throw new AcuopsError({ code: 'config', message, say: message });
  }
};
