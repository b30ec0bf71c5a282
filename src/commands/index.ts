/** The only list of commands. A new one is a folder beside this file and a line here. */
import type { AnyCommand } from '../operations/command.ts';
import { type AddClientPowers, defineAddClient } from './add-client/command.ts';
import { defineApprovalReminder } from './approval-reminder/command.ts';
import { type AuditPowers, defineAudit } from './audit/command.ts';
import { type AuditHeadPowers, defineAuditHead } from './audit-head/command.ts';
import { type CancelPowers, defineCancel } from './cancel/command.ts';
import { type DecidePowers, defineDecide } from './decide/command.ts';
import { defineDeploy } from './deploy/command.ts';
import type { DeployPowers } from './deploy/powers.ts';
import { type DoctorParts, defineDoctor } from './doctor/command.ts';
import { defineEditClient, type EditClientPowers } from './edit-client/command.ts';
import { defineHealth, type HealthCardPowers } from './health/command.ts';
import type { HealthPowers } from './health/powers.ts';
import { defineHelp, type HelpPowers } from './help/command.ts';
import { defineKillswitch, type KillswitchPowers } from './killswitch/command.ts';
import { defineList, type ListPowers } from './list/command.ts';
import { defineNote, type NotePowers } from './note/command.ts';
import { defineRegistry, type RegistryPowers } from './registry/command.ts';
import { defineRemoveClient, type RemoveClientPowers } from './remove-client/command.ts';
import { defineRetrySignIn, type RetrySignInPowers } from './retry-sign-in/command.ts';
import { defineRole, type RolePowers } from './role/command.ts';
import { defineStatus, type StatusPowers } from './status/command.ts';
import { defineTake, type TakePowers } from './take/command.ts';
import { defineTidy, type TidyPowers } from './tidy/command.ts';
import { defineToken, type TokenPowers } from './token/command.ts';
import { defineWhoami, type WhoamiPowers } from './whoami/command.ts';

export interface CommandPowers {
  readonly health: HealthPowers & HealthCardPowers;
  readonly deploy: DeployPowers;
  readonly decide: DecidePowers;
  readonly cancel: CancelPowers;
  readonly list: ListPowers;
  readonly status: StatusPowers;
  readonly note: NotePowers;
  readonly take: TakePowers;
  readonly whoami: WhoamiPowers;
  readonly help: HelpPowers;
  readonly role: RolePowers;
  readonly token: TokenPowers;
  readonly killswitch: KillswitchPowers;
  readonly audit: AuditPowers;
  readonly auditHead: AuditHeadPowers;
  readonly doctor: DoctorParts;
  readonly tidy: TidyPowers;
  readonly addClient: AddClientPowers;
  readonly editClient: EditClientPowers;
  readonly removeClient: RemoveClientPowers;
  readonly registry: RegistryPowers;
  readonly retrySignIn: RetrySignInPowers;
}

export const createCommands = (powers: CommandPowers): readonly AnyCommand[] => [
  defineHealth(powers.health),
  defineDeploy(powers.deploy),
  defineDecide(powers.decide),
  defineCancel(powers.cancel),
  defineStatus(powers.status),
  defineList(powers.list),
  defineNote(powers.note),
  defineTake(powers.take),
  defineRetrySignIn(powers.retrySignIn),
  defineHelp(powers.help),
  defineWhoami(powers.whoami),
  defineToken(powers.token),
  defineRole(powers.role),
  defineKillswitch(powers.killswitch),
  defineAddClient(powers.addClient),
  defineEditClient(powers.editClient),
  defineRemoveClient(powers.removeClient),
  defineRegistry(powers.registry),
  defineAudit(powers.audit),
  defineDoctor(powers.doctor),
  defineApprovalReminder(),
  defineAuditHead(powers.auditHead),
  defineTidy(powers.tidy),
];
