/** The part of a deploy's card that asks people, what they said, and what they press. Pure. */
import type { KnownBlock, ModalView } from '@slack/types';
import { toActionId, toActionValue } from '../../blocks/action-id.ts';
import { escapeShort } from '../../blocks/escape.ts';
import { limits } from '../../blocks/limits.ts';
import { type ButtonInput, button, plain, section } from '../../blocks/message.ts';
import { renderGroup, renderPerson } from '../../blocks/person.ts';
import { renderDate } from '../../blocks/time.ts';
import { longestReason } from '../../operations/approval.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';

type Approval = NonNullable<DeployReport['approval']>;

const groupsShown = 5;

const sayWho = ({ groups }: Approval): string =>
  groups.length === 0 ? 'whoever may decide here' : groups.slice(0, groupsShown).map(renderGroup).join(' ');

const sayVote = ({ by, verdict, reason, at }: Approval['votes'][number], zone: string): string => {
  const words = { approve: '👍', reject: '⛔', withdraw: '↩️' } as const;
  const why = reason === null ? '' : `: ${escapeShort(reason, 200)}`;
  return `${words[verdict]} ${renderPerson(by)} ${renderDate(at, zone)}${why}`;
};

const changesShown = 6;

/** Somebody agreed to something else: what is not as it was then. */
const renderChanges = ({ changes }: Approval): KnownBlock | null => {
  if (changes.length === 0) return null;
  const more = changes.length - changesShown;
  return section(
    [
      '🔁 *Changed since it was approved, so it is asked anew:*',
      ...changes.slice(0, changesShown).map((change) => `• ${escapeShort(change, 120)}`),
      ...(more > 0 ? [`• and ${more} more, see \`--json\``] : []),
    ].join('\n'),
  );
};

const renderQuestion = (state: DeployReport['state'], approval: Approval, zone: string): string => {
  const { needed, requester, expiresAt } = approval;
  const given = approval.votes.filter(({ verdict }) => verdict === 'approve').length;
  const asker = `Asked by ${renderPerson(requester)}`;
  if (state !== 'waiting') return asker;
  return `🙋 *${given} of ${needed} ${needed === 1 ? 'approval' : 'approvals'}* · ${sayWho(approval)}, but not ${renderPerson(requester)} · until ${renderDate(expiresAt, zone)}, then it is a no`;
};

export const renderApproval = (
  { state, approval }: Pick<DeployReport, 'state' | 'approval'>,
  zone: string,
): readonly (KnownBlock | null)[] =>
  approval === null
    ? []
    : [
        renderChanges(approval),
        section(
          [
            renderQuestion(state, approval, zone),
            ...approval.votes.slice(-4).map((vote) => sayVote(vote, zone)),
          ].join('\n'),
        ),
      ];

const isAsked: ReadonlySet<DeployReport['state']> = new Set(['waiting', 'checking']);

/** What can be pressed while people are asked; who may press what is decided at the press. */
export const listButtons = (
  report: DeployReport,
  { cardId, spokenId }: { readonly cardId: string; readonly spokenId: string },
): readonly ReturnType<typeof button>[] => {
  const { approval, planned, client, environment, live } = report;
  if (!isAsked.has(report.state) || approval === null || planned === null) return [];
  const digest = planned.digest.slice(0, 16);
  const value = toActionValue({ cardId, version: approval.round, stamp: `${spokenId}.${digest}` });
  const sha = planned.plan.sha.slice(0, 7);
  const name = client.name;
  const approve: ButtonInput = {
    label: 'Approve',
    actionId: toActionId('deploy', 'approve'),
    value,
    style: 'primary',
    confirm: {
      title: `Deploy to ${environment}?`,
      text: `${name}, ${environment}: ${live === null ? '' : `${live.sha.slice(0, 7)} → `}${sha}. A publish restarts the site and signs everybody out. Plan ${digest.slice(0, 8)}.`,
      confirm: 'Approve',
      deny: 'Not now',
    },
  };
  const withdraw: ButtonInput = {
    label: 'Withdraw',
    actionId: toActionId('deploy', 'withdraw'),
    value,
    confirm: {
      title: 'Withdraw this?',
      text: `Nobody is asked any more, and nothing is deployed to ${name}.`,
      confirm: 'Withdraw',
      deny: 'Keep it',
    },
  };
  return [
    // Enough have agreed while all is looked at again; a no still counts.
    ...(report.state === 'waiting' ? [button(approve)] : []),
    button({ label: 'Reject', actionId: toActionId('deploy', 'reject'), value, style: 'danger' }),
    button(withdraw),
  ];
};

/** Why not; the answer's block is `reason`. */
export const renderRejectModal = (
  { client, environment, planned }: DeployReport,
  asked: { readonly cardId: string; readonly round: number; readonly stamp: string | undefined },
): ModalView => ({
  type: 'modal',
  callback_id: toActionId('deploy', 'reject'),
  private_metadata: toActionValue({ cardId: asked.cardId, version: asked.round, stamp: asked.stamp }),
  title: plain('Reject', limits.viewTitle),
  submit: plain('Reject', limits.viewTitle),
  close: plain('Cancel', limits.viewTitle),
  blocks: [
    section(
      `Deploy of *${escapeShort(client.name, 60)}* to ${environment}${planned === null ? '' : ` at \`${planned.plan.sha.slice(0, 7)}\``}. Nothing is started, and whoever asked reads your reason.`,
    ),
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Why not?', 100),
      element: {
        type: 'plain_text_input',
        action_id: toActionId('deploy', 'reject-reason'),
        multiline: true,
        max_length: longestReason,
        placeholder: plain('The month is closed on Friday', limits.placeholder),
      },
    },
  ],
});
