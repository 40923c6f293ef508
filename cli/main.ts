import type { Command, ExitCode, Output } from './command';
import { EXIT, UsageError } from './command';
import { COMMANDS } from './commands';

/** Runs one command; the exit code is 0 if all is well, 1 if something differs or fails, 2 after wrong usage. */
export async function main([name = 'help', ...args]: string[], output: Output): Promise<ExitCode> {
  if (name === 'help' || name === '--help' || name === '-h') {
    return help(args[0], output);
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    return unknown(name, output);
  }
  if (args.includes('--help') || args.includes('-h')) {
    return help(name, output);
  }
  return run(command, args, output);
}

async function run(command: Command, args: string[], output: Output): Promise<ExitCode> {
  try {
    return await command.run(args, output);
  } catch (e) {
    const { message } = e as Error;
    if (e instanceof UsageError || String((e as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) {
      output.err(`${message}\n\n${command.usage}\n`);
      return EXIT.usage;
    }
    output.err(`${message}\n`);
    return EXIT.failed;
  }
}

function help(name: string | undefined, output: Output): ExitCode {
  const command = name === undefined ? undefined : COMMANDS.get(name);
  if (name !== undefined && command === undefined) {
    return unknown(name, output);
  }
  output.out(`${command?.usage ?? overview()}\n`);
  return EXIT.ok;
}

function unknown(name: string, output: Output): ExitCode {
  output.err(`there is no command '${name}'\n\n${overview()}\n`);
  return EXIT.usage;
}

function overview(): string {
  const width = Math.max(...[...COMMANDS.keys(), 'help <command>'].map(({ length }) => length));
  const line = (name: string, summary: string): string => `  ${name.padEnd(width)}  ${summary}`;
  return [
    'usage: npx cdk-coding-agents <command>',
    '',
    ...[...COMMANDS].map(([name, { summary }]) => line(name, summary)),
    line('help <command>', 'says how a command is used'),
    '',
    'exit codes: 0 all is well, 1 something differs or fails, 2 wrong usage',
  ].join('\n');
}
