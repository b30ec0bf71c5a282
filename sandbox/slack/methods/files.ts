// files.*: the three steps of an upload (ask for a URL, send the bytes, complete), and nothing of the old one-step way.
import { readContent } from '../content.ts';
import { botUserId } from '../directory.ts';
import { type Json, readList, readText } from '../json.ts';
import { blankMessage, type Methods, type Slack, toFilesJson } from '../slack.ts';
import { SlackRefusal, type StoredFile } from '../stored.ts';
import { readPlace, readThread } from './places.ts';

interface Upload {
  readonly name: string;
  readonly length: number;
  bytes?: Buffer;
}

export interface FileMethods {
  readonly methods: Methods;
  /** The second step; false where the id is unknown or the length differs from what was announced. */
  readonly receive: (id: string, bytes: Buffer) => boolean;
  readonly reset: () => void;
}

export const createFileMethods = (slack: Slack): FileMethods => {
  const uploads = new Map<string, Upload>();

  const complete = (named: Json, shared: Pick<StoredFile, 'comment'> & Partial<StoredFile>): StoredFile => {
    const id = readText(named, 'id') ?? '';
    const upload = uploads.get(id);
    if (!upload?.bytes) throw new SlackRefusal('file_not_found');
    uploads.delete(id);
    const file = {
      id,
      name: upload.name,
      title: readText(named, 'title') ?? upload.name,
      bytes: upload.bytes,
      ...shared,
    };
    slack.record.keepFile(file);
    return file;
  };

  const methods: Methods = {
    'files.getUploadURLExternal': (args) => {
      const name = readText(args, 'filename');
      const length = Number(readText(args, 'length') ?? 0);
      if (name === undefined || !Number.isInteger(length) || length < 1)
        throw new SlackRefusal('invalid_arguments');
      const id = slack.ids.id('F');
      uploads.set(id, { name, length });
      return { upload_url: `${slack.base()}/upload/v1/${id}`, file_id: id };
    },

    'files.completeUploadExternal': (args) => {
      const named = readList(args, 'files');
      if (named.length === 0) throw new SlackRefusal('invalid_arguments');
      const place = readText(args, 'channel_id') ?? readText(args, 'channels');
      const comment = readText(args, 'initial_comment') ?? '';
      if (place === undefined) {
        const files = named.map((one) => complete(one, { comment }));
        return {
          files: toFilesJson(
            files.map((file) => file.id),
            slack,
          ),
        };
      }
      const channel = readPlace({ channel: place }, slack, 'write');
      const threadTs = readThread(args, channel, slack);
      const thread = threadTs === undefined ? {} : { threadTs };
      const files = named.map((one) => complete(one, { comment, channelId: channel.id, ...thread }));
      const fileIds = files.map((file) => file.id);
      const content = args['blocks'] === undefined ? { text: comment } : readContent(args, slack, 'post');
      slack.record.post({
        ...blankMessage,
        ...content,
        ...thread,
        userId: botUserId,
        channelId: channel.id,
        ts: slack.ids.ts(),
        fileIds,
      });
      return { files: toFilesJson(fileIds, slack) };
    },

    'files.delete': (args) => {
      const id = readText(args, 'file') ?? '';
      if (!slack.record.file(id)) throw new SlackRefusal('file_not_found');
      slack.record.dropFile(id);
      return {};
    },

    'files.info': (args) => {
      const [file] = toFilesJson([readText(args, 'file') ?? ''], slack);
      if (!file) throw new SlackRefusal('file_not_found');
      return { file };
    },
  };

  return {
    methods,
    receive: (id, bytes) => {
      const upload = uploads.get(id);
      if (!upload || (slack.strict && upload.length !== bytes.length)) return false;
      upload.bytes = bytes;
      return true;
    },
    reset: () => uploads.clear(),
  };
};
