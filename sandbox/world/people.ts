/** The Slack side of the pretend world: five people, the channels they meet in, and the group that may approve. */

export const teamId = 'T0ACUOPS00';
/** The workspace of a client, connected through a shared channel. */
export const clientTeamId = 'T0BAYLINE0';

/** Who they are to the desk, by id. */
export const personIds = {
  onCall: 'U0DANALEE0',
  approver: 'U0PRIYAN00',
  admin: 'U0MARCOS00',
  clientContact: 'U0JONASF00',
  outsider: 'U0OLABRA00',
} as const;

export const channelIds = {
  ops: 'C0OPS00000',
  heritage: 'C0HERITAGE',
  bayline: 'C0BAYLINE0',
  random: 'C0RANDOM00',
} as const;

export const approversId = 'S0APPROVE0';

/** In the shape that the pretend Slack takes. */
export interface SlackSide {
  readonly teamId: string;
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly teamId?: string;
    readonly email?: string;
  }[];
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly isPrivate?: boolean;
    readonly isExtShared?: boolean;
    readonly memberIds: readonly string[];
    readonly botIsMember: boolean;
  }[];
  readonly userGroups: readonly {
    readonly id: string;
    readonly handle: string;
    readonly userIds: readonly string[];
  }[];
}

const { onCall, approver, admin, clientContact, outsider } = personIds;

export const slackSide: SlackSide = {
  teamId,
  people: [
    { id: onCall, name: 'Dana Lee', email: 'dana.lee@acuops.example' },
    { id: approver, name: 'Priya Nair', email: 'priya.nair@acuops.example' },
    { id: admin, name: 'Marco Silva', email: 'marco.silva@acuops.example' },
    { id: clientContact, name: 'Jonas Falk', teamId: clientTeamId, email: 'jonas.falk@bayline.example' },
    { id: outsider, name: 'Ola Brandt', email: 'ola.brandt@acuops.example' },
  ],
  channels: [
    { id: channelIds.ops, name: 'ops', memberIds: [onCall, approver, admin], botIsMember: true },
    { id: channelIds.heritage, name: 'heritage-fabrics', memberIds: [onCall, approver], botIsMember: true },
    {
      id: channelIds.bayline,
      name: 'bayline-foods',
      isExtShared: true,
      memberIds: [onCall, approver, clientContact],
      botIsMember: true,
    },
    {
      id: channelIds.random,
      name: 'random',
      memberIds: [onCall, approver, admin, outsider],
      botIsMember: false,
    },
  ],
  userGroups: [{ id: approversId, handle: 'acuops-approvers', userIds: [approver] }],
};
