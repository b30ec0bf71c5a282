/** What Slack's answers mean for the desk: tokens, scopes, clock, and the channels that cards go to. Pure. */
import { escapeLine } from '../../blocks/escape.ts';
import { type Finding, find, pass, sayNames, sayNumber } from './findings.ts';
import type { ChannelFact, ChannelFacts, SlackFact } from './powers.ts';

const again = 'Ask again in a minute; if it stays, look at the network and at https://status.slack.com.';

const mends: Readonly<Record<string, string>> = {
  'slack token':
    'Install the app from manifest.yaml again, set `SLACK_BOT_TOKEN` to the token that begins with xoxb-, and restart the desk.',
  'slack app token':
    'Make an app-level token with the scope `connections:write`, set `SLACK_APP_TOKEN` to it, and restart the desk.',
};

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const judgeSlack = (facts: readonly SlackFact[]): readonly Finding[] =>
  facts.map(({ name, state, say }) =>
    find(
      capital(name),
      state,
      say,
      state === 'fail' ? (mends[name] ?? null) : state === 'unknown' ? again : null,
    ),
  );

const invite = 'In that channel, type `/invite @acuops`.';
const show = (channel: string): string => `<#${escapeLine(channel)}>`;

const judgeOps = (channel: string | null, fact: ChannelFact | undefined): Finding => {
  const name = 'Ops channel';
  if (channel === null || !fact)
    return find(
      name,
      'warn',
      'No ops channel is configured, so the daily head of the audit is posted nowhere.',
      'Set `SLACK_OPS_CHANNEL` to the id of your team’s own channel and restart the desk.',
    );
  if (fact.state === 'not-in')
    return find(name, 'fail', `I am not in ${show(channel)}, so I can neither post nor read there.`, invite);
  if (fact.state === 'archived')
    return find(
      name,
      'fail',
      `${show(channel)} is archived, so I cannot post there.`,
      'Bring it back in Slack, or set `SLACK_OPS_CHANNEL` to another one and restart the desk.',
    );
  if (fact.shared)
    return find(
      name,
      'fail',
      `${show(channel)} is shared with another organisation, so what concerns the whole desk is not posted there.`,
      'Set `SLACK_OPS_CHANNEL` to a channel of your own team and restart the desk.',
    );
  return judgeHistory(name, [fact]) ?? pass(name, `I am in ${show(channel)} and can read it.`);
};

/** Null where every history that was tried can be read. */
const judgeHistory = (name: string, facts: readonly ChannelFact[]): Finding | null => {
  const broken = facts.filter((fact) => fact.history === 'unreadable');
  if (broken.length > 0)
    return find(
      name,
      'fail',
      `I cannot read the history of ${sayNames(broken.map((fact) => show(fact.channel)))} (${escapeLine(broken[0]?.say ?? '')}), so a card whose posting was not confirmed is not posted again.`,
      'Update the app from manifest.yaml and install it again.',
      broken.map(({ channel }) => channel),
    );
  const unknown = facts.filter((fact) => fact.history === 'unknown');
  if (unknown.length === 0) return null;
  return find(
    name,
    'unknown',
    `Whether I can read the history of ${sayNames(unknown.map((fact) => show(fact.channel)))} is not known: ${escapeLine(unknown[0]?.say ?? '')}.`,
    again,
  );
};

const judgeClients = (
  clients: ChannelFacts['clients'],
  byChannel: ReadonlyMap<string, ChannelFact>,
): readonly Finding[] => {
  const name = 'Client channels';
  if (clients.length === 0) return [pass(name, 'No client has a channel yet.')];
  const of = (state: ChannelFact['state']) =>
    clients.filter(({ channel }) => byChannel.get(channel)?.state === state);
  const label = ({ key, channel }: { key: string; channel: string }): string =>
    `${escapeLine(key)} ${show(channel)}`;
  const [absent, archived] = [of('not-in'), of('archived')];
  const tried = clients.flatMap(({ channel }) => byChannel.get(channel) ?? []);
  const history = judgeHistory('History of client channels', tried);
  const findings = [
    absent.length === 0
      ? null
      : find(
          name,
          'warn',
          `I am not in ${sayNumber(absent.length, 'channel')} of clients: ${sayNames(absent.map(label))}. What is asked there is answered by direct message.`,
          'In each of them, type `/invite @acuops`.',
          absent.map(({ key }) => key),
        ),
    archived.length === 0
      ? null
      : find(
          'Archived client channels',
          'warn',
          `Archived: ${sayNames(archived.map(label))}.`,
          'Bring them back in Slack, or `/acuops edit-client &lt;client&gt; --channel` names another one.',
          archived.map(({ key }) => key),
        ),
    history,
  ].filter((finding) => finding !== null);
  const sample = tried.filter((fact) => fact.history !== 'not-tried').length;
  return findings.length > 0
    ? findings
    : [
        pass(
          name,
          `I am in all ${sayNumber(clients.length, 'channel')}; the history of ${sample} was read as a sample.`,
        ),
      ];
};

export const judgeChannels = ({ opsChannel, clients, check }: ChannelFacts): readonly Finding[] => {
  if (check.kind === 'unread')
    return [
      find(
        'Channels',
        check.state,
        `Which channels I am in could not be read: ${escapeLine(check.say)}.`,
        check.state === 'fail' ? 'Update the app from manifest.yaml and install it again.' : again,
      ),
    ];
  const byChannel = new Map(check.channels.map((fact) => [fact.channel, fact]));
  return [
    judgeOps(opsChannel, opsChannel === null ? undefined : byChannel.get(opsChannel)),
    ...judgeClients(clients, byChannel),
  ];
};
