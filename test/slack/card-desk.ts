/** A test desk with a card of buttons and a form: their declarations are written by hand and remember what reached them. */
import { z } from 'zod';
import type { Repeat } from '../../sandbox/slack/acting.ts';
import type { Ack } from '../../sandbox/slack/front.ts';
import { toActionValue } from '../../src/blocks/action-id.ts';
import { type Click, createActionList, type Submission } from '../../src/operations/action.ts';
import type { AccessReader } from '../../src/operations/ports.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { eventually, startDesk, type TestDesk, type TestDeskOptions } from './desk.ts';

export const cardId = '0199f2aa-7c1e-7000-8000-000000000001';
export const value = toActionValue({ cardId, version: 3, targetKey: 'heritage' });
const button = (actionId: string, carried = value): object => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: actionId },
  value: carried,
});
const plainText = (text: string) => ({ type: 'plain_text', text });

const form = {
  type: 'modal',
  callback_id: 'acuops:health:note',
  private_metadata: value,
  title: plainText('Note'),
  submit: plainText('Save'),
  blocks: [
    {
      type: 'input',
      block_id: 'client',
      label: plainText('Client'),
      element: {
        type: 'static_select',
        action_id: 'acuops:health:note-client',
        options: [{ text: plainText('Heritage'), value: 'heritage' }],
      },
    },
    {
      type: 'input',
      block_id: 'note',
      label: plainText('Note'),
      element: { type: 'plain_text_input', action_id: 'acuops:health:note-text' },
    },
  ],
};

export const seen: { clicks: Click[]; submissions: Submission[] } = { clicks: [], submissions: [] };
const ask = (verb: string, input: unknown = {}) => ({ kind: 'ask', verb, input }) as const;

const actions = createActionList(
  [
    {
      kind: 'ask',
      id: 'acuops:health:again',
      toCall: async (click) => {
        seen.clicks.push(click);
        return { ...ask('work', { name: click.targetKey }), onCard: 'take-over' };
      },
    },
    {
      kind: 'ask',
      id: 'acuops:health:claim',
      toCall: async () => ({ ...ask('forbidden'), onCard: 'decide' }),
    },
    { kind: 'ask', id: 'acuops:health:ping', toCall: async () => ({ ...ask('ping'), onCard: 'leave' }) },
    {
      kind: 'show',
      id: 'acuops:health:details',
      title: 'Details',
      toCall: async () => ({ ...ask('ping'), onCard: 'leave' }),
    },
    {
      kind: 'view',
      id: 'acuops:health:note',
      title: 'Note',
      render: async (_click, access) =>
        access.grants.length > 0 ? { kind: 'modal', view: form } : refuse('denied', 'No role, no note.'),
    },
  ],
  [
    {
      callbackId: 'acuops:health:note',
      faultBlock: 'note',
      toCall: async (submission) => {
        seen.submissions.push(submission);
        const note = submission.values['note'];
        if (note === 'rude') return { kind: 'faulty', faults: { note: 'Say it nicely.' } };
        if (note === 'usage') return refuse('usage', '`text`: is empty.\nUsage: `/acuops note`');
        return { ...ask(note === 'denied' ? 'forbidden' : 'ping', { text: note }), onCard: 'leave' };
      },
    },
  ],
);

const access: AccessReader = {
  readAccess: async (actor) => ({
    grants: actor.user === 'U0ANN' ? [{ role: 'operator', targetIds: null }] : [],
    audience: { kind: 'team' },
  }),
};

export interface CardDesk extends TestDesk {
  readonly ts: string;
  readonly press: (name: string, user?: string, options?: Repeat) => Promise<Ack[]>;
  readonly whispered: (user?: string) => Promise<string>;
}

/** A desk on whose channel a card with all these buttons stands. */
export const startCardDesk = async (
  mode: 'http' | 'socket',
  options: TestDeskOptions = {},
): Promise<CardDesk> => {
  seen.clicks.length = 0;
  seen.submissions.length = 0;
  const desk = await startDesk(mode, { actions, access, ...options });
  const posted = await desk.slack.clients.cards.apiCall('chat.postMessage', {
    channel: 'C0OPS',
    text: 'card',
    blocks: [
      {
        type: 'actions',
        elements: [
          ...['again', 'claim', 'ping', 'details', 'note', 'gone'].map((name) =>
            button(`acuops:health:${name}`),
          ),
          button('elsewhere'),
        ],
      },
    ],
  });
  const { ts } = z.object({ ts: z.string() }).parse(posted);
  return {
    ...desk,
    ts,
    press: (name, user = 'U0ANN', repeat = {}) =>
      desk.front.click(user, 'C0OPS', ts, { actionId: `acuops:health:${name}` }, repeat),
    whispered: (user = 'U0ANN') => eventually(() => desk.front.ephemerals(user).at(-1)?.text),
  };
};
