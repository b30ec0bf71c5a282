/**
 * Finds configured secrets in text in every form they are likely to be written in (plain, URL-encoded, base64, JSON- and HTML-escaped),
 * in time linear in the text however many secrets there are. Masking is left to `redact.ts`.
 */

/** Shorter values would hit ordinary words. */
const shortest = 6;

export interface SecretFinder {
  /** Ranges [start, end) that belong to a secret, in order, not touching each other. */
  readonly find: (text: string) => readonly (readonly [start: number, end: number])[];
}

/** A secret inside a longer base64 text (`user:secret`) starts at one of three bit offsets; edge characters mix with neighbours and are left out. */
const toBase64Forms = (secret: string): string[] => {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const head = Math.ceil((shift * 8) / 6);
    const tail = ((shift + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    const sure = whole.slice(head, whole.length - tail);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
};

const toUrlForms = (secret: string): string[] => {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  return [encoded, form].flatMap((text) => [
    text,
    text.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  ]);
};

const toJsonForms = (secret: string): string[] => {
  const once = JSON.stringify(secret).slice(1, -1);
  return [once, JSON.stringify(once).slice(1, -1), once.replaceAll('/', '\\/')];
};

const toHtml = (secret: string): string =>
  secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const toForms = (secret: string): string[] => [
  secret,
  ...toUrlForms(secret),
  ...toBase64Forms(secret),
  ...toJsonForms(secret),
  toHtml(secret),
  toHtml(secret).replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
];

/** Letters lead on; a text is the rest of the only form that goes this way. One walk costs the length of the match, however many secrets share its start. */
type Branch = Fork | string;
interface Fork {
  readonly next: Map<number, Branch>;
  /** A form is complete here. */
  ends: boolean;
}

const createFork = (ends = false): Fork => ({ next: new Map(), ends });

const plant = (root: Fork, form: string): void => {
  let fork = root;
  for (let at = 0; at < form.length; at += 1) {
    const code = form.charCodeAt(at);
    const next = fork.next.get(code);
    // Most forms of most secrets are one and the same text.
    if (next === undefined || next === form.slice(at + 1)) {
      fork.next.set(code, form.slice(at + 1));
      return;
    }
    const below = typeof next === 'string' ? toFork(next) : next;
    fork.next.set(code, below);
    fork = below;
  }
  fork.ends = true;
};

const toFork = (rest: string): Fork => {
  const fork = createFork(rest === '');
  if (rest !== '') fork.next.set(rest.charCodeAt(0), rest.slice(1));
  return fork;
};

/** Length of the longest form that starts here, 0 for none. */
const longestAt = (root: Fork, text: string, start: number): number => {
  let length = 0;
  let branch = root.next.get(text.charCodeAt(start));
  for (let at = start + 1; branch !== undefined; at += 1) {
    if (typeof branch === 'string') return text.startsWith(branch, at) ? at + branch.length - start : length;
    if (branch.ends) length = at - start;
    branch = branch.next.get(text.charCodeAt(at));
  }
  return length;
};

export const createSecretFinder = (secrets: readonly string[]): SecretFinder => {
  const root = createFork();
  for (const secret of secrets.filter((value) => value.length >= shortest)) {
    for (const form of toForms(secret)) if (form.length >= shortest) plant(root, form);
  }

  const find = (text: string): (readonly [number, number])[] => {
    const ranges: [number, number][] = [];
    if (root.next.size === 0) return ranges;
    for (let at = 0; at + shortest <= text.length; at += 1) {
      const length = longestAt(root, text, at);
      if (length === 0) continue;
      const last = ranges.at(-1);
      if (last !== undefined && at <= last[1]) last[1] = Math.max(last[1], at + length);
      else ranges.push([at, at + length]);
    }
    return ranges;
  };
  return { find };
};
