import { Duration, Size } from 'aws-cdk-lib';
import type { S3FilesImportRule } from '../../lib/storage/s3-files/synchronization';
import { S3FilesImportTrigger } from '../../lib/storage/s3-files/synchronization';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import type { S3FilesFileSystemProps } from '../../lib/storage/s3-files/file-system-props';
import { makeFileSystem, resourcesOf, strictly } from './s3-files-fixture';

const configurationOf = (props: Partial<S3FilesFileSystemProps>) => {
  const { stack } = makeFileSystem(props);
  return resourcesOf(stack, 'AWS::S3Files::FileSystem')[0][1].Properties.SynchronizationConfiguration;
};
const WHOLE = { Prefix: '', SizeLessThan: 131072, Trigger: 'ON_DIRECTORY_FIRST_ACCESS' };
const rulesOf = (count: number): S3FilesImportRule[] =>
  Array.from({ length: count }, (_, index) => ({ prefix: `p${index}/` }));

test('is left to the service unless asked for', () => {
  expect(configurationOf({})).toBeUndefined();
});

test('fills in the defaults of the service', () => {
  const defaults = { ImportDataRules: [WHOLE], ExpirationDataRules: [{ DaysAfterLastAccess: 30 }] };
  expect(configurationOf({ importRules: [] })).toEqual(defaults);
  expect(configurationOf({ importRules: [{}] })).toEqual(defaults);
  expect(configurationOf({ expireAfter: Duration.days(30) })).toEqual(defaults);
});

test('adds the rule for the whole file system where it is missing', () => {
  const importRules = [
    { prefix: 'hot/', sizeLessThan: Size.mebibytes(1), trigger: S3FilesImportTrigger.ON_FILE_ACCESS },
  ];
  const hot = { Prefix: 'hot/', SizeLessThan: 1048576, Trigger: 'ON_FILE_ACCESS' };
  expect(configurationOf({ importRules }).ImportDataRules).toEqual([WHOLE, hot]);
  expect(configurationOf({ importRules: [...importRules, { sizeLessThan: Size.bytes(0) }] }).ImportDataRules).toEqual([
    hot,
    { ...WHOLE, SizeLessThan: 0 },
  ]);
});

test('takes a trigger that is not known yet', () => {
  const importRules = [{ trigger: S3FilesImportTrigger.of('ON_FULL_MOON') }];
  expect(configurationOf({ importRules }).ImportDataRules[0].Trigger).toBe('ON_FULL_MOON');
});

test.each([1, 365])('expires after %i days', (days) => {
  expect(configurationOf({ expireAfter: Duration.days(days) }).ExpirationDataRules).toEqual([
    { DaysAfterLastAccess: days },
  ]);
});

test.each([
  [Duration.days(0), '0 days'],
  [Duration.days(366), '366 days'],
  [Duration.hours(12), '12 hours'],
])('does not expire after %s', (expireAfter, got) => {
  expect(() => makeFileSystem({ expireAfter })).toThrow(
    `expireAfter is not a number of days that the service takes (got '${got}'); allowed: 1 to 365 whole days; use Duration.days(...)`,
  );
});

test.each([0, 52673613135872])('imports files under %i bytes', (bytes) => {
  const importRules = [{ sizeLessThan: Size.bytes(bytes) }];
  expect(configurationOf({ importRules }).ImportDataRules[0].SizeLessThan).toBe(bytes);
});

test('has a largest file', () => {
  expect(() => makeFileSystem({ importRules: [{ sizeLessThan: Size.bytes(52673613135873) }] })).toThrow(
    "sizeLessThan of an import rule is out of range (got '52673613135873 bytes'); allowed: 0 to 52673613135872 bytes; use the largest allowed size to copy every file",
  );
});

test.each(['hot', '/hot/', 'a//b/', '../'])('refuses the prefix %s', (prefix) => {
  expect(() => makeFileSystem({ importRules: [{ prefix }] })).toThrow(
    `the prefix of an import rule is not a directory of the bucket (got '${prefix}')`,
  );
});

test('refuses two rules for one prefix', () => {
  expect(() => makeFileSystem({ importRules: [{ prefix: 'a/' }, { prefix: 'a/' }] })).toThrow(
    "two import rules are about the same prefix (got 'a/'); allowed: one rule a prefix; merge them",
  );
});

test('takes ten rules, the one for the whole file system among them', () => {
  expect(configurationOf({ importRules: rulesOf(9) }).ImportDataRules).toHaveLength(10);
  expect(() => makeFileSystem({ importRules: rulesOf(10) })).toThrow(
    'too many import rules, counting the one for the whole file system (got 11); allowed: at most 10; choose prefixes that lie higher',
  );
});

test('CloudFormation has nothing to say', () => {
  strictly((stack, network) => {
    const importRules = [
      ...rulesOf(9),
      { sizeLessThan: Size.bytes(52673613135872), trigger: S3FilesImportTrigger.ON_FILE_ACCESS },
    ];
    new S3FilesFileSystem(stack, 'Skills', { network, importRules, expireAfter: Duration.days(1) });
  });
});
