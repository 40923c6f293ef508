import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidValue } from '../private/errors';
import type { Document } from './document';
import { documentOf, jsonOf } from './document';
import { load } from './reader/load';
import { oddFiles } from './reader/read-json';
import { checkArguments } from '../private/kinds';
import { markdownOf } from './markdown';

/**
 * Says what a synthesized app allows: who may do what, the ways out of the network, the secrets and who reads them,
 * the tools and as whom they act, the agents, encryption and retention, and the findings that were acknowledged.
 *
 * Each fact is a line, in an order that depends on names only, without dates, hashes of assets and logical ids: the
 * difference of two reports is what changed in rights. It reads templates and no account, so it knows neither
 * what was changed by hand nor what is decided at deployment; references are shown as `${Path/Of/Construct.Attribute}`.
 *
 * @example
 * ComplianceReport.fromDirectory('cdk.out').writeTo('docs/compliance');
 */
export class ComplianceReport {
  /**
   * Reads a synthesized app: the output of `cdk synth` with all stages and nested stacks, or templates in JSON.
   *
   * The app needs nothing of this library. Fails with `FolderMissing`, `NotSynthesized` or `BrokenTemplate`.
   *
   * @param directory The folder, such as `cdk.out`, relative to the current one.
   */
  public static fromDirectory(directory: string): ComplianceReport {
    checkArguments('ComplianceReport.fromDirectory', { directory: ['string', directory] });
    try {
      return new ComplianceReport(documentOf(load(directory)));
    } catch (error) {
      throw oddFiles(error);
    }
  }

  private constructor(private readonly document: Document) {}

  /** The report for people, with a heading for each stack and each kind of fact. */
  public toMarkdown(): string {
    return markdownOf(this.document);
  }

  /**
   * The same facts for programs.
   *
   * `version` is the number of the format: it changes when a reader has to. The order of all keys is fixed.
   */
  public toJson(): string {
    return jsonOf(this.document);
  }

  /**
   * Writes `compliance.md` and `compliance.json`, and makes the folder if it does not exist.
   *
   * Fails with `OutputNotWritable`.
   *
   * @param directory The folder, relative to the current one.
   */
  public writeTo(directory: string): void {
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'compliance.md'), this.toMarkdown());
      writeFileSync(join(directory, 'compliance.json'), this.toJson());
    } catch (e) {
      throw invalidValue('OutputNotWritable', {
        what: `the report cannot be written: ${(e as NodeJS.ErrnoException).code ?? (e as Error).message}`,
        got: directory,
        allowed: 'a folder that can be made and written',
        fix: 'name another folder, or change its permissions',
      });
    }
  }
}
