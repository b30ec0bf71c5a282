/** One spelling per web address, so that two ways to write one instance are never taken for two. */

/** `https://Host.example.com:443/erp/` → `https://host.example.com/erp`; null where it is no plain http(s) address. */
export const parseWebAddress = (text: string): string | null => {
  if (text.length > 500 || /[\s\p{Cc}\\]/u.test(text) || !/^https?:\/\/[^/]/iu.test(text)) return null;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  // `?` and `#` alone leave `search` and `hash` empty, yet are not part of an address.
  if (url.username !== '' || url.password !== '' || /[?#@]/u.test(text)) return null;
  return `${url.origin}${url.pathname.replace(/\/+$/u, '')}`;
};
