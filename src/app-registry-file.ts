/** Reads the registry file from the desk's machine, at every call anew; what is wrong with reading it is a value. */
import { readFile } from 'node:fs/promises';
import type { RegistryFile } from './operations/import-registry.ts';

export const createRegistryFileReader = (path: string) => async (): Promise<RegistryFile> => {
  try {
    return { kind: 'read', path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return { kind: 'missing', path };
    return {
      kind: 'unreadable',
      path,
      why:
        code === 'EACCES'
          ? 'the desk may not read it'
          : code === 'EISDIR'
            ? 'it is a folder'
            : `reading failed (${code})`,
    };
  }
};
