/** One way to write an Acumatica site's address: probes, sessions and locks are keyed by it, so two spellings must not be two sites. */

export type InstanceUrl =
  | { readonly kind: 'instance'; readonly url: string }
  | { readonly kind: 'wrong'; readonly say: string };

const allowed = 'allowed is the address of the site, for example https://erp.example.com/Main';

/** Never shown whole: people paste addresses with credentials in them. */
const toShown = (text: string): string => text.replace(/\/\/[^/]*@/, '//•••@').slice(0, 120);

/** Host in lower case, default port left out, one slash between parts and none at the end, no query, no fragment. The path keeps its case. */
export const normalizeInstanceUrl = (text: string): InstanceUrl => {
  const wrong = (why: string): InstanceUrl => ({
    kind: 'wrong',
    say: `${toShown(text.trim()) || '(nothing)'} ${why}; ${allowed}`,
  });
  if (!URL.canParse(text.trim())) return wrong('is no web address');
  const url = new URL(text.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return wrong('does not begin with https:// or http://');
  if (url.username !== '' || url.password !== '') return wrong('carries a user or password');
  const path = url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  if (/\.aspx$/i.test(path)) return wrong('is a page of the site');
  if (/\/entity(?:\/|$)/.test(path)) return wrong('is an endpoint of the site');
  return { kind: 'instance', url: `${url.protocol}//${url.host.replace(/\.(?=:|$)/, '')}${path}` };
};
