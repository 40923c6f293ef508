import { Fn, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { S3FilesFileSystem } from '../../lib';
import { Fixture, thrownBy } from '../fixture';

/** the wildcards that cdk-nag finds in policies, after the acknowledgements */
function wildcards(change: (fixture: Fixture) => void = () => undefined): string[] {
  const fixture = new Fixture();
  Validations.of(fixture.app).addPlugins(new AwsSolutionsChecks(fixture.app));
  fixture.agent();
  new S3FilesFileSystem(fixture.stack, 'Skills', { network: fixture.network });
  change(fixture);
  const { text } = thrownBy(() => fixture.template());
  return [...new Set(text.match(/AwsSolutions-IAM5\[[^\]]*\]/g) ?? [])];
}

const read = new iam.PolicyStatement({ actions: ['dynamodb:Scan'], resources: ['*'] });

test('what the library writes is acknowledged', () => {
  expect(wildcards()).toEqual([]);
});

test.each([
  ['telemetry', 'CodingAgentsTelemetry', 'AwsSolutions-IAM5[Resource::*]'],
  ['synchronization', 'Skills/RolePolicy', 'AwsSolutions-IAM5[Action::s3:GetObject*]'],
])('a statement that an app adds to the %s policy does not hide behind it', (_name, path, finding) => {
  const found = wildcards(({ stack }) => {
    const policy = path.split('/').reduce((node, id) => node.findChild(id).node, stack.node);
    (stack.node.root.node.findAll().find((c) => c.node === policy) as iam.ManagedPolicy).addStatements(read);
  });
  expect(found).toContain(finding);
});

test('a bucket whose name is imported is no reason to fail', () => {
  const fixture = new Fixture();
  const bucket = s3.Bucket.fromBucketName(fixture.stack, 'Imported', Fn.importValue('bucket'));
  new S3FilesFileSystem(fixture.stack, 'Skills', { network: fixture.network, bucket });
  expect(() => fixture.template()).not.toThrow();
});

test('an id that the library needs is refused when somebody else took it', () => {
  const fixture = new Fixture();
  new iam.ManagedPolicy(fixture.stack, 'CodingAgentsGuardrail', { statements: [read] });
  const error = thrownBy(() => fixture.agent());
  expect(error.code).toBe('ReservedId');
  expect(error.text).toContain(`the construct id 'CodingAgentsGuardrail' is taken in stack 'Agents'`);
});
