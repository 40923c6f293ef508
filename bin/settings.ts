import type { Node } from 'constructs';

/** An image in Amazon ECR. */
export interface ImageSettings {
  readonly repository: string;
  /** a tag that is never pushed twice, or a digest */
  readonly tag: string;
}

/** What a team changes: the `sample` object in the context of cdk.json. */
export interface SampleSettings {
  readonly claudeImage: ImageSettings;
  readonly codexImage: ImageSettings;
  /** a global inference profile, which may answer from any region */
  readonly claudeModel: string;
  /** a foundation model of the region */
  readonly codexModel: string;
  /** where agents may connect to besides AWS; with none there is no way to the internet at all */
  readonly allowedDomains: string[];
}

/** Reads the settings, and says which one is missing rather than failing somewhere below. */
export function settingsFrom(node: Node): SampleSettings {
  const settings = node.tryGetContext('sample') as Partial<SampleSettings> | undefined;
  const wanted: (keyof SampleSettings)[] = ['claudeImage', 'codexImage', 'claudeModel', 'codexModel', 'allowedDomains'];
  const missing = wanted.filter((name) => settings?.[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`cdk.json has no context.sample.${missing.join(', context.sample.')}; see bin/settings.ts`);
  }
  return settings as SampleSettings;
}
