/** The modals of a health card: one client in detail, and writing a note. */
import type { KnownBlock, ModalView } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { escapeLine, escapeShort } from '../../blocks/escape.ts';
import { limits } from '../../blocks/limits.ts';
import { actions, button, context, divider, groupedSelect, plain, section } from '../../blocks/message.ts';
import { sayAge } from '../../blocks/time.ts';
import { type CheckedClient, type HealthReport, toHealthCheck } from '../../policy/health/report.ts';
import { isOpen } from './card-lists.ts';
import {
  type Claim,
  joinNext,
  renderClaim,
  renderHeadline,
  renderObservation,
  renderOpenLink,
  renderStep,
} from './card-words.ts';

export interface DetailsView {
  readonly now: Date;
  readonly zone: string;
  readonly cardId: string;
  readonly version: number;
  readonly claims: readonly Claim[];
  /** True where this person may try a refused credential once more; otherwise the button is not shown. */
  readonly canRetrySignIn?: boolean;
}

const noteChars = 2000;

/** A view holds 100 blocks and each criterion takes one; more than this many workflows are counted. */
const criteriaShown = 60;

const renderCriteria = (client: CheckedClient, view: DetailsView): readonly KnownBlock[] => {
  const shown = client.observations.slice(0, criteriaShown);
  const left = client.observations.length - shown.length;
  const blocks: KnownBlock[] = shown.map((observation) => {
    const seen = observation.verdict === 'unknown' ? 'tried' : 'seen';
    const host = observation.host === undefined ? '' : ` · ${escapeShort(observation.host, 80)}`;
    const lines = [
      renderObservation(observation, view.zone),
      joinNext(renderStep(observation), renderOpenLink(observation)),
    ];
    lines.push(`_${seen} ${sayAge(observation.observedAt, view.now)}${host}_`);
    return section(lines.filter((line) => line !== '').join('\n'));
  });
  return left === 0 ? blocks : [...blocks, context(`and ${left} more CI workflows: use --json`)];
};

const renderDetailButtons = (client: CheckedClient, view: DetailsView): KnownBlock | null => {
  const value = toActionValue({ cardId: view.cardId, version: view.version, targetKey: client.client.key });
  const isFree = isOpen(client) && !view.claims.some((claim) => claim.targetKey === client.client.key);
  const isRefused = client.observations.some((observation) => observation.cause === 'sign-in-refused');
  const take = button({
    label: "I'm on it",
    actionId: toActionId('health', 'claim'),
    value,
    style: 'primary',
  });
  const retry = button({
    label: 'Try the sign-in once more',
    actionId: toActionId('health', 'retry-sign-in'),
    value,
  });
  const confirm = {
    title: plain('Try the same password again?', limits.confirmTitle),
    text: plain(
      'Each refused try can lock the API account. Do this only if the password was set right at the client.',
      limits.confirmText,
    ),
    confirm: plain('Try once', limits.confirmButton),
    deny: plain('Leave it', limits.confirmButton),
  };
  return actions(`acuops:health:${view.cardId}:details`, [
    ...(isFree ? [take] : []),
    ...(isRefused && view.canRetrySignIn === true ? [{ ...retry, confirm }] : []),
  ]);
};

const renderBody = (client: CheckedClient, view: DetailsView): readonly KnownBlock[] => {
  const claim = renderClaim(view.claims, client.client.key, view.zone);
  const notJudged =
    client.state === 'not-judged' ? `Not judged: this client is ${client.client.status}.` : '';
  const blocks = [
    section(
      [renderHeadline(client, view.now, view.zone), claim, notJudged]
        .filter((line) => line !== '')
        .join('\n'),
    ),
    divider(),
    ...renderCriteria(client, view),
    renderDetailButtons(client, view),
    context(`${escapeShort(client.client.repo, 100)} · ${escapeShort(client.client.zone, 60)}`),
  ];
  return blocks.filter((block) => block !== null);
};

const modal = (title: string, blocks: readonly KnownBlock[]): ModalView => ({
  type: 'modal',
  title: plain(title, limits.viewTitle),
  close: plain('Close', limits.viewTitle),
  blocks: [...blocks],
});

/** One client whole: each criterion with cause, since when, next step, link and the age of its fact. */
export const renderDetails = (report: HealthReport, clientKey: string, view: DetailsView): ModalView => {
  const check = toHealthCheck(report);
  const client = check.clients.find((entry) => entry.client.key === clientKey);
  if (client !== undefined) return modal(client.client.name, renderBody(client, view));
  const say =
    check.finishedAt === null
      ? 'It was not looked at yet; open this again in some seconds.'
      : 'Press Check again on the card.';
  return modal('Details', [section(`This check has nothing on *${escapeLine(clientKey)}*. ${say}`)]);
};

export interface NoteView {
  readonly cardId: string;
  readonly version: number;
}

/** Writing a note: for one client its name is shown, for several one is chosen first. The answer's blocks are `client` and `note`. */
export const renderNoteModal = (
  clients: readonly { readonly key: string; readonly name: string }[],
  view: NoteView,
): ModalView => {
  const [only, ...more] = clients;
  const targetKey = more.length === 0 ? only?.key : undefined;
  const choice = groupedSelect(
    toActionId('health', 'note-client'),
    'Choose a client',
    clients.map(({ key, name }) => ({ label: name, value: key })),
  );
  if (only === undefined || choice === null)
    return modal('Note', [section('There is no client on this card.')]);
  const client: KnownBlock =
    targetKey === undefined
      ? { type: 'input', block_id: 'client', label: plain('Client', 100), element: choice }
      : section(`Note on *${escapeShort(only.name, 100)}*`);
  const element = {
    type: 'plain_text_input' as const,
    action_id: toActionId('health', 'note-text'),
    multiline: true,
    max_length: noteChars,
    placeholder: plain('Called the client, password comes at 9', limits.placeholder),
  };
  return {
    type: 'modal',
    callback_id: toActionId('health', 'note'),
    private_metadata: toActionValue({ ...view, targetKey }),
    title: plain('Note', limits.viewTitle),
    submit: plain('Save', limits.viewTitle),
    close: plain('Cancel', limits.viewTitle),
    blocks: [
      client,
      { type: 'input', block_id: 'note', label: plain('What should the others know?', 100), element },
    ],
  };
};
