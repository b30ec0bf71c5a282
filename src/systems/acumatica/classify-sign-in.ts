/** What a sign-in's answer means, by status and body (contracts 1b, platform-facts E1); pure. */
import type { SignIn } from '../../policy/health/facts.ts';
import type { GuardedResult } from '../../runtime/guarded-fetch.ts';

type Answer = Extract<GuardedResult, { kind: 'answer' }>;
type Failed = Extract<GuardedResult, { kind: 'failed' }>;

const longestExcerpt = 200;

/** Acumatica words it differently by version: "API Login Limit", "the number of API users allowed by the license". */
const namesLimit = (body: string): boolean =>
  /\bAPI[\s-]*(?:log-?ins?|sign-?ins?|users?)\b[^.]{0,80}\blimit/i.test(body) ||
  /\blimit[^.]{0,80}\bAPI\b/i.test(body) ||
  /\b(?:maximum|allowed) number of[^.]{0,40}\b(?:API|web services?|users|log-?ins|sessions)\b/i.test(body) ||
  /\bnumber of (?:concurrent )?(?:API|web services?) (?:users|log-?ins)\b/i.test(body);

const isHtml = ({ headers, body }: Answer): boolean =>
  String(headers['content-type'] ?? '').includes('text/html') || /^\s*<(?:!doctype|html)/i.test(body);

/** Readable text of an HTML or JSON body; tags that are cut at the end go too. */
export const toExcerpt = (body: string, redact: (text: string) => string): string => {
  // What is shown is short, so what is worked on may be bounded; secrets are found before anything is cut.
  const clean = redact(body.slice(0, 20_000));
  const plain = clean
    .replaceAll(/<(script|style)\b[^>]{0,200}>[^<]{0,20000}/gi, ' ')
    .replaceAll(/<[^>]{0,2000}>?/g, ' ')
    .replaceAll(/&(?:nbsp|#160);/g, ' ')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return plain.length > longestExcerpt ? `${plain.slice(0, longestExcerpt - 1).toWellFormed()}…` : plain;
};

const toUnexpected = (answer: Answer, redact: (text: string) => string): SignIn => {
  const location = answer.headers['location'];
  const target =
    typeof location === 'string' && URL.canParse(location) ? new URL(location).host : 'another page';
  const excerpt = typeof location === 'string' ? `redirects to ${target}` : toExcerpt(answer.body, redact);
  return { kind: 'unexpected', status: answer.status, excerpt };
};

const classify500 = (answer: Answer, redact: (text: string) => string): SignIn => {
  const { body } = answer;
  if (body.includes('PXUndefinedCompanyException')) return { kind: 'wrong-tenant' };
  // Before the wrapper's name: a limit may come wrapped in a TargetInvocationException.
  if (namesLimit(body)) return { kind: 'user-limit', status: 500 };
  if (body.includes('TargetInvocationException')) return { kind: 'restarting' };
  return toUnexpected(answer, redact);
};

export const classifyAnswer = (answer: Answer, tookMs: number, redact: (text: string) => string): SignIn => {
  const { status } = answer;
  // A page with status 200 is a proxy or a sign-in form, not a session.
  if (status === 204 || (status === 200 && !isHtml(answer) && !answer.truncated))
    return { kind: 'signed-in', tookMs };
  if (status === 401) return { kind: 'refused' };
  if (status === 429) return { kind: 'user-limit', status };
  return status === 500 ? classify500(answer, redact) : toUnexpected(answer, redact);
};

export const classifyFailure = ({ reason, say }: Failed, afterMs: number): SignIn => {
  switch (reason) {
    case 'timeout':
      return { kind: 'timeout', afterMs };
    case 'refused':
      return { kind: 'connection-refused' };
    case 'name-not-found':
      return { kind: 'name-not-found' };
    case 'blocked-address':
      return { kind: 'blocked-address', say };
    case 'lost':
    case 'redirect':
      return { kind: 'connection-lost', say };
  }
};
