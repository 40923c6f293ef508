import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UnscopedValidationError } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';
import type { Document } from './document';
import { documentOf, jsonOf } from './document';
import { load } from './reader/load';
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
    try {
      return new ComplianceReport(documentOf(load(directory)));
    } catch (e) {
      // what is in a template that no tool of AWS writes is found only where it is read
      throw e instanceof UnscopedValidationError ? e : unreadable(e as Error);
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
      const [markdown, json] = ['compliance.md', 'compliance.json'].map((name) => writable(join(directory, name)));
      writeFileSync(markdown, this.toMarkdown());
      writeFileSync(json, this.toJson());
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

/** writing into a pipe waits for a reader */
function writable(file: string): string {
  if (existsSync(file) && !statSync(file).isFile()) {
    throw new Error(`${basename(file)} is there and no regular file`);
  }
  return file;
}

function unreadable({ message }: Error): Error {
  return invalidValue('BrokenTemplate', {
    what: 'the synthesized app cannot be understood',
    got: message,
    allowed: 'an app as cdk synth writes it, or templates as CloudFormation accepts them',
    fix: 'synthesize the app again into an empty folder, and check hand-written templates with cfn-lint',
  });
}
