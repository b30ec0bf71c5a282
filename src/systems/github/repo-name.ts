/** A repository's name in its two parts, checked before it becomes part of an address. */

export interface RepoName {
  readonly owner: string;
  readonly name: string;
}

/** Null for anything but `owner/name` in GitHub's characters. */
export const parseRepo = (text: string): RepoName | null => {
  const match = /^([A-Za-z\d](?:[A-Za-z\d-]{0,38}))\/([\w.-]{1,100})$/.exec(text);
  const [, owner, name] = match ?? [];
  return owner === undefined || name === undefined || name === '.' || name === '..' ? null : { owner, name };
};
