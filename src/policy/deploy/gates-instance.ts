/** Gates that the instance decides: whether it lets us in, and what a publish there would do to the projects that are on it. */
import { findApi, findByFacts, isLetIn, type Judge, sayCount, sayNames, toSeen } from './gates-facts.ts';

const findOthers = (published: readonly string[], known: ReadonlySet<string>): readonly string[] =>
  [...new Set(published)].filter((name) => !known.has(name));

/** Nobody deploys into a publish, so what leaves a health check without an answer is an answer here. */
export const judgeHealth: Judge = ({ environment, instance: { api } }) => {
  const found = findApi(environment, api);
  if (api.kind === 'publishing') {
    return {
      ...found,
      verdict: 'fail',
      say: 'publishing',
      next: 'wait for that deploy to finish, then ask again',
    };
  }
  return found;
};

const brokenTenant: ReadonlySet<string> = new Set(['refused', 'wrong-tenant']);

/** Only what concerns the tenant itself is its failure; the site's own troubles are told by `health`. */
export const judgeTestTenant: Judge = (all) => {
  const {
    environment,
    testTenant,
    instance: { api: site, testTenant: tried },
  } = all;
  return findByFacts(all, { testTenant }, (facts) => {
    if (facts.testTenant === null)
      return { verdict: 'pass', cause: 'no-test-tenant', say: 'none configured' };
    if (tried === null || !isLetIn(site)) {
      const say = 'not asked, as the site itself does not let us in';
      return { verdict: 'unknown', cause: 'not-tried', say, next: 'see to the site first' };
    }
    const { api } = tried;
    const found = findApi(environment, api);
    if (isLetIn(api)) return found;
    const isBroken = api.kind === 'asked' && brokenTenant.has(api.signIn.kind);
    return { ...found, verdict: isBroken ? 'fail' : 'unknown' };
  });
};

/** A project that nobody knows may be somebody's work: it is named before anything is published beside it. */
export const judgeOrphans: Judge = (all) => {
  const { settings, manifest, projects } = all;
  const { published } = all.instance;
  return findByFacts(all, { published, settings, manifest, projects }, (facts) => {
    const known = new Set([...(facts.manifest ?? []), ...facts.settings.known, ...facts.projects]);
    const orphans = findOthers(facts.published.projects, known);
    if (orphans.length === 0)
      return { verdict: 'pass', cause: 'all-known', say: 'every published project is known' };
    return {
      verdict: 'fail',
      cause: 'unknown-projects',
      say: `${sayCount(orphans.length, 'published project')} nobody knows: ${sayNames(orphans)}`,
      next: 'find out whose they are, then name them in instance-manifest.json or unpublish them',
    };
  });
};

/** A publish that does not merge leaves only its own projects published (contracts 1b iv). */
export const judgeCoPublish: Judge = (all) => {
  const { projects } = all;
  const { workflow } = all.source;
  const { published } = all.instance;
  return findByFacts(all, { projects, workflow }, (facts) => {
    if (facts.workflow === null) {
      const next = 'choose a version that has the deploy workflow';
      return { verdict: 'unknown', cause: 'no-workflow', say: 'no deploy workflow to tell', next };
    }
    if (facts.projects.length === 0) {
      const next = 'set CUSTOMIZATION_PROJECT_NAME, or project.name in acuops.yaml';
      return { verdict: 'unknown', cause: 'no-project', say: 'no project is named', next };
    }
    const seen = toSeen(projects, workflow);
    const { doesMerge } = facts.workflow;
    if (doesMerge === true)
      return { verdict: 'pass', cause: 'merges', say: 'what is published stays published' };
    const replaced = findByFacts(all, { published }, ({ published: there }) => {
      const dropped = findOthers(there.projects, new Set(facts.projects));
      if (dropped.length === 0)
        return { verdict: 'pass', cause: 'nothing-dropped', say: 'nothing else is published there' };
      // The engine's default keeps them (contracts 1b iii), so this is no proof that they would go.
      if (doesMerge === null) {
        return {
          verdict: 'warn',
          cause: 'may-drop',
          say: `cannot be seen whether publishing keeps: ${sayNames(dropped)}`,
          next: 'look at how the workflow publishes',
        };
      }
      return {
        verdict: 'fail',
        cause: 'would-drop',
        say: `publishing would drop ${sayNames(dropped)}`,
        next: 'publish them with it (publish.co_publish), or have the workflow merge',
      };
    });
    return { ...replaced, seen: [...seen, ...(replaced.seen ?? [])] };
  });
};
