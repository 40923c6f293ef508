import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Errors } from 'aws-cdk-lib';
import { invalidValue } from '../../private/errors';

/** Reads an object of a synthesized app; no error names the folder, which differs from machine to machine. */
export function readObject(file: string): object {
  let content: unknown;
  checkPlain(file);
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (e) {
    throw broken(file, (e as Error).message);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw broken(file, 'no object');
  }
  return content;
}

/** CloudFormation takes 1 MB; the metadata of a large app is larger */
const LARGEST = 256 * 1024 * 1024;

/** a pipe would be waited for without end, and what is larger is nothing that the CDK wrote */
function checkPlain(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    throw broken(file, 'no file');
  }
  if (!found.isFile()) {
    throw broken(file, found.isDirectory() ? 'a folder' : 'no plain file');
  }
  if (found.size > LARGEST) {
    throw broken(file, `${found.size} bytes`);
  }
}

/** What goes wrong in files that are JSON, and otherwise not as the CDK writes them. */
export function oddFiles(error: unknown): Error {
  return Errors.isConstructError(error)
    ? error
    : invalidValue('BrokenTemplate', {
        what: 'the files of the app are not as cdk synth writes them',
        // what a program says about itself helps nobody
        got: error instanceof TypeError ? 'a value of another kind than expected' : String(error),
        allowed: 'the output of cdk synth, or CloudFormation templates in JSON',
        fix: 'synthesize the app again into an empty folder; if that does not help, report it with the files',
      });
}

export function readTemplate(file: string): object {
  const content = readObject(file) as { Resources?: unknown };
  const { Resources = {} } = content;
  if (typeof Resources !== 'object' || Resources === null || Array.isArray(Resources)) {
    throw broken(file, 'Resources is no object');
  }
  return content;
}

function broken(file: string, got: string): Error {
  return invalidValue('BrokenTemplate', {
    what: `${basename(file)} cannot be read`,
    got,
    allowed: 'a JSON object, as cdk synth writes it',
    fix: 'synthesize the app again into an empty folder',
  });
}
