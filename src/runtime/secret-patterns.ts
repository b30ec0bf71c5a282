/**
 * The forms that secrets have whoever issued them: tokens, headers, keys, `name=value`. Each rule runs in time linear in the text:
 * no unbounded run is followed by something that must match.
 */
import { isSecretName, mask } from './secret-names.ts';

type Rule = (text: string) => string;

const replacing =
  (pattern: RegExp, by: string | ((...parts: string[]) => string)): Rule =>
  (text) =>
    typeof by === 'string' ? text.replace(pattern, by) : text.replace(pattern, by);

/** An END that never comes (a cut log) hides the rest of the text. */
const pem = replacing(
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  mask,
);
/** The same, base64 in one line, as it is often put into an environment variable. */
const packedPem = replacing(/LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*/g, mask);

/** The desk's own, as `token create` shows it once, which is the only place that is not redacted. */
const own = replacing(/acuops_[A-Za-z0-9_-]{40,}/g, mask);

/** Installation tokens are `ghs_` + a JWT with dots, about 520 characters, since 2026-04-27; the others have no dots. */
const github = replacing(
  /gh[pousr]_[A-Za-z0-9_-]{30,}(?:\.[A-Za-z0-9_-]+)*|github_pat_[A-Za-z0-9_]{20,}/g,
  mask,
);
const slack = replacing(/xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-\d-[A-Za-z0-9-]{8,}/g, mask);
const slackUrl = replacing(/(hooks\.slack(?:-gov)?\.com)\/[^\s"'<>|\\)\]]+/g, `$1/${mask}`);
const aws = replacing(/(?:AKIA|ASIA)[A-Z0-9]{16}/g, mask);

/** `https://user:password@host`; the user goes too, since tokens are often put there alone. */
const urlUser = replacing(/:\/\/[^\s/?#"'<>]+@/g, `://${mask}@`);

/** Found by walking the run, not by a pattern: `eyJeyJeyJ…` would make one quadratic. */
const maskJwt = (run: string): string => {
  let at = run.indexOf('eyJ');
  while (at >= 0) {
    const dot = run.indexOf('.', at);
    if (dot < 0) return run;
    const second = run.indexOf('.', dot + 1);
    const body = (second < 0 ? run.length : second) - dot - 1;
    if (dot - at >= 10 && body >= 4) return run.slice(0, at) + mask;
    at = run.indexOf('eyJ', dot);
  }
  return run;
};
const jwt = replacing(/[A-Za-z0-9_.-]{16,}/g, maskJwt);

/** "Bearer tokens" and "basic authentication" are prose; a credential has digits, padding or capitals inside. */
const looksEncoded = (value: string): boolean => /[\d=+/_]|[a-z][A-Z]/.test(value);
const scheme = replacing(/\b(basic|bearer)(\s{1,4})([A-Za-z0-9._~+/=-]{8,})/gi, (whole, name, gap, value) =>
  looksEncoded(value ?? '') ? `${name ?? ''}${gap ?? ''}${mask}` : whole,
);

/** A header line: everything up to the line's end or the closing quote is the value. */
const header = replacing(
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)(["']?\s{0,4}:\s{0,4}["']?)([^\r\n"'\\]+)/gi,
  `$1$2${mask}`,
);

const signPattern = /[:=](\s{0,4})/g;
/** What may stand before a sign, read backwards: spaces, a quote and its escapes, the name. */
const beforePattern = /^(\s{0,4}["']?\\{0,7})([\w.-]{1,64})/;
const longestBefore = 4 + 1 + 7 + 64;
const valuePattern = /"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|\\+"[^"]*"?|[^\s"'\\,;&|<>(){}[\]]+/y;

/** Prose such as "token: missing" stays readable; a value with digits or signs inside does not. */
const looksSecret = (text: string): boolean => text.length >= 6 && /[\d!#$%^*+=@~_/]/.test(text);

const toMaskedValue = (text: string): string => {
  const open = /^(?:\\*["'])/.exec(text)?.[0] ?? '';
  return open === '' ? mask : `${open}${mask}${open}`;
};

const isProse = (quote: string, sign: string, gap: string, value: string): boolean =>
  sign === ':' && gap !== '' && quote.trim() === '' && !/^\\*["']/.test(value) && !looksSecret(value);

/** `env:NAME` and `file:/path` name where a secret is; masked, the registry's own export could not be imported again. */
const isReference = (value: string): boolean =>
  /^(["']?)(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:\/[A-Za-z0-9_./-]{1,500})\1$/.test(value);

const isWord = (code: number): boolean => /[\w.\-"'\s\\]/.test(String.fromCharCode(code));

const reverse = (text: string): string => Array.from(text).reverse().join('');

/** The value behind this sign, empty where it is none to hide. Looking back from the sign costs nothing where there is none. */
const findValue = (text: string, sign: RegExpExecArray): string => {
  if (sign.index === 0 || !isWord(text.charCodeAt(sign.index - 1))) return '';
  const before = beforePattern.exec(reverse(text.slice(Math.max(0, sign.index - longestBefore), sign.index)));
  if (before === null || !isSecretName(reverse(before[2] ?? ''))) return '';
  valuePattern.lastIndex = sign.index + sign[0].length;
  const value = valuePattern.exec(text)?.[0] ?? '';
  const prose = isProse(before[1] ?? '', sign[0].charAt(0), sign[1] ?? '', value);
  return prose || isReference(value) ? '' : value;
};

/** Looks at names first and at the value only behind a secret one: what stands in other values may hold pairs of its own. */
const assignment: Rule = (text) => {
  const parts: string[] = [];
  let copied = 0;
  signPattern.lastIndex = 0;
  for (let sign = signPattern.exec(text); sign !== null; sign = signPattern.exec(text)) {
    const value = findValue(text, sign);
    if (value === '') continue;
    const from = signPattern.lastIndex;
    parts.push(text.slice(copied, from), toMaskedValue(value));
    copied = from + value.length;
    signPattern.lastIndex = copied;
  }
  return copied === 0 ? text : parts.join('') + text.slice(copied);
};

const rules: readonly Rule[] = [
  pem,
  packedPem,
  own,
  github,
  slack,
  slackUrl,
  aws,
  jwt,
  urlUser,
  scheme,
  header,
  assignment,
];

export const maskKnownForms = (text: string): string => rules.reduce((sofar, rule) => rule(sofar), text);
