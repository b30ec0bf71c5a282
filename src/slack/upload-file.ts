/** Slack's three steps for a file: ask for an address, send the bytes there, share it in a thread. Only the last one shows anything to anybody. */
import type { PostResult } from '../operations/card.ts';
import type { Message } from '../operations/message.ts';
import type { WebClient } from './slack-clients.ts';
import { readSlackFailure } from './slack-failure.ts';

const bytesMs = 20_000;
const againMs = 2_000;

/** `thread`: its first message; Slack takes no reply for one. @throws what the WebClient throws at a step whose failure is in doubt or was put in words. */
export const uploadFile = async (
  client: WebClient,
  thread: { readonly channel: string; readonly ts: string },
  file: NonNullable<Message['file']>,
): Promise<PostResult> => {
  const bytes = Buffer.from(file.content);
  let fileId: string;
  try {
    const place = await client.files.getUploadURLExternal({ filename: file.name, length: bytes.length });
    if (!place.upload_url || !place.file_id) throw new Error('files.getUploadURLExternal named no place');
    await sendBytes(place.upload_url, bytes);
    fileId = place.file_id;
  } catch (error) {
    if (readSlackFailure(error).kind !== 'unknown') throw error;
    // Nobody has seen anything of it: simply again.
    return { kind: 'later', waitMs: againMs };
  }
  await client.files.completeUploadExternal({
    files: [{ id: fileId, title: file.title }],
    channel_id: thread.channel,
    thread_ts: thread.ts,
  });
  return { kind: 'posted', ...thread };
};

const sendBytes = async (url: string, bytes: Buffer): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(bytesMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the file's bytes were answered with ${response.status}`);
};
