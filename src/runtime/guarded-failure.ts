/** Translates what Node, undici, DNS and TLS throw into the few reasons that callers of `guarded-fetch.ts` decide by. */

export type FailedReason = 'timeout' | 'refused' | 'name-not-found' | 'lost' | 'blocked-address' | 'redirect';

/** The guard's refusal on its way through undici, which only carries errors. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
}

export interface Failure {
  readonly kind: 'failed';
  readonly reason: FailedReason;
  readonly say: string;
}

const reasons: ReadonlyMap<string, readonly [FailedReason, string]> = new Map([
  ['ECONNREFUSED', ['refused', 'connection refused']],
  ['ENOTFOUND', ['name-not-found', 'host name not found']],
  ['ENODATA', ['name-not-found', 'host name has no address']],
  ['EAI_AGAIN', ['name-not-found', 'host name could not be resolved']],
  ['ETIMEOUT', ['timeout', 'no name server answered']],
  ['ETIMEDOUT', ['timeout', 'connection timed out']],
  ['UND_ERR_CONNECT_TIMEOUT', ['timeout', 'connection timed out']],
  ['ECONNRESET', ['lost', 'connection reset']],
  ['EPIPE', ['lost', 'connection closed']],
  ['UND_ERR_SOCKET', ['lost', 'connection closed before the answer was complete']],
  ['EHOSTUNREACH', ['lost', 'host unreachable']],
  ['ENETUNREACH', ['lost', 'network unreachable']],
  ['CERT_HAS_EXPIRED', ['lost', 'certificate expired']],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', ['lost', 'certificate is self-signed']],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['lost', 'certificate chain is self-signed']],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', ['lost', 'certificate chain is incomplete']],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['lost', 'certificate is for another host']],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['lost', 'host does not speak TLS']],
]);

/** Happy eyeballs wraps one error per address, undici wraps causes: the first of the innermost is the telling one. */
const toRoot = (error: unknown): unknown => {
  if (error instanceof AggregateError && error.errors.length > 0) return toRoot(error.errors[0]);
  return error instanceof Error && error.cause instanceof Error ? toRoot(error.cause) : error;
};

const toCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const isOurDeadline = (signal: AbortSignal): boolean =>
  signal.reason instanceof Error && signal.reason.name === 'TimeoutError';

export const toFailure = (error: unknown, signal: AbortSignal, timeoutMs: number): Failure => {
  const root = toRoot(error);
  if (root instanceof BlockedAddressError)
    return { kind: 'failed', reason: 'blocked-address', say: root.message };
  if (signal.aborted) {
    const say = isOurDeadline(signal) ? `no answer within ${timeoutMs} ms` : 'the caller stopped waiting';
    return { kind: 'failed', reason: 'timeout', say };
  }
  const code = toCode(root);
  const known = reasons.get(code);
  if (known !== undefined) return { kind: 'failed', reason: known[0], say: known[1] };
  if (code.startsWith('HPE_') || (root instanceof Error && root.name === 'HTTPParserError'))
    return { kind: 'failed', reason: 'lost', say: 'the answer is not HTTP' };
  // Foreign messages may carry anything, a header's value included; the code is enough for a person.
  return {
    kind: 'failed',
    reason: 'lost',
    say: code === '' ? 'the request could not be made' : `connection failed (${code})`,
  };
};
