/* git's credential helper: `node git-credential.mjs get`. See docs/git.md. */
import { readShellEnvironment, shellEnvironmentDirectory } from '../shared/shell-environment';
import { answer } from './helper';

async function get(): Promise<void> {
  const directory = shellEnvironmentDirectory(process.env);
  const { stdout, stderr } = await answer(process.stdin, { ...readShellEnvironment(directory), ...process.env });
  process.stderr.write(stderr);
  // what the SDK may still wait for is of no use any more
  process.stdout.write(stdout, () => process.exit());
}

// git also tells what it would store or erase; that is not even read
if (process.argv[2] === 'get') {
  void get();
}
