import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ComplianceReport } from 'cdk-coding-agents';
import type { Command, ExitCode, Output } from './command';
import { EXIT, UsageError } from './command';
import { unifiedDiff } from './diff';
import { contentOf } from './files';

/** `cdk-coding-agents report`: writes, prints or compares the compliance report of a synthesized app. */
export const report: Command = {
  summary: 'says what a synthesized app allows, or whether that changed',
  usage: `usage: npx cdk-coding-agents report [cdk.out] [--output DIR] [--check]

  cdk.out       the output of cdk synth, or a folder of templates; default: cdk.out
  --output DIR  writes compliance.md and compliance.json there; without it the Markdown is printed
  --check       writes nothing: compares with the files in DIR and prints what differs

exit codes: 0 written, printed or equal; 1 differs or fails; 2 wrong usage`,
  run,
};

function run(args: string[], output: Output): ExitCode {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' }, check: { type: 'boolean' } },
  });
  if (positionals.length > 1) {
    throw new UsageError(`one folder is enough (got ${positionals.join(' ')})`);
  }
  if (values.check && values.output === undefined) {
    throw new UsageError('--check needs --output: the folder with the report to compare with');
  }
  const made = ComplianceReport.fromDirectory(positionals[0] ?? 'cdk.out');
  if (values.output === undefined) {
    output.out(made.toMarkdown());
    return EXIT.ok;
  }
  if (values.check) {
    return compare(made, values.output, output);
  }
  made.writeTo(values.output);
  output.out(`wrote ${join(values.output, 'compliance.md')} and compliance.json\n`);
  return EXIT.ok;
}

function compare(made: ComplianceReport, folder: string, { out, err }: Output): ExitCode {
  const [markdown, json] = ['compliance.md', 'compliance.json'].map((name) => join(folder, name));
  // the Markdown says the same in fewer lines, so it is what is shown
  const diff = unifiedDiff(contentOf(markdown), made.toMarkdown(), markdown);
  if (diff === '' && contentOf(json) === made.toJson()) {
    out(`${folder} is up to date\n`);
    return EXIT.ok;
  }
  out(diff === '' ? `${json} differs\n` : diff);
  err(`what the app allows is not what ${folder} says; if that is wanted, run report without --check and commit it\n`);
  return EXIT.failed;
}
