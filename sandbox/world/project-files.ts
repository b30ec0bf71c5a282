/** The files of a client's repository: workflows, pipeline settings, the manifest of its instance, and its customization project. Texts only. */
import { stringify } from 'yaml';
import { ciFile, deployFile, projectNames, type WorldClient } from './client.ts';
import { ciWorkflow, deployWorkflow } from './deploy-workflow.ts';

const toSettings = (client: WorldClient): string => {
  const { project, coPublish } = projectNames(client);
  return stringify(
    {
      acuops: { version: '1.8' },
      project: { name: project, description: `${client.name} customization`, level: 0 },
      environments: { production: { branch: 'main' }, staging: { branch: 'staging' } },
      publish: {
        co_publish: coPublish,
        co_publish_test: [],
        known_projects: [project, ...coPublish],
        isv_packages: coPublish,
        poll_interval: 10,
        poll_timeout: 600,
      },
      backup: { enabled: true, retention_days: 365 },
      validation: { strict: true, min_acumatica_version: '24.200' },
      client: {
        name: client.name,
        code: client.id,
        timezone: client.timezone,
        business_hours: { start: 6, end: 18 },
      },
      qualification: { deploy_cooldown: 15, max_retries: 1, retry_delay: 60 },
      smoke_test: { enabled: true },
      notifications: { on_success: true, on_failure: true },
    },
    { aliasDuplicateObjects: false },
  );
};

const toManifest = (client: WorldClient): string => {
  const { project, coPublish } = projectNames(client);
  const own = {
    category: 'managed',
    level: 0,
    owner: client.name,
    description: `${client.name} customization`,
    published: true,
    repo_dir: `Customization/${project}`,
  };
  const bought = coPublish.map((name, index) => [
    name,
    {
      category: 'isv',
      level: index + 1,
      owner: 'vendor',
      description: `${name}, from its vendor`,
      published: true,
      repo_dir: null,
    },
  ]);
  const projects = { [project]: own, ...Object.fromEntries(bought) };
  return `${JSON.stringify({ projects }, null, 2)}\n`;
};

/** One graph extension; every line of `rules` is a rule that a commit brought. */
export const toPriceRules = (client: WorldClient, rules: readonly string[]): string => `using PX.Data;
using PX.Objects.SO;

namespace ${projectNames(client).project}
{
    public class PriceRules : PXGraphExtension<SOOrderEntry>
    {
        public static bool IsActive() => true;

        protected virtual void _(Events.FieldDefaulting<SOLine, SOLine.curyUnitPrice> e)
        {
            if (e.Row?.InventoryID == null) return;
${rules.map((rule) => `            // ${rule}\n            Apply(e, nameof(${rule.replaceAll(/[^A-Za-z]/gu, '')}));`).join('\n')}
        }
    }
}
`;

const toLotGrade = (client: WorldClient): string => `using PX.Data;
using PX.Objects.IN;

namespace ${projectNames(client).project}
{
    public sealed class LotGradeExt : PXCacheExtension<INLotSerialStatus>
    {
        public static bool IsActive() => true;

        [PXDBString(10, IsUnicode = true)]
        [PXUIField(DisplayName = "Lot Grade")]
        public string UsrLotGrade { get; set; }
        public abstract class usrLotGrade : PX.Data.BQL.BqlString.Field<usrLotGrade> { }
    }
}
`;

/** Path of the file below the client's customization project. */
export const toProjectPath = (client: WorldClient, file: string): string =>
  `Customization/${projectNames(client).project}/${file}`;

/** What the repository was made with. Workflows that are missing in this world were never there. */
export const toFirstFiles = (client: WorldClient): Readonly<Record<string, string>> => {
  const { project } = projectNames(client);
  const { deploy, ci } = client.repository;
  return {
    ...(deploy === 'missing' ? {} : { [`.github/workflows/${deployFile}`]: deployWorkflow }),
    ...(ci === 'missing' ? {} : { [`.github/workflows/${ciFile}`]: ciWorkflow }),
    'acuops.yaml': toSettings(client),
    'instance-manifest.json': toManifest(client),
    [toProjectPath(client, '_project/ProjectMetadata.xml')]:
      `<?xml version="1.0" encoding="utf-8"?>\n<project name="${project}" level="0" description="${client.name} customization" product-version="24.200" />\n`,
    [toProjectPath(client, 'Code/PriceRules.cs')]: toPriceRules(client, []),
    [toProjectPath(client, 'Code/LotGradeExt.cs')]: toLotGrade(client),
  };
};
