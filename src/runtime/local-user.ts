/** Who the desk runs as on its machine, by name, or by number where the machine has no name for it, as a container with a user of its own choosing. */
import { userInfo } from 'node:os';

export const readLocalUser = (read: () => { readonly username: string } = userInfo): string => {
  try {
    return read().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
};
