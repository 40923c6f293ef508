import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import { S3FilesFileSystem } from '../../lib/storage/s3-files/file-system';
import type { S3FilesFileSystemProps } from '../../lib/storage/s3-files/file-system-props';
import { makeFileSystem, makeStack, resourcesOf, strictly } from './s3-files-fixture';

const DEPLOYMENT = 'Custom::CDKBucketDeployment';
const FUNCTION = 'AWS::Lambda::Function';
const place = mkdtempSync(join(tmpdir(), 'seed-'));
const skills = join(place, 'skills');

beforeAll(() => {
  for (const folder of [skills, join(place, '.hidden'), join(place, 'a#b')]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'SKILL.md'), '# a skill');
  }
});
afterAll(() => rmSync(place, { recursive: true }));

const targetOf = (props: Partial<S3FilesFileSystemProps>) =>
  resourcesOf(makeFileSystem(props).stack, DEPLOYMENT)[0][1].Properties.DestinationBucketKeyPrefix;

test('is absent by default', () => {
  const template = Template.fromStack(makeFileSystem().stack);
  template.resourceCountIs(DEPLOYMENT, 0);
  template.resourceCountIs(FUNCTION, 0);
});

describe('the place', () => {
  test.each<[string, Partial<S3FilesFileSystemProps>, string | undefined]>([
    ['the name of the folder', {}, 'skills'],
    ['below the prefix', { prefix: 'agents/' }, 'agents/skills'],
    ['seedPath', { seedPath: '/team/library' }, 'team/library'],
    ['seedPath below the prefix', { seedPath: '/library', prefix: 'agents/' }, 'agents/library'],
    ['the root', { seedPath: '/' }, undefined],
    ['the root of the prefix', { seedPath: '/', prefix: 'agents/' }, 'agents'],
    ['100 characters', { seedPath: `/${'a'.repeat(93)}`, prefix: 'agents/' }, `agents/${'a'.repeat(93)}`],
  ])('is %s', (_, props, expected) => {
    expect(targetOf({ seed: skills, ...props })).toBe(expected);
  });

  test('is what an access point of the same path opens', () => {
    const { stack, files } = makeFileSystem({ seed: skills, prefix: 'agents/' });
    files.addAccessPoint('Read', { path: '/skills' });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3Files::FileSystem', { Prefix: 'agents/' });
    template.hasResourceProperties('AWS::S3Files::AccessPoint', { RootDirectory: { Path: '/skills' } });
    template.hasResourceProperties(DEPLOYMENT, { DestinationBucketKeyPrefix: 'agents/skills' });
  });

  test('is named after the folder even where the path ends elsewhere', () => {
    expect(targetOf({ seed: join(skills, '.') })).toBe('skills');
    expect(targetOf({ seed: `${skills}/` })).toBe('skills');
  });

  test.each([
    ['.hidden', "the name of the seed folder holds a name that starts with a dot (got '/.hidden')"],
    ['a#b', "the name of the seed folder holds a character that is not allowed (got '/a#b')"],
  ])('cannot be named after %s', (name, message) => {
    expect(() => makeFileSystem({ seed: join(place, name) })).toThrow(message);
    expect(targetOf({ seed: join(place, name), seedPath: '/fine' })).toBe('fine');
  });

  test.each(['library', '/library/', '/a/b/c/d/e', '/..'])('is not %s', (seedPath) => {
    expect(() => makeFileSystem({ seed: skills, seedPath })).toThrow(/^seedPath /);
  });

  test.each([
    ['/(library)', ''],
    [`/${'a'.repeat(94)}`, 'agents/'],
    ['/fine', 'ägents/'],
  ])('is not %s below %s', (seedPath, prefix) => {
    expect(() => makeFileSystem({ seed: skills, seedPath, prefix })).toThrow(
      `prefix and seedPath together make a place that a seed cannot be copied to (got '${prefix}${seedPath.slice(1)}'); allowed: at most 100 characters: letters, digits, spaces and . _ - + = @ : /; set a shorter or plainer seedPath`,
    );
  });

  test.each(['prefix', 'seedPath'])('is known at synthesis (%s)', (prop) => {
    expect(() => makeFileSystem({ seed: skills, [prop]: Lazy.string({ produce: () => 'late/' }) })).toThrow(
      `${prop} is known only at deployment; allowed: a literal where there is a seed: the right to copy is limited to it; write it out`,
    );
  });

  test('makes no sense without a seed', () => {
    expect(() => makeFileSystem({ seedPath: '/library' })).toThrow(
      "seedPath says where to copy to, but there is no seed to copy (got '/library'); give `seed`, a folder on disk, or leave seedPath away",
    );
  });
});

test('has to be a folder that exists', () => {
  expect(() => makeFileSystem({ seed: join(place, 'missing') })).toThrow(/^seed is not there \(got .*missing/);
  expect(() => makeFileSystem({ seed: join(skills, 'SKILL.md') })).toThrow(/^seed is a file \(got .*SKILL\.md/);
});

test('deletes nothing, and puts no metadata on the files', () => {
  const [, { Properties }] = resourcesOf(makeFileSystem({ seed: skills }).stack, DEPLOYMENT)[0];
  expect(Properties).toMatchObject({ Prune: false, RetainOnDelete: true, OutputObjectKeys: false });
  expect(Properties).not.toHaveProperty('UserMetadata');
});

describe('the rights of the copy', () => {
  const policies = (props: Partial<S3FilesFileSystemProps>, build = makeFileSystem) => {
    const { stack } = build({ seed: skills, ...props });
    return resourcesOf(stack, 'AWS::IAM::ManagedPolicy');
  };
  const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^SkillsBucket/), 'Arn'] };
  const objects = (below: string) => ({ 'Fn::Join': ['', [bucketArn, below]] });

  test('are to read one asset and to write one place', () => {
    const [, { Properties }] = policies({}).find(([id]) => id.startsWith('SkillsSeedPolicy'))!;
    expect(Properties.PolicyDocument.Statement).toEqual([
      {
        Sid: 'ReadAsset',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':s3:::',
              { 'Fn::Sub': expect.stringContaining('-assets-') },
              expect.stringMatching(/^\/[0-9a-f]{64}\.zip$/),
            ],
          ],
        },
      },
      {
        Sid: 'CompareTarget',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: bucketArn,
        Condition: { StringLike: { 's3:prefix': 'skills/*' } },
      },
      {
        Sid: 'WriteTarget',
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:PutObject'],
        Resource: objects('/skills/*'),
      },
    ]);
  });

  test('cover the whole bucket where the seed is its root', () => {
    const [, { Properties }] = policies({ seedPath: '/' }).find(([id]) => id.startsWith('SkillsSeedPolicy'))!;
    expect(Properties.PolicyDocument.Statement[1]).not.toHaveProperty('Condition');
    expect(Properties.PolicyDocument.Statement[2].Resource).toEqual(objects('/*'));
  });

  test('include the key of the bucket', () => {
    const { stack, network } = makeStack();
    new S3FilesFileSystem(stack, 'Skills', { network, seed: skills, encryptionKey: new kms.Key(stack, 'Key') });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'EncryptTarget',
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
            Condition: {
              StringEquals: {
                'kms:ViaService': { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
              },
              StringLike: { 'kms:EncryptionContext:aws:s3:arn': Match.anyValue() },
            },
          }),
        ]),
      },
    });
  });

  test('are all there are: no inline policy, no right of the L2', () => {
    const { stack } = makeFileSystem({ seed: skills });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    const role = { Ref: resourcesOf(stack, 'AWS::IAM::Role').find(([id]) => id.startsWith('CodingAgents'))![0] };
    template.hasResourceProperties(FUNCTION, { Role: { 'Fn::GetAtt': [role.Ref, 'Arn'] } });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
          },
        ],
      },
      ManagedPolicyArns: Match.absent(),
    });
    const logs = { 'Fn::GetAtt': [resourcesOf(stack, 'AWS::Logs::LogGroup')[0][0], 'Arn'] };
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      Roles: [role],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs }],
      },
    });
  });

  test('are there before the copy starts', () => {
    const [, { DependsOn }] = resourcesOf(makeFileSystem({ seed: skills }).stack, DEPLOYMENT)[0];
    expect(DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^SkillsSeedPolicy/), expect.stringMatching(/HandlerLogPolicy/)]),
    );
  });
});

test('logs for a year to a group of its own', () => {
  const { stack } = makeFileSystem({ seed: skills });
  const [[id, { DeletionPolicy, Properties }]] = resourcesOf(stack, 'AWS::Logs::LogGroup');
  expect([Properties.RetentionInDays, DeletionPolicy]).toEqual([365, 'Delete']);
  Template.fromStack(stack).hasResourceProperties(FUNCTION, { LoggingConfig: { LogGroup: { Ref: id } } });
});

test('is part of what mountTargetsAvailable waits for', () => {
  const { stack, files } = makeFileSystem({ seed: skills });
  const client = new CfnResource(stack, 'Client', { type: 'AWS::CloudFormation::WaitConditionHandle' });
  client.node.addDependency(files.mountTargetsAvailable);
  const [, { DependsOn }] = resourcesOf(stack, 'AWS::CloudFormation::WaitConditionHandle')[0];
  expect(DependsOn).toEqual(expect.arrayContaining([resourcesOf(stack, DEPLOYMENT)[0][0]]));
});

describe('in one stack', () => {
  test('two seeds share function, role and logs, each with its own policy', () => {
    const { stack, network } = makeStack();
    for (const id of ['A', 'B']) {
      new S3FilesFileSystem(stack, id, { network, seed: skills });
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs(FUNCTION, 1);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.resourceCountIs(DEPLOYMENT, 2);
    const role = template.findResources(FUNCTION)[Object.keys(template.findResources(FUNCTION))[0]].Properties.Role;
    for (const id of ['ASeedPolicy', 'BSeedPolicy']) {
      const [, policy] = resourcesOf(stack, 'AWS::IAM::ManagedPolicy').find(([name]) => name.startsWith(id))!;
      expect(policy.Properties.Roles).toEqual([{ Ref: role['Fn::GetAtt'][0] }]);
    }
  });

  test.each(['before', 'after'])('a deployment of the app made %s keeps its own function and role', (when) => {
    const { stack, network } = makeStack();
    const deploy = () =>
      new s3deploy.BucketDeployment(stack, 'Site', {
        sources: [s3deploy.Source.asset(skills)],
        destinationBucket: new s3.Bucket(stack, 'SiteBucket'),
      });
    const site = when === 'before' ? deploy() : undefined;
    new S3FilesFileSystem(stack, 'Skills', { network, seed: skills });
    const theirs = stack.resolve((site ?? deploy()).handlerRole.roleArn);
    const roles = resourcesOf(stack, FUNCTION).map(([, { Properties }]) => Properties.Role);
    expect(roles).toHaveLength(2);
    expect(roles).toContainEqual(theirs);
    expect(theirs['Fn::GetAtt'][0]).not.toMatch(/^CodingAgents/);
  });
});

test('CloudFormation has nothing to say', () => {
  strictly((stack, network) => {
    new S3FilesFileSystem(stack, 'Skills', { network, seed: skills }).addAccessPoint('Read', { path: '/skills' });
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    new S3FilesFileSystem(stack, 'Other', { network, seed: skills, seedPath: '/', prefix: 'agents/', encryptionKey });
  });
});
