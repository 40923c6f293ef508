import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = 'aws-cdk-lib/aws-bedrockagentcore/lib';

/** The text of an interface in a declaration of aws-cdk-lib. */
export function interfaceIn(file: string, name: string): string {
  const text = readFileSync(installed(file), 'utf8');
  const found = new RegExp(`\\binterface ${name}\\b[^{]*\\{[\\s\\S]*?\\n\\}`).exec(text);
  still(found !== null && found[0].length > 200, `${file} no longer declares ${name}: look for it elsewhere`);
  return found![0];
}

/** All declarations in a folder of aws-cdk-lib. */
export function declarationsIn(folder: string): string {
  const files = readdirSync(installed(folder), { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.d.ts'),
  );
  still(files.length > 2, `${folder} no longer declares anything: look for it elsewhere`);
  return files.map((file) => readFileSync(join(installed(folder), file), 'utf8')).join('\n');
}

function installed(path: string): string {
  return `${require.resolve('aws-cdk-lib').replace(/aws-cdk-lib[/\\]index\.js$/, '')}${path}`;
}

/** The names of all methods and accessors, inherited ones too. */
export function allMembers(value: object): string[] {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? [] : [...Object.getOwnPropertyNames(prototype), ...allMembers(prototype)];
}

/** Whether it throws. */
export function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

/** Holds as long as something is lacking; fails with what to do when it is there. */
export function still(holds: boolean, whatToDo: string): void {
  if (!holds) {
    throw new Error(whatToDo);
  }
}
