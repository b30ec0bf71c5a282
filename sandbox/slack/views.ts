// The modals open at each person and the App Homes published: one stack of at most three per person, ids that stay,
// a hash that changes with every new picture.
import { nameBlocks } from './block-ids.ts';
import { appId, botId } from './directory.ts';
import type { Ids } from './ids.ts';
import { type Json, readList, readObject, readText } from './json.ts';
import type { Change } from './record.ts';
import { SlackRefusal, type StoredView } from './stored.ts';

const deepestStack = 3;

export interface ViewStore {
  /** Top last. */
  readonly stack: (userId: string) => readonly StoredView[];
  readonly all: () => readonly StoredView[];
  readonly home: (userId: string) => StoredView | undefined;
  find(key: {
    readonly viewId?: string | undefined;
    readonly externalId?: string | undefined;
  }): StoredView | undefined;
  readonly open: (userId: string, view: Json) => StoredView;
  /** @throws SlackRefusal `push_limit_reached` */
  readonly push: (userId: string, view: Json) => StoredView;
  /** @throws SlackRefusal `hash_conflict` where a hash is given that is not the newest */
  readonly update: (view: StoredView, json: Json, hash?: string) => StoredView;
  readonly publish: (userId: string, json: Json, hash?: string) => StoredView;
  readonly showErrors: (view: StoredView, errors: Readonly<Record<string, string>>) => void;
  /** Takes this view off its stack, and everything on top of it. */
  readonly close: (view: StoredView) => void;
  readonly clear: (userId: string) => void;
  readonly reset: () => void;
}

interface Place {
  readonly id: string;
  readonly userId: string;
  readonly rootId: string;
  readonly previousId?: string | undefined;
}

const toStored = (place: Place, view: Json, ids: Ids, teamId: string): StoredView => {
  const blocks = nameBlocks(readList(view, 'blocks'), ids);
  const hash = ids.hash();
  const kind = readText(view, 'type') === 'home' ? 'home' : 'modal';
  const callbackId = readText(view, 'callback_id') ?? '';
  const externalId = readText(view, 'external_id') ?? '';
  const privateMetadata = readText(view, 'private_metadata') ?? '';
  return {
    id: place.id,
    userId: place.userId,
    kind,
    hash,
    callbackId,
    externalId,
    privateMetadata,
    title: readText(readObject(view, 'title') ?? {}, 'text') ?? '',
    blocks,
    rootId: place.rootId,
    ...(place.previousId === undefined ? {} : { previousId: place.previousId }),
    errors: {},
    json: {
      clear_on_close: false,
      notify_on_close: false,
      close: null,
      submit: null,
      ...view,
      id: place.id,
      team_id: teamId,
      app_id: appId,
      app_installed_team_id: teamId,
      bot_id: botId,
      hash,
      callback_id: callbackId,
      external_id: externalId,
      private_metadata: privateMetadata,
      root_view_id: place.rootId,
      previous_view_id: place.previousId ?? null,
      blocks,
    },
  };
};

export const createViewStore = (ids: Ids, teamId: string, tell: (change: Change) => void): ViewStore => {
  const stacks = new Map<string, readonly StoredView[]>();
  const homes = new Map<string, StoredView>();
  const stackOf = (userId: string): readonly StoredView[] => stacks.get(userId) ?? [];
  const all = (): readonly StoredView[] => [...stacks.values()].flat();
  const find: ViewStore['find'] = ({ viewId, externalId }) =>
    [...all(), ...homes.values()].find(
      (view) => view.id === viewId || (externalId !== undefined && view.externalId === externalId),
    );

  const refuseTwin = (view: Json, own?: string): void => {
    const externalId = readText(view, 'external_id');
    const twin = externalId === undefined ? undefined : find({ externalId });
    if (twin && twin.id !== own) throw new SlackRefusal('duplicate_external_id');
  };
  const replace = (changed: StoredView): StoredView => {
    if (changed.kind === 'home') homes.set(changed.userId, changed);
    else {
      const stack = stackOf(changed.userId).map((view) => (view.id === changed.id ? changed : view));
      stacks.set(changed.userId, stack);
    }
    return changed;
  };
  const update: ViewStore['update'] = (view, json, hash) => {
    const current = find({ viewId: view.id }) ?? view;
    if (hash !== undefined && hash !== current.hash) throw new SlackRefusal('hash_conflict');
    refuseTwin(json, view.id);
    const changed = replace(toStored(current, { type: current.kind, ...json }, ids, teamId));
    tell({ kind: 'view shown', view: changed, how: 'update' });
    return changed;
  };

  return {
    stack: stackOf,
    all,
    home: (userId) => homes.get(userId),
    find,
    open: (userId, view) => {
      refuseTwin(view);
      const id = ids.id('V');
      const opened = toStored({ id, userId, rootId: id }, view, ids, teamId);
      stacks.set(userId, [opened]);
      tell({ kind: 'view shown', view: opened, how: 'open' });
      return opened;
    },
    push: (userId, view) => {
      const stack = stackOf(userId);
      const [root] = stack;
      if (!root) throw new SlackRefusal('not_found');
      if (stack.length >= deepestStack) throw new SlackRefusal('push_limit_reached');
      refuseTwin(view);
      const place = { id: ids.id('V'), userId, rootId: root.id, previousId: stack.at(-1)?.id };
      const pushed = toStored(place, view, ids, teamId);
      stacks.set(userId, [...stack, pushed]);
      tell({ kind: 'view shown', view: pushed, how: 'push' });
      return pushed;
    },
    update,
    publish: (userId, json, hash) => {
      const before = homes.get(userId);
      if (before) return update(before, json, hash);
      const id = ids.id('V');
      const made = toStored({ id, userId, rootId: id }, json, ids, teamId);
      homes.set(userId, made);
      tell({ kind: 'view shown', view: made, how: 'open' });
      return made;
    },
    showErrors: (view, errors) => {
      replace({ ...view, errors });
    },
    close: (view) => {
      const stack = stackOf(view.userId);
      const at = stack.findIndex((one) => one.id === view.id);
      if (at === -1) return;
      stacks.set(view.userId, stack.slice(0, at));
      tell({ kind: 'view closed', userId: view.userId });
    },
    clear: (userId) => {
      stacks.delete(userId);
      tell({ kind: 'view closed', userId });
    },
    reset: () => {
      stacks.clear();
      homes.clear();
    },
  };
};
