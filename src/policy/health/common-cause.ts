/** Decides whether many failed connections probably have one cause, and whose (contracts A20). */
import type { ControlAnswer } from './facts.ts';
import type { CheckedClient, CommonCause } from './report.ts';

interface Connections {
  /** Clients with at least one failed connection. */
  readonly failing: number;
  /** Clients to whom a connection was tried at all; held-back and publishing ones say nothing here. */
  readonly probed: number;
  readonly hosts: ReadonlySet<string>;
}

const countConnections = (clients: readonly CheckedClient[]): Connections => {
  let failing = 0;
  let probed = 0;
  const hosts = new Set<string>();
  for (const { observations } of clients) {
    const tried = observations.filter((observation) => observation.connection !== undefined);
    const failed = tried.filter((observation) => observation.connection === true);
    if (tried.length > 0) probed += 1;
    if (failed.length > 0) failing += 1;
    // An unnamed host is unlike any other, so that it can never make "one host" out of two.
    for (const [index, { host }] of failed.entries())
      hosts.add(host?.toLowerCase() ?? `?${failing}.${index}`);
  }
  return { failing, probed, hosts };
};

/**
 * Three, or half of those probed (issue 2). By the letter one of two is half as well, but what a single client suffers is no cause
 * that several have in *common*: the line would send somebody to look for an outage where one site is down.
 */
const isCommon = ({ failing, probed }: Connections): boolean =>
  failing >= 3 || (failing >= 2 && failing * 2 >= probed);

const decideKind = ({ failing, probed, hosts }: Connections, control: ControlAnswer): CommonCause['kind'] => {
  if (control === 'unreachable') return 'network';
  // Without a control host, other clients that do answer prove just as well that our own network works.
  if (control === 'not-asked' && failing === probed) return 'unclear';
  return hosts.size === 1 ? 'host' : 'acumatica';
};

const nexts: Readonly<Record<CommonCause['kind'], string>> = {
  network: "check the desk's own network and firewall before calling any client",
  host: 'call whoever runs that host before calling clients one by one',
  acumatica: "look at Acumatica's status page before calling clients one by one",
  unclear: 'open two of the sites from another network, then decide whom to call',
};

/** What is probably down, for a lock screen: "our own network", "the host erp.example.com". */
export const sayCommonCause = ({ kind, host }: Pick<CommonCause, 'kind' | 'host'>): string => {
  if (kind === 'host') return `the host ${host ?? ''}`;
  return { network: 'our own network', acumatica: 'Acumatica', unclear: 'network or Acumatica' }[kind];
};

const proofs: Readonly<Record<CommonCause['kind'], string>> = {
  network: 'do not answer, nor does the control host',
  host: 'do not answer, all of them there; other addresses do',
  acumatica: 'on different hosts do not answer; other addresses do',
  unclear: 'do not answer; nothing else was asked that could tell the two apart',
};

export const decideCommonCause = (
  clients: readonly CheckedClient[],
  control: ControlAnswer,
): CommonCause | null => {
  const connections = countConnections(clients);
  if (!isCommon(connections)) return null;
  const { failing, probed, hosts } = connections;
  const kind = decideKind(connections, control);
  const host = kind === 'host' ? ([...hosts][0] ?? null) : null;
  return {
    kind,
    failing,
    probed,
    host,
    say: `Probably one cause: ${sayCommonCause({ kind, host })}. ${failing} of ${probed} clients ${proofs[kind]}`,
    next: nexts[kind],
  };
};
