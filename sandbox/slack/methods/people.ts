// users.*, usergroups.*, team.info and auth.test: who everybody is, the bot included.
import { appId, botId, botName, botUserId, workspaceDomain, workspaceName } from '../directory.ts';
import { type Json, readText } from '../json.ts';
import type { Methods, Slack } from '../slack.ts';
import { type Person, SlackRefusal } from '../stored.ts';
import { cutPage } from './paging.ts';

export const createPeopleMethods = (slack: Slack): Methods => {
  const { directory } = slack;

  const toUserJson = (person: Person): Json => {
    const isStranger = directory.teamOf(person.id) !== directory.teamId;
    // Slack keeps mail addresses of other workspaces, and of everyone without the scope, to itself.
    const showsMail = !isStranger && slack.granted.has('users:read.email') && person.email !== undefined;
    return {
      id: person.id,
      team_id: directory.teamOf(person.id),
      name: person.name.toLowerCase().replaceAll(' ', '.'),
      real_name: person.name,
      deleted: false,
      is_bot: person.isBot ?? false,
      is_app_user: false,
      is_stranger: isStranger,
      tz: 'Etc/UTC',
      tz_offset: 0,
      profile: {
        real_name: person.name,
        display_name: person.name,
        ...(showsMail ? { email: person.email } : {}),
        ...(person.id === botUserId ? { bot_id: botId, api_app_id: appId } : {}),
      },
    };
  };

  const findGroup = (args: Json) => {
    const group = directory.groups().find((one) => one.id === readText(args, 'usergroup'));
    if (!group) throw new SlackRefusal('no_such_subteam');
    return group;
  };

  return {
    'auth.test': () => ({
      url: `https://${workspaceDomain}.slack.com/`,
      team: workspaceName,
      team_id: directory.teamId,
      user: botName,
      user_id: botUserId,
      bot_id: botId,
      is_enterprise_install: false,
    }),

    'team.info': () => ({ team: { id: directory.teamId, name: workspaceName, domain: workspaceDomain } }),

    'users.info': (args) => {
      const person = directory.person(readText(args, 'user') ?? '');
      if (!person) throw new SlackRefusal('user_not_found');
      return { user: toUserJson(person) };
    },

    'users.list': (args) => {
      const own = directory.people().filter((person) => directory.teamOf(person.id) === directory.teamId);
      const page = cutPage(own, args, 1000, 200);
      return { members: page.items.map(toUserJson), ...page.rest };
    },

    'users.lookupByEmail': (args) => {
      const mail = readText(args, 'email')?.toLowerCase();
      const person = directory
        .people()
        .find((one) => mail !== undefined && one.email?.toLowerCase() === mail);
      if (!person) throw new SlackRefusal('users_not_found');
      return { user: toUserJson(person) };
    },

    'usergroups.list': (args) => ({
      usergroups: directory.groups().map((group) => ({
        id: group.id,
        team_id: directory.teamId,
        is_usergroup: true,
        handle: group.handle,
        name: group.handle,
        user_count: group.userIds.length,
        ...(readText(args, 'include_users') === 'true' ? { users: group.userIds } : {}),
      })),
    }),

    'usergroups.users.list': (args) => ({ users: findGroup(args).userIds }),
  };
};
