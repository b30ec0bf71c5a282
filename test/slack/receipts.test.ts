import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../src/blocks/limits.ts';
import type { Place } from '../../src/operations/call.ts';
import { refuse } from '../../src/operations/refusal.ts';
import type { Receipt } from '../../src/operations/request.ts';
import { dropMention, parseLine, readLine } from '../../src/slack/read-line.ts';
import { renderReceipt, storeAway } from '../../src/slack/receipts.ts';
import { makeOperation } from '../support/card-memory.ts';
import { commands } from '../support/pretend-door.ts';

const channel: Place = { kind: 'channel', team: 'T1', channel: 'C1' };
const operation = makeOperation();
const started = (set: object = {}): Receipt => ({
  kind: 'started',
  operation,
  joined: false,
  where: 'place',
  ...set,
});
const answered = (set: object = {}, where: 'place' | 'direct' = 'place'): Receipt => ({
  kind: 'answered',
  operation,
  where,
  answer: {
    kind: 'answer',
    message: { text: 'Eight clients', blocks: [{ type: 'divider' }] },
    data: null,
    exit: 0,
    ...set,
  },
});

describe('a receipt', () => {
  it.each([
    [started(), channel, /\*work 7F3K2M\* is under way\. Its card comes here/u],
    [started({ joined: true }), channel, /7F3K2M\* is running already/u],
    [started(), { ...channel, thread: '1.2' }, /into this thread/u],
    [started({ where: 'direct' }), channel, /sent to you directly, because this channel is shared/u],
    [started({ operation: makeOperation({ state: 'done' }) }), channel, /is done; its card is here/u],
    [answered(), channel, /^Eight clients$/u],
    [answered({}, 'direct'), channel, /sent to you directly/u],
    [answered({}, 'direct'), { ...channel, kind: 'dm' as const }, /^Eight clients$/u],
    [
      { kind: 'refused', refusal: refuse('denied', 'You may not.'), operation: null } satisfies Receipt,
      channel,
      /^You may not\.$/u,
    ],
  ])('%# says what happened and where the answer comes, within Slack’s limits', (receipt, place, words) => {
    const reply = renderReceipt(receipt, place);
    expect(reply.text).toMatch(words);
    expect(checkMessage(reply.blocks, reply.text)).toEqual([]);
  });

  it('of an answer with a file blames nobody, and names no operation that nobody will ask for', () => {
    const file = { name: 'a.txt', title: 'A', content: 'a' };
    const reply = renderReceipt(answered({ message: { text: 'All', blocks: [], file } }, 'direct'), channel);
    expect(reply.text).toBe('The answer is a file, so it is sent to you directly.');
    expect(JSON.stringify(reply)).not.toContain('7F3K2M');
    expect(JSON.stringify(renderReceipt(answered({}, 'direct'), channel))).not.toContain('7F3K2M');
  });

  it('of an answer for other eyes shows nothing of it but its secret, which has no other way', () => {
    const reply = renderReceipt(answered({ secret: 'acuops_once' }, 'direct'), channel);
    expect(JSON.stringify(reply)).not.toContain('Eight');
    expect(JSON.stringify(reply.blocks)).toContain('acuops_once');
    expect(reply.text).not.toContain('acuops_once');
  });

  it('of an answer with a file says in a direct message that it comes there', () => {
    const file = { name: 'all.txt', title: 'All' };
    const dm = { ...channel, kind: 'dm' as const };
    for (const set of [{ message: { text: 'x', blocks: [], file: { ...file, content: 'x' } } }, { file }])
      expect(JSON.stringify(renderReceipt(answered(set, 'direct'), dm).blocks)).toContain(
        'The file comes here in a message of its own.',
      );
  });

  it('of a store that is away advises what works without it', () => {
    expect(storeAway.text).not.toContain('doctor');
    expect(storeAway.text).toContain('`/readyz`');
  });

  it('keeps room for the secret where the answer is full', () => {
    const blocks = Array.from({ length: 50 }, () => ({ type: 'divider' }));
    const reply = renderReceipt(answered({ message: { text: 'x', blocks }, secret: 's3cret' }), channel);
    expect(reply.blocks).toHaveLength(50);
    expect(JSON.stringify(reply.blocks)).toContain('s3cret');
  });
});

describe('a line', () => {
  it.each([
    ['ping &lt;a&gt; &amp;amp;', 'ping <a> &amp;'],
    ['note <http://heritage.example|heritage.example>', 'note heritage.example'],
    ['note <https://a.example/x>', 'note https://a.example/x'],
    ['note <mailto:a@b.example|a@b.example>', 'note a@b.example'],
    ['note <https://a.example/|https://a.example>', 'note https://a.example'],
    [
      'note see <https://a.example/run|the runbook> first',
      'note see the runbook (https://a.example/run) first',
    ],
    ['role grant <@U0ANN> <!channel>', 'role grant <@U0ANN> <!channel>'],
  ])('%s is read as %s', (typed, read) => {
    expect(readLine(typed)).toBe(read);
  });

  it.each([
    ['<@U0BOT> ping', 'ping'],
    ['hey <@U0BOT|acuops>: ping it', 'ping it'],
    ['<@U0BOT>', ''],
    ['<@U0OTHER> and <@U0BOT>, ping', 'ping'],
  ])('%s without the mention is "%s"', (typed, read) => {
    expect(dropMention(typed, 'U0BOT')).toBe(read);
  });

  it('knows aliases, leaves unknown verbs to the door and refuses a novel', () => {
    expect(parseLine('P heritage', commands)).toEqual({ verb: 'ping', input: { name: 'heritage' } });
    expect(parseLine('frobnicate x', commands)).toEqual({ verb: 'frobnicate', input: {} });
    expect(parseLine(`ping ${'x'.repeat(4_001)}`, commands)).toMatchObject({
      kind: 'refused',
      reason: 'usage',
    });
  });
});
