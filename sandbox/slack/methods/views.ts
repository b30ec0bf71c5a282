// views.*: opening, pushing, updating modals and publishing the App Home, with trigger ids, hashes and limits.
import { isJson, type Json, readText } from '../json.ts';
import { checkView, isViewTooLarge } from '../rules/view.ts';
import type { Methods, Slack } from '../slack.ts';
import { SlackRefusal } from '../stored.ts';

/** @throws SlackRefusal `invalid_arguments` with every fault of the view, `view_too_large` */
export const readView = (value: unknown, kind: 'modal' | 'home', strict: boolean): Json => {
  if (!isJson(value)) {
    throw new SlackRefusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: view'] },
    });
  }
  if (!strict) return value;
  if (isViewTooLarge(value)) throw new SlackRefusal('view_too_large');
  const wrong = checkView(value, kind);
  if (wrong.length) throw new SlackRefusal('invalid_arguments', { response_metadata: { messages: wrong } });
  return value;
};

const stateless = { state: { values: {} } };

export const createViewMethods = (slack: Slack): Methods => ({
  'views.open': (args) => {
    const json = readView(args['view'], 'modal', slack.strict);
    const trigger = slack.triggers.useTrigger(readText(args, 'trigger_id') ?? '');
    const view = slack.views.open(trigger.userId, json);
    return { view: { ...view.json, ...stateless } };
  },

  'views.push': (args) => {
    const json = readView(args['view'], 'modal', slack.strict);
    const trigger = slack.triggers.useTrigger(readText(args, 'trigger_id') ?? '');
    const view = slack.views.push(trigger.userId, json);
    return { view: { ...view.json, ...stateless } };
  },

  'views.update': (args) => {
    const found = slack.views.find({
      viewId: readText(args, 'view_id'),
      externalId: readText(args, 'external_id'),
    });
    if (!found) throw new SlackRefusal('not_found');
    const json = readView(args['view'], found.kind, slack.strict);
    const view = slack.views.update(found, json, readText(args, 'hash'));
    return { view: { ...view.json, ...stateless } };
  },

  'views.publish': (args) => {
    const userId = readText(args, 'user_id') ?? '';
    if (!slack.directory.person(userId)) throw new SlackRefusal('user_not_found');
    const json = readView(args['view'], 'home', slack.strict);
    const view = slack.views.publish(userId, json, readText(args, 'hash'));
    return { view: { ...view.json, ...stateless } };
  },
});
