// The server's side of a WebSocket (RFC 6455), as small as Socket Mode needs it: text in and out, ping, pong, close.
// No extensions, no binary messages.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const handshakeSalt = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketConnection {
  readonly sendText: (text: string) => void;
  readonly ping: () => void;
  /** Says goodbye and waits for the other side to close. */
  readonly close: () => void;
  /** Cuts the line without a word. */
  readonly destroy: () => void;
}

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
}

const toFrame = (opcode: number, payload: Buffer): Buffer => {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (size < 126) head[1] = size;
  else if (size < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
};

/** Where the payload of the frame at the start of `bytes` begins and how long it is; undefined while too few came. */
const readHead = (bytes: Buffer): { start: number; size: number; mask: Buffer | undefined } | undefined => {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskBytes = second & 0x80 ? 4 : 0;
  const start = 2 + sizeBytes + maskBytes;
  if (bytes.length < start) return undefined;
  const size =
    sizeBytes === 0 ? short : sizeBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { start, size, mask: maskBytes ? bytes.subarray(start - 4, start) : undefined };
};

const unmask = (payload: Buffer, mask: Buffer | undefined): Buffer =>
  mask ? Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))) : Buffer.from(payload);

/** Takes one whole frame off the front of `bytes`. */
const readFrame = (bytes: Buffer): { frame: Frame; rest: Buffer } | undefined => {
  const head = readHead(bytes);
  if (!head || bytes.length < head.start + head.size) return undefined;
  const first = bytes.readUInt8(0);
  const end = head.start + head.size;
  const frame = {
    opcode: first & 0x0f,
    isLast: (first & 0x80) !== 0,
    payload: unmask(bytes.subarray(head.start, end), head.mask),
  };
  return { frame, rest: bytes.subarray(end) };
};

/** Answers the upgrade and speaks from then on; `onClose` is called once, however the line ended. */
export const acceptWebSocket = (
  request: IncomingMessage,
  socket: Duplex,
  on: { readonly text: (text: string) => void; readonly close: () => void },
): WebSocketConnection => {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + handshakeSalt)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const send = (opcode: number, payload: Buffer = Buffer.alloc(0)): void => {
    if (socket.writable) socket.write(toFrame(opcode, payload));
  };
  let parts: Buffer[] = [];
  const take = (frame: Frame): void => {
    if (frame.opcode === opcodes.ping) return send(opcodes.pong, frame.payload);
    if (frame.opcode === opcodes.close) {
      send(opcodes.close, frame.payload.subarray(0, 2));
      socket.end();
      return;
    }
    if (frame.opcode !== opcodes.text && frame.opcode !== opcodes.continuation) return;
    parts.push(frame.payload);
    if (!frame.isLast) return;
    const text = Buffer.concat(parts).toString('utf8');
    parts = [];
    on.text(text);
  };
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let read = readFrame(pending); read; read = readFrame(pending)) {
      pending = read.rest;
      take(read.frame);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', on.close);
  return {
    sendText: (text) => send(opcodes.text, Buffer.from(text, 'utf8')),
    ping: () => send(opcodes.ping),
    close: () => send(opcodes.close, Buffer.from([0x03, 0xe8])),
    destroy: () => socket.destroy(),
  };
};
