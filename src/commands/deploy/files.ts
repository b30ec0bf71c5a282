/** What the client's own files and variables say of a deploy. A file that cannot be understood says nothing that may be relied on. */
import type { ProjectSettings, SourceFacts } from '../../policy/deploy/facts.ts';
import { parseManifest } from '../../policy/deploy/parse-manifest.ts';
import { parseSettings } from '../../policy/deploy/parse-settings.ts';
import type { Fact } from '../../policy/health/facts.ts';

export interface ParsedFiles {
  readonly settings: Fact<ProjectSettings>;
  readonly manifest: Fact<readonly string[] | null>;
  /** Name of the tenant that a version is tried in first; null where there is none. */
  readonly testTenant: Fact<string | null>;
}

const malformed = (say: string): Extract<Fact<never>, { kind: 'unknown' }> => ({
  kind: 'unknown',
  reason: 'malformed',
  say,
});

export const parseFiles = (source: SourceFacts): ParsedFiles => {
  const settings = parseWith(source.settings, parseSettings, (parsed) => parsed.settings);
  return {
    settings,
    manifest: parseWith(source.manifest, parseManifest, (parsed) => parsed.projects),
    testTenant: findTestTenant(source.variables, settings),
  };
};

const parseWith = <P extends { readonly kind: 'parsed' }, T>(
  text: Fact<string | null>,
  parse: (text: string | null) => P | { readonly kind: 'faulty'; readonly say: string },
  take: (parsed: P) => T,
): Fact<T> => {
  if (text.kind === 'unknown') return text;
  const parsed = parse(text.value);
  return parsed.kind === 'faulty' ? malformed(parsed.say) : { ...text, value: take(parsed) };
};

/** Variables override the file; a test tenant that is switched on and has no name cannot be looked at. */
const findTestTenant = (
  variables: SourceFacts['variables'],
  settings: Fact<ProjectSettings>,
): Fact<string | null> => {
  if (variables.kind === 'unknown') return variables;
  const named = variables.value['ACUMATICA_TEST_TENANT']?.trim() ?? '';
  if (named !== '') return { ...variables, value: named };
  if (settings.kind === 'unknown') return settings;
  return settings.value.isTestTenantEnabled
    ? malformed('a test tenant is switched on, but ACUMATICA_TEST_TENANT names none')
    : { ...settings, value: null };
};
