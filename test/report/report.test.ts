import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnParameter, Fn, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ComplianceReport } from '../../lib/report/compliance-report';
import { thrownBy } from '../fixture';
import { inFolder, reportOf, reportOfResources, reportOfTemplates } from './report-apps';

const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');

function stack(app = new App()): Stack {
  return new Stack(app, 'Team');
}

function identities(from: Stack): any[] {
  return reportOf(from.node.root as App).stacks.find(({ name }) => name === from.node.path).identities;
}

describe('an app of L2s that knows nothing of this library', () => {
  test('a role: who may assume it, what it may do, by names of constructs', () => {
    const team = stack();
    const role = new iam.Role(team, 'Role', {
      assumedBy: new iam.PrincipalWithConditions(LAMBDA, { StringEquals: { 'aws:SourceAccount': team.account } }),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')],
      inlinePolicies: { Own: new iam.PolicyDocument({ statements: [allow('sqs:SendMessage', 'arn:aws:sqs:::q')] }) },
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(team, 'Edge', 'edge'),
    });
    const bucket = new s3.Bucket(team, 'Files');
    role.addToPolicy(allow('s3:GetObject', bucket.arnForObjects('a/*')));
    role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['s3:PutObject'], resources: ['*'] }));
    const [entry] = identities(team);
    expect(entry).toEqual({
      name: 'Role',
      kind: 'role',
      assumedBy: [{ name: 'service lambda.amazonaws.com', conditions: ['StringEquals aws:SourceAccount: ${Account}'] }],
      managedPolicies: ['arn:${Partition}:iam::aws:policy/ReadOnlyAccess'],
      permissionsBoundary: 'arn:${Partition}:iam::${Account}:policy/edge',
      allow: [
        { actions: ['s3:GetObject'], resources: ['${Files.Arn}/a/*'] },
        { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:::q'] },
      ],
      deny: [{ actions: ['s3:PutObject'], resources: ['*'] }],
      wildcards: [{ name: '${Files.Arn}/a/*', unexplained: 'no reason is given' }],
    });
  });

  test('policies attached in either direction are merged, each once', () => {
    const team = stack();
    const role = new iam.CfnRole(team, 'Role', { assumeRolePolicyDocument: {} });
    const document = { Statement: { Effect: 'Allow', Action: 'a:One', Resource: 'r' } };
    const both = new iam.CfnManagedPolicy(team, 'Both', { policyDocument: document, roles: [role.ref] });
    role.managedPolicyArns = [both.ref];
    const other = { Statement: [{ Effect: 'Allow', Action: ['a:Two', 'a:One'], Resource: ['r'] }] };
    new iam.CfnRolePolicy(team, 'Apart', { roleName: role.ref, policyName: 'p', policyDocument: other });
    const [entry] = identities(team);
    expect(entry.allow).toEqual([{ actions: ['a:One', 'a:Two'], resources: ['r'] }]);
    expect(entry.managedPolicies).toBeUndefined();
  });

  test('a policy for a role that is imported stands under the name of the role; a loose one under its own', () => {
    const team = stack();
    iam.Role.fromRoleName(team, 'Theirs', 'their-role').addToPrincipalPolicy(allow('s3:*', '*'));
    new iam.ManagedPolicy(team, 'Loose', { statements: [allow('a:b', 'r')] });
    expect(identities(team).map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'Loose: policy attached to nobody',
      'their-role: role that the app does not make',
    ]);
  });

  test('a user and a group are listed too', () => {
    const team = stack();
    const group = new iam.Group(team, 'Admins');
    group.addToPolicy(allow('iam:*', '*'));
    new iam.User(team, 'Ann', { groups: [group] });
    expect(identities(team).map(({ name, kind, groups }) => [name, kind, groups])).toEqual([
      ['Admins', 'group', undefined],
      ['Ann', 'user', ['${Admins}']],
    ]);
  });
});

function allow(action: string, resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [action], resources: [resource] });
}

describe('stacks', () => {
  function staged(order: ('One' | 'Two')[] = ['One', 'Two']): App {
    const app = new App();
    const stage = new Stage(app, 'Prod');
    const stacks = new Map(order.map((id) => [id, new Stack(stage, id)]));
    const bucket = new s3.Bucket(stacks.get('One') as Stack, 'Files');
    const nested = new NestedStack(stacks.get('One') as Stack, 'Inner');
    const role = new iam.Role(nested, 'Role', { assumedBy: LAMBDA });
    role.addToPolicy(allow('s3:GetObject', bucket.bucketArn));
    const other = new iam.Role(stacks.get('Two') as Stack, 'Role', { assumedBy: role });
    other.addToPolicy(allow('s3:PutObject', bucket.bucketArn));
    return app;
  }

  test('stages and nested stacks are named by their constructs, and references lead from one to the other', () => {
    const { stacks } = reportOf(staged());
    expect(stacks.map(({ name }) => name)).toEqual(['Prod/One', 'Prod/One/Inner', 'Prod/Two']);
    expect(stacks[1].identities[0].allow[0].resources).toEqual(['${Prod/One/Files.Arn}']);
    expect(stacks[2].identities[0]).toMatchObject({
      assumedBy: [{ name: '${Prod/One/Inner/Role.Arn}' }],
      allow: [{ actions: ['s3:PutObject'], resources: ['${Prod/One/Files.Arn}'] }],
    });
  });

  test('the order of stacks, and a second synthesis, change nothing', () => {
    expect(reportOf(staged(['Two', 'One']))).toEqual(reportOf(staged()));
  });

  test('templates alone: nested ones are found by the file in their URL', () => {
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, RoleName: { Ref: 'Name' } } };
    const nested = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: './inner.json', Parameters: { Name: 'a-name' } },
    };
    const { stacks } = reportOfTemplates({
      'outer.template': { Resources: { Child: nested } },
      'inner.json': { Resources: { Role: role } },
      'parameters.json': { Name: 'not a template' },
    });
    expect(stacks.map(({ name }) => name)).toEqual(['outer', 'outer/Child']);
    expect(stacks[1].identities[0]).toMatchObject({ name: 'Role', physicalName: 'a-name' });
  });

  test('templates that nest each other end', () => {
    const nest = (file: string): object => ({ Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: file } });
    const bucket = { Type: 'AWS::S3::Bucket' };
    const { stacks } = reportOfTemplates({
      'a.json': { Resources: { B: nest('./b.json'), Bucket: bucket } },
      'b.json': { Resources: { A: nest('./a.json'), Bucket: bucket } },
    });
    expect(stacks.map(({ name }) => name)).toEqual(['a', 'a/B', 'b', 'b/A']);
  });
});

describe('what is known only at deployment', () => {
  const role = (Resource: unknown): Record<string, unknown> => ({
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {},
        Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: 'a:b', Resource } } }],
      },
    },
    Bucket: { Type: 'AWS::S3::Bucket' },
  });

  test.each<[string, unknown, string]>([
    ['Ref', { Ref: 'Bucket' }, '${Bucket}'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, '${Bucket.Arn}'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Bucket.Arn' }, '${Bucket.Arn}'],
    ['Fn::Sub', { 'Fn::Sub': '${Bucket.Arn}' }, '${Bucket.Arn}'],
    ['Fn::Join', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }]] }, '${Bucket.Arn}'],
    ['a parameter', { Ref: 'Given' }, '${Given}'],
    [
      'a pseudo parameter',
      { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${AWS::AccountId}' },
      'arn:${Partition}:s3:::${Account}',
    ],
    ['an import', { 'Fn::ImportValue': 'net:Arn' }, '${ImportValue(net:Arn)}'],
    ['a condition', { 'Fn::If': ['IsProd', 'a', { Ref: 'Bucket' }] }, '${If(IsProd, a, ${Bucket})}'],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Gone', 'Arn'] }, '${Gone.Arn}'],
    ['an asset', `arn:aws:s3:::b/${'a1'.repeat(32)}.zip`, 'arn:aws:s3:::b/<asset>.zip'],
    ['a digest', `repo@sha256:${'a1'.repeat(32)}`, `repo@sha256:${'a1'.repeat(32)}`],
  ])('%s is shown in words', (_, written, shown) => {
    const parameters = { Parameters: { Given: { Type: 'String' } } };
    expect(reportOfResources(role(written), parameters).identities[0].allow[0].resources).toEqual([shown]);
  });

  test('a statement that a condition or macro makes is not lost', () => {
    const choice = { 'Fn::If': ['IsProd', { Effect: 'Allow', Action: 's3:*' }, { Ref: 'AWS::NoValue' }] };
    const [{ unknown }] = reportOfResources({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyDocument: { Statement: [choice] } }] },
      },
    }).identities;
    expect(unknown).toEqual([{ conditions: ['${If(IsProd, {"Action":"s3:*","Effect":"Allow"}, )}'] }]);
  });

  test('NotAction, NotResource and NotPrincipal are said as such, and are wildcards', () => {
    const statement = { Effect: 'Allow', NotAction: 'iam:*', NotResource: ['b', 'a'] };
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', NotPrincipal: { AWS: '111122223333' } };
    const [entry] = reportOfResources({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Statement: trust },
          Policies: [{ PolicyDocument: { Statement: statement } }],
        },
      },
    }).identities;
    expect(entry).toMatchObject({
      assumedBy: [{ name: 'everything except 111122223333' }],
      allow: [{ actions: ['everything except iam:*'], resources: ['everything except a, b'] }],
      wildcards: [{ name: 'everything except a, b' }, { name: 'everything except iam:*' }],
    });
  });
});

describe('acknowledgements', () => {
  test('the reason for a wildcard is the one of its finding, and all are listed', () => {
    const team = stack();
    const bucket = new s3.Bucket(team, 'Files');
    const role = new iam.Role(team, 'Role', { assumedBy: LAMBDA });
    role.addToPolicy(allow('s3:Get*', bucket.arnForObjects('*')));
    const id = team.getLogicalId(bucket.node.defaultChild as s3.CfnBucket);
    Validations.of(role).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`,
      reason: 'reads what is there',
    });
    const [report] = reportOf(team.node.root as App).stacks;
    expect(report.identities[0].wildcards).toEqual([
      { name: '${Files.Arn}/*', reason: 'reads what is there' },
      { name: 's3:Get*', unexplained: 'no reason is given' },
    ]);
    expect(report.acknowledgements).toEqual([
      {
        name: 'AwsSolutions::AwsSolutions-IAM5',
        at: 'Role',
        findings: ['Resource::${Files.Arn}/*'],
        reason: 'reads what is there',
      },
    ]);
  });

  test('suppressions of cdk-nag 2 and cfn-nag in the metadata of resources count too', () => {
    const reason = 'one bucket only';
    const encoded = Buffer.from(reason).toString('base64');
    const rules = [{ id: 'AwsSolutions-IAM5', reason: encoded, is_reason_encoded: true, applies_to: ['Action::s3:*'] }];
    const report = reportOfResources({
      Role: {
        Type: 'AWS::IAM::Role',
        Metadata: { cdk_nag: { rules_to_suppress: rules }, cfn_nag: { rules_to_suppress: [{ id: 'W11' }] } },
        Properties: {
          Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'r' } } }],
        },
      },
    });
    expect(report.identities[0].wildcards).toEqual([{ name: 's3:*', reason }]);
    expect(report.acknowledgements).toEqual([
      { name: 'AwsSolutions-IAM5', at: 'Role', findings: ['Action::s3:*'], reason },
      { name: 'W11', at: 'Role', reason: 'no reason is given' },
    ]);
  });
});

describe('stability', () => {
  const secret = (app: App, id: string): secretsmanager.Secret => new secretsmanager.Secret(new Stack(app, id), 'Key');

  test('resources in another order, under other logical ids, give the same report', () => {
    const make = (ids: string[], hash: string): App => {
      const app = new App();
      const team = new Stack(app, 'Team');
      for (const id of ids) {
        const role = new iam.Role(team, id, { assumedBy: LAMBDA });
        role.addToPolicy(allow('s3:GetObject', `arn:aws:s3:::${id}`));
        (role.node.defaultChild as iam.CfnRole).overrideLogicalId(`${id}${hash}`);
      }
      return app;
    };
    expect(reportOf(make(['B', 'A', 'C'], '11AA22BB'))).toEqual(reportOf(make(['A', 'B', 'C'], 'FF00FF00')));
  });

  test('a stack more leaves the others as they are', () => {
    const [one, two] = [new App(), new App()];
    secret(one, 'Team');
    secret(two, 'Team');
    secret(two, 'Another');
    expect(reportOf(two).stacks.find(({ name }) => name === 'Team')).toEqual(reportOf(one).stacks[0]);
  });

  test('an app without IAM says so in a line for each kind', () => {
    const app = new App();
    new CfnParameter(new Stack(app, 'Team'), 'Only');
    const { markdown, stacks } = reportOf(app);
    expect(stacks).toEqual([
      {
        name: 'Team',
        identities: [],
        resourcePolicies: [],
        network: [],
        secrets: [],
        tools: [],
        agents: [],
        stores: [],
        acknowledgements: [],
      },
    ]);
    expect(markdown.split('\n').filter((line) => line.startsWith('The stack ') || line.startsWith('No '))).toEqual([
      'The stack has no role, user or group.',
      'No resource lets others in by a policy of its own.',
      'The stack has no network, and nothing in it calls anything.',
      'The stack has no secret and reads none.',
      'The stack has no gateway and no tool.',
      'The stack has no agent and no function.',
      'The stack stores nothing.',
      'No finding is acknowledged.',
    ]);
  });

  test('JSON says its version first', () => {
    const app = new App();
    new Stack(app, 'Team');
    expect(reportOf(app).json).toMatch(/^\{\n {2}"version": 1,\n/);
  });

  test('Markdown: texts of the app cannot become Markdown, or more than their line', () => {
    const app = new App();
    const team = new Stack(app, 'Team');
    const role = new iam.Role(team, 'Role', { assumedBy: LAMBDA });
    role.addToPolicy(allow('s3:Get*', Fn.sub('a`b\n# not a heading')));
    Validations.of(role).acknowledge({ id: 'X::Y', reason: '# <b>bold</b>\n- a `list`' });
    const lines = reportOf(app).markdown.split('\n');
    expect(lines).toContain('  - on `` a`b # not a heading ``');
    expect(lines).toContain('  - because: \\# \\<b\\>bold\\</b\\> - a \\`list\\`');
  });
});

describe('writing and errors', () => {
  test('writes both files into a folder that it makes', () => {
    inFolder((folder) => {
      const app = new App({ outdir: join(folder, 'out') });
      new Stack(app, 'Team');
      app.synth();
      const report = ComplianceReport.fromDirectory(join(folder, 'out'));
      report.writeTo(join(folder, 'a', 'b'));
      expect(readFileSync(join(folder, 'a', 'b', 'compliance.md'), 'utf8')).toBe(report.toMarkdown());
      expect(readFileSync(join(folder, 'a', 'b', 'compliance.json'), 'utf8')).toBe(report.toJson());
    });
  });

  test('a folder that does not exist', () => {
    expect(thrownBy(() => ComplianceReport.fromDirectory('no/such/folder'))).toEqual({
      code: 'FolderMissing',
      text: "the folder of the synthesized app does not exist (got 'no/such/folder'); allowed: a folder that cdk synth wrote, or one of CloudFormation templates; run cdk synth first, or name its output folder",
    });
  });

  test('a folder without an app', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'package.json'), '{}');
      expect(thrownBy(() => ComplianceReport.fromDirectory(folder))).toEqual({
        code: 'NotSynthesized',
        text: `the folder holds no synthesized app (got '${folder}'); allowed: a manifest.json with stacks, or templates in JSON (*.json, *.template); name the output folder of cdk synth (cdk.out); write YAML templates as JSON`,
      });
    });
  });

  test.each([
    [
      '{"Resources":',
      /^broken\.template\.json cannot be read \(got '.+'\); allowed: a JSON object, as cdk synth writes it; synthesize the app again into an empty folder$/,
    ],
    ['[]', /^broken\.template\.json cannot be read \(got 'no object'\)/],
    ['{"Resources":[]}', /^broken\.template\.json cannot be read \(got 'Resources is no object'\)/],
  ])('a broken template: %s', (content, text) => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'broken.template.json'), content);
      const thrown = thrownBy(() => ComplianceReport.fromDirectory(folder));
      expect(thrown.code).toBe('BrokenTemplate');
      expect(thrown.text).toMatch(text);
    });
  });

  test('a place that cannot be written', () => {
    inFolder((folder) => {
      const app = new App({ outdir: join(folder, 'out') });
      new Stack(app, 'Team');
      app.synth();
      writeFileSync(join(folder, 'file'), '');
      mkdirSync(join(folder, 'other'));
      const target = join(folder, 'file', 'below');
      expect(thrownBy(() => ComplianceReport.fromDirectory(join(folder, 'out')).writeTo(target))).toEqual({
        code: 'OutputNotWritable',
        text: `the report cannot be written: ENOTDIR (got '${target}'); allowed: a folder that can be made and written; name another folder, or change its permissions`,
      });
      expect(existsSync(target)).toBe(false);
    });
  });
});
