import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkVersions } from '../../lib/private/cdk-version';
import { thrownBy } from '../fixture';

const NEEDED = { 'aws-cdk-lib': '^2.276.0', constructs: '^10.5.0' };
const check = (versions: Record<string, string | undefined>) => () => checkVersions(NEEDED, (name) => versions[name]);

describe('the versions of the CDK', () => {
  test.each([
    ['aws-cdk-lib', '2.275.9'],
    ['aws-cdk-lib', '2.9.0'],
    ['aws-cdk-lib', '1.300.0'],
    ['aws-cdk-lib', '3.0.0'],
    ['constructs', '10.4.2'],
    ['constructs', '3.4.0'],
  ])('%s %s is refused', (name, version) => {
    const { code, text } = thrownBy(check({ [name]: version }));
    expect(code).toBe('UnsupportedCdkVersion');
    expect(text).toContain(`installed version of ${name} (got '${version}'); allowed: ^`);
    expect(text).toContain(`npm install "${name}@^`);
  });

  test.each([
    ['the oldest', '2.276.0', '10.5.0'],
    ['newer ones', '2.300.1', '10.8.1'],
    ['a build from the sources', '0.0.0', '10.5.0'],
    ['one that names no numbers', 'main', '10.5.0'],
    ['packages in a bundle, whose versions are not known', undefined, undefined],
  ])('%s pass', (_, lib, constructs) => {
    expect(check({ 'aws-cdk-lib': lib, constructs })).not.toThrow();
  });

  test('are checked while the library is loaded, before anything else is', () => {
    const read = readFileSync;
    jest.isolateModules(() => {
      jest.doMock('node:fs', () => ({
        ...jest.requireActual<object>('node:fs'),
        readFileSync: (file: string, encoding: 'utf8') =>
          file.endsWith(join('aws-cdk-lib', 'package.json')) ? '{"version":"2.150.0"}' : read(file, encoding),
      }));
      // what an older CDK lacks
      jest.doMock('aws-cdk-lib/aws-bedrockagentcore', () => ({}));
      expect(() => jest.requireActual<object>('../../lib')).toThrow(`aws-cdk-lib (got '2.150.0'); allowed: ^2.276.0`);
    });
    jest.dontMock('node:fs').dontMock('aws-cdk-lib/aws-bedrockagentcore');
  });
});
