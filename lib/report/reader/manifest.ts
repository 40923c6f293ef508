import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { broken, readObject } from './read-json';

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
export function readManifest(folder: string): LoadedStack[] {
  return readAssembly(folder, suppressedIn(folder), []);
}

function readAssembly(folder: string, suppressed: Suppressed[], around: string[]): LoadedStack[] {
  const artifacts = artifactsIn(join(folder, 'manifest.json'));
  const within = [...around, realpathSync(folder)];
  const assets = assetsOf(folder, Object.values(artifacts));
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    const { type, properties = {} } = artifact;
    if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      const stage = join(folder, properties.directoryName);
      if (existsSync(stage) && within.includes(realpathSync(stage))) {
        throw broken(join(folder, 'manifest.json'), `a stage that is in itself: ${id}`);
      }
      return readAssembly(stage, suppressed, within);
    }
    return type === 'aws:cloudformation:stack' && properties.templateFile !== undefined
      ? [{ ...stackOf(folder, id, artifact, properties.templateFile), assets, suppressed }]
      : [];
  });
}

const TEXTS = ['templateFile', 'stackName', 'directoryName', 'file'];

/** The artifacts of a manifest, which must be what the CDK writes as far as they are read here. */
function artifactsIn(file: string): Record<string, Artifact> {
  const { artifacts = {} } = readObject(file) as { artifacts?: unknown };
  if (!isObject(artifacts)) {
    throw broken(file, 'artifacts that are no object');
  }
  for (const [id, artifact] of Object.entries(artifacts)) {
    const wrong = isObject(artifact) ? wrongIn(artifact) : 'no object';
    if (wrong !== undefined) {
      throw broken(file, `artifact ${id}: ${wrong}`);
    }
  }
  return artifacts as unknown as Record<string, Artifact>;
}

function wrongIn(artifact: Record<string, unknown>): string | undefined {
  const { displayName, additionalMetadataFile, properties = {}, metadata = {} } = artifact;
  if (!isObject(properties)) {
    return 'properties that are no object';
  }
  const texts = {
    displayName,
    additionalMetadataFile,
    ...Object.fromEntries(TEXTS.map((key) => [key, properties[key]])),
  };
  const wrong = Object.entries(texts).find(([, value]) => value !== undefined && typeof value !== 'string');
  if (wrong !== undefined) {
    return `${wrong[0]} that is no text`;
  }
  return isMetadata(metadata) ? undefined : 'metadata that are no lists of entries';
}

function isMetadata(metadata: unknown): metadata is Metadata {
  return isObject(metadata) && Object.values(metadata).every((all) => Array.isArray(all) && all.every(isObject));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  const more = additionalMetadataFile === undefined ? {} : readObject(join(folder, additionalMetadataFile));
  if (!isMetadata(more)) {
    throw broken(join(folder, additionalMetadataFile ?? ''), 'metadata that are no lists of entries');
  }
  return {
    // the physical name may follow in parentheses
    name: displayName?.replace(/ \(.*\)$/, '') ?? id,
    file: join(folder, templateFile),
    stackName: properties?.stackName ?? id,
    metadata: new Map(Object.entries({ ...metadata, ...more }).map(([path, all]) => [path.replace(/^\//, ''), all])),
  };
}
