import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { need, needTool, run, succeeds } from './run';
import type { Workshop } from './workshop';

/** The wheel, in a fresh virtual environment, with what its users write into requirements.txt. */
export function python(workshop: Workshop): void {
  needTool('python3');
  const cwd = workshop.room('python');
  const options = { cwd, env: { PYTHONDONTWRITEBYTECODE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' } };
  const wheels = workshop.room('python', 'wheels');
  const venv = path.join(cwd, 'venv');
  const interpreter = path.join(venv, 'bin', 'python');
  const pip = ['-m', 'pip', '--quiet'];

  need('no virtual environment', 'python3', ['-m', 'venv', venv], options);
  need('no PyPI', interpreter, [...pip, 'install', 'jsii', 'wheel', 'setuptools'], options);
  const cdk = `aws-cdk-lib==${workshop.cdkVersion}`;
  if (!succeeds(interpreter, [...pip, 'download', '--no-deps', '--dest', wheels, cdk], options)) {
    for (const folder of workshop.cdkBindings('python')) {
      run(interpreter, [...pip, 'wheel', '--no-deps', '--wheel-dir', wheels, folder], options);
    }
  }

  const dist = workshop.pack('python');
  const [wheel] = readdirSync(dist).filter((file) => file.endsWith('.whl'));
  const example = path.join(workshop.root, 'examples', 'python');
  const requirements = path.join(example, 'sample', 'requirements.txt');
  const found = ['--find-links', wheels, '--find-links', dist];
  run(interpreter, [...pip, 'install', ...found, '--requirement', requirements], options);
  run(interpreter, ['-m', 'pip', 'check'], options);
  console.log(`     ${wheel} installed with ${cdk}`);

  for (const app of ['minimal', 'sample']) {
    workshop.compare(app, path.join(example, app), `${interpreter} app.py`, options.env);
  }
}
