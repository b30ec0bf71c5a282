/** Tells what may be the name of a branch, a tag or a commit, before it becomes part of an address. Whether there is one of that name, only GitHub knows. */

/** Git's own rules for names, a little stricter; no expressions such as `main~1` or `main@{1}`. */
export const isRefName = (text: string): boolean =>
  text.length > 0 &&
  text.length <= 250 &&
  !/^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|[~^:?*[\\]/u.test(text) &&
  !/[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u.test(text);
