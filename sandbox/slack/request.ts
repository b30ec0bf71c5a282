// Reads a Web API request: form, JSON or multipart, with the token from the header or the body.
import type { IncomingMessage } from 'node:http';
import { isJson, type Json, parseJson } from './json.ts';

export interface ApiRequest {
  readonly token: string | undefined;
  /** Without the token; fields that clients send as JSON text are parsed. */
  readonly args: Json;
}

const jsonFields = new Set(['blocks', 'attachments', 'metadata', 'view', 'files']);

export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
};

const readForm = async (body: Buffer, type: string): Promise<FormData> =>
  new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();

const readFields = async (body: Buffer, type: string, url: URL): Promise<Json> => {
  const asked = Object.fromEntries(url.searchParams);
  if (body.length === 0) return asked;
  if (type.includes('application/json')) {
    const parsed = parseJson(body.toString('utf8'));
    return isJson(parsed) ? { ...asked, ...parsed } : asked;
  }
  if (type.includes('multipart/form-data')) {
    const form = await readForm(body, type);
    return { ...asked, ...Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')) };
  }
  return { ...asked, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
};

const decode = (name: string, value: unknown): unknown =>
  jsonFields.has(name) && typeof value === 'string' && value !== '' ? (parseJson(value) ?? value) : value;

export const readApiRequest = async (request: IncomingMessage): Promise<ApiRequest> => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const fields = await readFields(await readBody(request), request.headers['content-type'] ?? '', url);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const { token, ...args } = fields;
  return {
    token: bearer ?? (typeof token === 'string' ? token : undefined),
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, decode(name, value)])),
  };
};

/** The bytes of an uploaded file: the body itself, or the first part of a form. */
export const readUpload = async (request: IncomingMessage): Promise<Buffer> => {
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.includes('multipart/form-data')) return body;
  const form = await readForm(body, type);
  const [part] = [...form.values()];
  if (part === undefined) return Buffer.alloc(0);
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(await part.arrayBuffer());
};
