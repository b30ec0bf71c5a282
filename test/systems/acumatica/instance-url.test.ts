import { describe, expect, it } from 'vitest';
import { normalizeInstanceUrl } from '../../../src/systems/acumatica/instance-url.ts';

describe('an address', () => {
  it.each([
    ['https://ERP.Example.com/Main/', 'https://erp.example.com/Main'],
    ['https://erp.example.com:443', 'https://erp.example.com'],
    ['http://erp.example.com:80/', 'http://erp.example.com'],
    ['https://erp.example.com:8443/Main//Site/?CompanyID=X#top', 'https://erp.example.com:8443/Main/Site'],
    [' https://erp.example.com./Main ', 'https://erp.example.com/Main'],
    ['https://müller.example/Main', 'https://xn--mller-kva.example/Main'],
  ])('%s is %s, and stays so', (text, url) => {
    expect(normalizeInstanceUrl(text)).toEqual({ kind: 'instance', url });
    expect(normalizeInstanceUrl(url)).toEqual({ kind: 'instance', url });
  });

  it.each([
    ['erp.example.com/Main', 'is no web address'],
    ['', '(nothing) is no web address'],
    ['ftp://erp.example.com', 'does not begin with https:// or http://'],
    ['https://erp.example.com/Frames/Login.aspx?x=1', 'is a page of the site'],
    ['https://erp.example.com/Main/entity/auth/login', 'is an endpoint of the site'],
  ])('%s is refused by name, with what is allowed', (text, why) => {
    const outcome = normalizeInstanceUrl(text);
    expect(outcome).toMatchObject({ kind: 'wrong', say: expect.stringContaining(why) });
    expect(outcome.kind === 'wrong' && outcome.say).toContain('https://erp.example.com/Main');
  });

  it('with credentials is refused without showing them', () => {
    const outcome = normalizeInstanceUrl('https://admin:s3cret@erp.example.com/Main');
    expect(outcome).toMatchObject({
      kind: 'wrong',
      say: expect.stringContaining('carries a user or password'),
    });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});
