import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readObject } from './read-json';

/** What the CDK notes about a construct. */
interface MetadataEntry {
  readonly type: string;
  readonly data?: unknown;
}

type Metadata = Record<string, MetadataEntry[]>;

/** A finding of a validation plugin that an acknowledgement keeps from counting. */
interface Suppressed {
  /** the id of the acknowledgement */
  readonly id: string;
  readonly reason?: string;
  /** the path of the construct that has the finding */
  readonly path: string;
}

/** A stack of a synthesized app, before its template is read. */
export interface LoadedStack {
  readonly name: string;
  readonly file: string;
  readonly stackName?: string;
  /** by the path of the construct, without the slash at the start; of nested stacks too */
  readonly metadata: Map<string, MetadataEntry[]>;
  /** the files of assets by their hash: templates of nested stacks are among them */
  readonly assets: Map<string, string>;
  /** what the validation of the whole app found and somebody accepted */
  readonly suppressed: Suppressed[];
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
  readonly dependencies?: string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly directoryName?: string;
    readonly file?: string;
  };
}

interface Report {
  readonly pluginReports?: { readonly suppressedViolations?: Violation[] }[];
}

interface Violation {
  readonly acknowledgedId?: string;
  readonly reason?: string;
  readonly violatingConstructs?: { readonly constructPath?: string }[];
}

/** The stacks of a cloud assembly, those of its stages too. */
export function readManifest(
  folder: string,
  suppressed = suppressedIn(folder),
  parents: readonly string[] = [],
): LoadedStack[] {
  // an assembly that names itself would be read without end
  if (parents.includes(resolve(folder))) {
    return [];
  }
  const { artifacts = {} } = readObject(join(folder, 'manifest.json')) as { artifacts?: Record<string, Artifact> };
  const assets = assetsOf(folder, Object.values(artifacts));
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    const { type, properties = {} } = artifact;
    if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      return readManifest(join(folder, properties.directoryName), suppressed, [...parents, resolve(folder)]);
    }
    return type === 'aws:cloudformation:stack' && properties.templateFile !== undefined
      ? [{ ...stackOf(folder, id, artifact, properties.templateFile), assets, suppressed }]
      : [];
  });
}

/** What the CDK wrote about its validation: acknowledgements on an app or a stage stand nowhere else. */
function suppressedIn(folder: string): Suppressed[] {
  const file = join(folder, 'validation-report.json');
  const { pluginReports = [] }: Report = existsSync(file) ? readObject(file) : {};
  return pluginReports.flatMap(({ suppressedViolations = [] }) =>
    suppressedViolations.flatMap(({ acknowledgedId: id, reason, violatingConstructs = [] }) =>
      violatingConstructs.flatMap(({ constructPath: path }) =>
        id === undefined || path === undefined ? [] : [{ id, reason, path }],
      ),
    ),
  );
}

function assetsOf(folder: string, artifacts: Artifact[]): Map<string, string> {
  const manifests = artifacts.flatMap(({ type, properties }) =>
    type === 'cdk:asset-manifest' && properties?.file !== undefined ? join(folder, properties.file) : [],
  );
  return new Map(
    manifests.filter(existsSync).flatMap((file) => {
      const { files = {} } = readObject(file) as { files?: Record<string, { source?: { path?: string } }> };
      return Object.entries(files).flatMap(([hash, { source }]): [string, string][] =>
        source?.path === undefined ? [] : [[hash, join(folder, source.path)]],
      );
    }),
  );
}

function stackOf(
  folder: string,
  id: string,
  artifact: Artifact,
  templateFile: string,
): Omit<LoadedStack, 'assets' | 'suppressed'> {
  const { displayName, properties, metadata, additionalMetadataFile } = artifact;
  const more =
    additionalMetadataFile === undefined ? {} : (readObject(join(folder, additionalMetadataFile)) as Metadata);
  return {
    // the physical name may follow in parentheses
    name: displayName?.replace(/ \(.*\)$/, '') ?? id,
    file: join(folder, templateFile),
    stackName: properties?.stackName ?? id,
    metadata: new Map(Object.entries({ ...metadata, ...more }).map(([path, all]) => [path.replace(/^\//, ''), all])),
  };
}
