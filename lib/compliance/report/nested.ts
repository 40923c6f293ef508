import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LoadedStack } from '../../report/reader/manifest';

interface NestedFile {
  readonly logicalId: string;
  readonly path: string;
  readonly name: string;
}

interface NestedResource {
  readonly Type?: string;
  readonly Properties?: { readonly TemplateURL?: unknown };
  readonly Metadata?: Record<string, unknown>;
}

/** The nested stacks of a template whose own templates are there too. */
export function nestedFiles(content: object, path: string, name: string, stack: LoadedStack): NestedFile[] {
  const { Resources = {} } = content as { Resources?: Record<string, NestedResource | null> };
  return Object.entries(Resources).flatMap(([logicalId, resource]) => {
    if (resource?.Type !== 'AWS::CloudFormation::Stack') {
      return [];
    }
    const file = templateOf(resource, path, stack);
    return file === undefined || file === path
      ? []
      : [{ logicalId, path: file, name: constructOf(logicalId, resource, name, stack) }];
  });
}

/** the CDK names the file in the metadata, or by its hash in the URL; others write the file into the URL */
function templateOf({ Properties, Metadata }: NestedResource, path: string, stack: LoadedStack): string | undefined {
  const url = JSON.stringify(Properties?.TemplateURL ?? '');
  const hash = /[0-9a-f]{64}/.exec(url)?.[0];
  const beside = [Metadata?.['aws:asset:path'], /([\w.-]+\.(json|template))"/.exec(url)?.[1]]
    .filter((file) => typeof file === 'string')
    .map((file) => join(dirname(path), basename(file)));
  return [...(hash === undefined ? [] : [stack.assets.get(hash)]), ...beside].find(
    (file) => file !== undefined && existsSync(file),
  );
}

/** the path of the nested stack, which is not the one of the resource that makes it */
function constructOf(logicalId: string, { Metadata }: NestedResource, parent: string, stack: LoadedStack): string {
  const noted = [...stack.metadata].find(([path, entries]) => {
    const isHere = path.startsWith(`${parent}/`) && path.endsWith('.NestedStackResource');
    return isHere && entries.some(({ type, data }) => type === 'aws:cdk:logicalId' && data === logicalId);
  });
  const path = Metadata?.['aws:cdk:path'] ?? noted?.[0];
  return typeof path === 'string' ? path.replace(/\.NestedStack\/[^/]*$/, '') : `${parent}/${logicalId}`;
}
