import { isProtected, PIPELINE_FILES, protectedFlaw } from '../../lib/contract/pipeline-files';

test('every name of the table is one that a platform team could have written, once', () => {
  expect(PIPELINE_FILES.filter((name) => protectedFlaw(name) !== undefined)).toEqual([]);
  expect(new Set(PIPELINE_FILES).size).toBe(PIPELINE_FILES.length);
});

test.each<[path: string, name: string, found: boolean]>([
  ['infra/main.tf', '/infra', true],
  ['INFRA/main.tf', '/infra/', true],
  ['src/infra/main.tf', '/infra', false],
  ['src/infra/main.tf', 'infra', true],
  ['src/infra', 'infra/', true],
  ['infrastructure', 'infra', false],
  ['ops/release/run.sh', 'ops/release', true],
  ['src/ops/release/run.sh', 'ops/release', false],
  ['ops', 'ops/release', false],
  ['a/b.tf', '*.tf', true],
  ['a/b.tf.md', '*.tf', false],
  ['buildspec.yml', 'buildspec*.yml', true],
  ['buildspec-a.b.yml', 'buildspec*.yml', true],
  ['a-x-b-y', 'a*b*y', true],
  ['a-y', 'a*b*y', false],
  ['ab', 'a*ab', false],
  ['a'.repeat(200), `${'a*'.repeat(60)}b`, false],
])('%s is protected by %s: %s', (path, name, found) => expect(isProtected(path, [name])).toBe(found));

test.each<[unknown, string | undefined]>([
  ['/infra', undefined],
  ['*.tf', undefined],
  ['', 'is not a text of 1 to 200 characters'],
  [7, 'is not a text of 1 to 200 characters'],
  ['/', 'has an empty part, . or ..'],
  ['a//b', 'has an empty part, . or ..'],
  ['../a', 'has an empty part, . or ..'],
  ['*', 'has a part that is every name'],
  ['a/**/b', 'has a part that is every name'],
  ['a b', 'has a character that is not supported here'],
  ['!a', 'has a character that is not supported here'],
])('the name %j %s', (name, flaw) => expect(protectedFlaw(name)).toBe(flaw));
