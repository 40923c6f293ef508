import { App, Annotations as CoreAnnotations, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { CodingAgentProps, IAgentNetwork } from '../../lib';
import {
  AgentCli,
  AgentNetwork,
  BedrockModel,
  CodingAgent,
  Egress,
  GitCredential,
  GitHubAppKey,
  InboundAuth,
  LlmGatewayAuth,
  McpGateway,
  ModelRoute,
} from '../../lib';

const CLAUDE = BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-4-6-v1');
const GPT = BedrockModel.foundation('openai.gpt-5.5');

class World {
  public readonly stack = new Stack(new App(), 'Agents', { env: { account: '111122223333', region: 'us-east-1' } });

  public network(egress?: Egress): AgentNetwork {
    return new AgentNetwork(this.stack, 'Network', { egress });
  }

  public agent(network: IAgentNetwork, props: Partial<CodingAgentProps> = {}): CodingAgent {
    const model = ModelRoute.bedrock([CLAUDE]);
    return new CodingAgent(this.stack, 'Agent', { network, cli: AgentCli.claudeCode(), model, ...props });
  }

  public key(): ModelRoute {
    return ModelRoute.provider({ secret: new secretsmanager.Secret(this.stack, 'Key'), jsonKey: 'key' });
  }

  public llmGateway(url: string): ModelRoute {
    return ModelRoute.llmGateway({
      url,
      auth: LlmGatewayAuth.none({ reason: 'guarded by the network of the company' }),
    });
  }

  public git(host?: string): GitCredential {
    const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    return new GitCredential(this.stack, 'Git', {
      clientId: 'Iv23liABCDEFGHIJ',
      installationId: 1,
      key: GitHubAppKey.kms(kms.Key.fromKeyArn(this.stack, 'Signer', arn)),
      repositories: ['acme/web'],
      host,
    });
  }

  public vpc(props: ec2.VpcProps = {}): ec2.Vpc {
    return new ec2.Vpc(this.stack, 'Vpc', { maxAzs: 2, ...props });
  }

  /** What is found, as `<what>: <line to add>`. */
  public found(): string[] {
    return Annotations.fromStack(this.stack)
      .findWarning('*', Match.stringLikeRegexp('does not (lead to|let through)'))
      .map(({ entry }) => /\(got '(.*?)'\).*?; (.*?)(?:; if another| \[ack)/.exec(entry.data as string)?.slice(1) ?? [])
      .map(([what, line]) => `${what}: ${line}`);
  }
}

const ISOLATED: ec2.VpcProps = {
  natGateways: 0,
  subnetConfiguration: [{ name: 'Agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
};

/** What every agent of an image needs, whatever it does. */
function basics(): ec2.InterfaceVpcEndpointAwsService[] {
  const { ECR, ECR_DOCKER, CLOUDWATCH_LOGS, CLOUDWATCH_MONITORING, XRAY } = ec2.InterfaceVpcEndpointAwsService;
  return [ECR, ECR_DOCKER, CLOUDWATCH_LOGS, CLOUDWATCH_MONITORING, XRAY];
}

const lambdaLine = 'add network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA)';

const CLOSED: [input: string, build: (world: World) => unknown, found: (string | RegExp)[]][] = [
  [
    'git credentials in a network without the internet',
    (world) => world.agent(world.network(), { gitCredential: world.git() }),
    [
      `lambda endpoint (the credentials of git): ${lambdaLine}`,
      "github.com (git): set egress: Egress.allowList(['github.com']) of the network",
    ],
  ],
  [
    'git credentials beside an allow list without the host',
    (world) => world.agent(world.network(Egress.allowList(['.npmjs.org'])), { gitCredential: world.git() }),
    [
      `lambda endpoint (the credentials of git): ${lambdaLine}`,
      "github.com (git): add 'github.com' to Egress.allowList([...]) of the network",
    ],
  ],
  [
    'GitHub with data residency',
    (world) => {
      const network = world.network(Egress.allowList(['github.com']));
      network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA);
      world.agent(network, { gitCredential: world.git('acme.ghe.com') });
    },
    ["acme.ghe.com (git): add 'acme.ghe.com' to Egress.allowList([...]) of the network"],
  ],
  [
    'a key of Anthropic without the internet',
    (world) => world.agent(world.network(), { model: world.key() }),
    ["api.anthropic.com (the model): set egress: Egress.allowList(['api.anthropic.com']) of the network"],
  ],
  [
    'a key of OpenAI beside an allow list for Anthropic',
    (world) => {
      const network = world.network(Egress.allowList(['api.anthropic.com']));
      world.agent(network, { cli: AgentCli.codex(), model: world.key() });
    },
    ["api.openai.com (the model): add 'api.openai.com' to Egress.allowList([...]) of the network"],
  ],
  [
    'the vendor that a model of OpenCode names',
    (world) => {
      const network = world.network(Egress.allowList(['api.anthropic.com']));
      world.agent(network, { cli: AgentCli.openCode({ model: 'google/gemini-3-pro' }), model: world.key() });
    },
    [/^generativelanguage\.googleapis\.com \(the model\)/],
  ],
  [
    'a vendor that publishes no hosts',
    (world) => {
      const props = { cli: AgentCli.openCode({ model: 'some-vendor/some-model' }), model: world.key() };
      world.agent(world.network(), props);
    },
    [/^hosts of its vendor \(the model\): set egress/],
  ],
  [
    'Codex on Amazon Bedrock by the default endpoints',
    (world) => world.agent(world.network(), { cli: AgentCli.codex(), model: ModelRoute.bedrock([GPT]) }),
    [
      "bedrock-mantle endpoint (the model): add network.addInterfaceEndpoint(new ec2.InterfaceVpcEndpointAwsService('bedrock-mantle'))",
    ],
  ],
  [
    'a list of endpoints without that of the models',
    (world) => {
      const interfaceEndpoints = basics();
      world.agent(new AgentNetwork(world.stack, 'Network', { interfaceEndpoints }));
    },
    [/^bedrock-runtime endpoint \(the model\).*BEDROCK_RUNTIME\)$/],
  ],
  [
    'a list of endpoints without that of the gateways',
    (world) => {
      const interfaceEndpoints = [...basics(), ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME];
      const gateway = new McpGateway(world.stack, 'Tools', { inboundAuth: InboundAuth.iam() });
      world.agent(new AgentNetwork(world.stack, 'Network', { interfaceEndpoints }), { gateway });
    },
    [/^bedrock-agentcore\.gateway endpoint \(the tools of the gateway\).*BEDROCK_AGENTCORE_GATEWAY\)$/],
  ],
  [
    'an LLM gateway of the company without the internet',
    (world) => world.agent(world.network(), { model: world.llmGateway('https://llm.acme.example/v1') }),
    [/^llm\.acme\.example \(the model\): set egress: Egress\.allowList\(\['llm\.acme\.example'\]\)/],
  ],
  [
    'an LLM gateway on a port that the internet mode keeps shut',
    (world) =>
      world.agent(world.network(Egress.internet()), { model: world.llmGateway('https://llm.acme.example:8443') }),
    ['llm.acme.example:8443 (the model): add network.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(8443))'],
  ],
  [
    'an LLM gateway on a port that no allow list opens',
    (world) => {
      const network = world.network(Egress.allowList(['llm.acme.example']));
      world.agent(network, { model: world.llmGateway('https://llm.acme.example:8443') });
    },
    [/^llm\.acme\.example:8443 \(the model\): move the server to port 443/],
  ],
  [
    'an LLM gateway that is an API of AWS',
    (world) => {
      const url = 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod';
      world.agent(world.network(), { model: world.llmGateway(url) });
    },
    [/^execute-api endpoint \(the model\): add network\.addInterfaceEndpoint\(.*\.APIGATEWAY\)$/],
  ],
  [
    'a bucket that the network does not know',
    (world) => new s3.Bucket(world.stack, 'Bucket').grantRead(world.agent(world.network())),
    [/: add network\.allowBucket\(bucket\), with/],
  ],
  [
    'an imported bucket, with the internet: its endpoint is on the way there too',
    (world) =>
      s3.Bucket.fromBucketName(world.stack, 'Bucket', 'acme-data').grantRead(
        world.agent(world.network(Egress.internet())),
      ),
    [/acme-data.*: add network\.allowBucket\(bucket\), with/],
  ],
  [
    'a queue without an endpoint',
    (world) => new sqs.Queue(world.stack, 'Queue').grantSendMessages(world.agent(world.network())),
    [/^sqs endpoint \(the right sqs:\w+\): add network\.addInterfaceEndpoint\(.*\.SQS\)$/],
  ],
  [
    'a right on everything of a service',
    (world) =>
      iam.Grant.addToPrincipal({
        grantee: world.agent(world.network()),
        actions: ['states:*'],
        resourceArns: ['*'],
      }),
    [/^states endpoint/],
  ],
  [
    'a VPC of the app without a way out and without endpoints',
    (world) => world.agent(AgentNetwork.fromVpc(world.stack, 'Network', { vpc: world.vpc(ISOLATED) })),
    [
      /^ecr\.api endpoint \(the image of the agent\): add vpc\.addInterfaceEndpoint\('EcrApi', \{ service: ec2\.InterfaceVpcEndpointAwsService\.ECR \}\)$/,
      /^ecr\.dkr endpoint/,
      /^logs endpoint/,
      /^bedrock-runtime endpoint/,
      /^xray endpoint/,
      /^monitoring endpoint .*CLOUDWATCH_MONITORING \}\)$/,
    ],
  ],
  [
    'a VPC with NAT gateways that the security group keeps shut',
    (world) => {
      const vpc = world.vpc();
      basics().forEach((service, index) => vpc.addInterfaceEndpoint(`Endpoint${index}`, { service }));
      const network = AgentNetwork.fromVpc(world.stack, 'Network', { vpc, egress: Egress.awsOnly() });
      world.agent(network, { model: world.key() });
    },
    [
      /^bedrock-agentcore endpoint \(the key of the model, which the Token Vault holds\)/,
      'api.anthropic.com (the model): give egress: Egress.internet() to AgentNetwork.fromVpc(...), with subnets that have a NAT gateway',
    ],
  ],
  [
    "security groups of the agent's own that let nothing out",
    (world) => {
      const vpc = world.vpc();
      const securityGroups = [new ec2.SecurityGroup(world.stack, 'Own', { vpc, allowAllOutbound: false })];
      const network = AgentNetwork.fromVpc(world.stack, 'Network', { vpc, egress: Egress.internet() });
      world.agent(network, { securityGroups });
    },
    [/^ecr\.api/, /^ecr\.dkr/, /^logs/, /^bedrock-runtime/, /^xray/, /^monitoring/],
  ],
];

const OPEN: [input: string, build: (world: World) => unknown][] = [
  ['Claude Code on Bedrock, all defaults', (world) => world.agent(world.network())],
  [
    'everything that the warnings ask for',
    (world) => {
      const network = world.network(Egress.allowList(['github.com', 'api.anthropic.com']));
      network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA);
      const bucket = new s3.Bucket(world.stack, 'Bucket');
      network.allowBucket(bucket);
      bucket.grantRead(world.agent(network, { gitCredential: world.git(), model: world.key() }));
    },
  ],
  [
    'what is added after the agent',
    (world) => {
      const network = world.network();
      const bucket = new s3.Bucket(world.stack, 'Bucket');
      bucket.grantRead(world.agent(network, { cli: AgentCli.codex(), model: ModelRoute.bedrock([GPT]) }));
      network.allowBucket(bucket);
      network.addInterfaceEndpoint(new ec2.InterfaceVpcEndpointAwsService('bedrock-mantle'));
    },
  ],
  [
    'an endpoint that the app adds by itself',
    (world) => {
      const network = world.network(Egress.allowList(['.github.com']));
      new ec2.InterfaceVpcEndpoint(world.stack, 'Lambda', {
        vpc: network.vpc,
        service: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
      });
      world.agent(network, { gitCredential: world.git() });
    },
  ],
  [
    'a service by its name in the allow list',
    (world) => {
      const network = world.network(Egress.allowList(['github.com', 'lambda.us-east-1.amazonaws.com']));
      world.agent(network, { gitCredential: world.git() });
    },
  ],
  [
    'the internet',
    (world) => {
      const agent = world.agent(world.network(Egress.internet()), { gitCredential: world.git(), model: world.key() });
      new sqs.Queue(world.stack, 'Queue').grantSendMessages(agent);
    },
  ],
  [
    'the public network',
    (world) => {
      const network = AgentNetwork.publicInternet({ reason: 'a sandbox account without any data' });
      const agent = world.agent(network, { gitCredential: world.git(), model: world.key() });
      new s3.Bucket(world.stack, 'Bucket').grantRead(agent);
    },
  ],
  [
    'an imported VPC, of which nothing is known',
    (world) => {
      const vpc = ec2.Vpc.fromVpcAttributes(world.stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a', 'us-east-1b'],
        isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        vpcCidrBlock: '10.0.0.0/16',
      });
      const network = AgentNetwork.fromVpc(world.stack, 'Network', { vpc, egress: Egress.internet() });
      world.agent(network, { gitCredential: world.git(), model: world.key() });
    },
  ],
  [
    'an LLM gateway inside an existing VPC',
    (world) => {
      const vpc = world.vpc();
      basics().forEach((service, index) => vpc.addInterfaceEndpoint(`Endpoint${index}`, { service }));
      const network = AgentNetwork.fromVpc(world.stack, 'Network', { vpc, egress: Egress.awsOnly() });
      world.agent(network, { model: world.llmGateway('https://llm.acme.example/v1') });
    },
  ],
  [
    'a route that the app added to isolated subnets',
    (world) => {
      const vpc = world.vpc(ISOLATED);
      vpc.isolatedSubnets.forEach(
        (subnet, index) =>
          new ec2.CfnRoute(world.stack, `Route${index}`, {
            routeTableId: subnet.routeTable.routeTableId,
            destinationCidrBlock: '0.0.0.0/0',
            transitGatewayId: 'tgw-0123456789abcdef0',
          }),
      );
      world.agent(AgentNetwork.fromVpc(world.stack, 'Network', { vpc, egress: Egress.internet() }));
    },
  ],
];

describe('what an agent needs and its network does not open', () => {
  test.each(CLOSED)('%s', (_, build, expected) => {
    const world = new World();
    build(world);
    const found = world.found();
    expect(found).toHaveLength(expected.length);
    expected.forEach((one, index) =>
      typeof one === 'string' ? expect(found[index]).toBe(one) : expect(found[index]).toMatch(one),
    );
  });

  test.each(OPEN)('nothing is missing: %s', (_, build) => {
    const world = new World();
    build(world);
    expect(world.found()).toEqual([]);
  });

  test('one warning is acknowledged without the others', () => {
    const world = new World();
    const agent = world.agent(world.network(), { gitCredential: world.git() });
    CoreAnnotations.of(agent).acknowledgeWarning('cdk-coding-agents:unreachable:lambda');
    expect(world.found()).toEqual([expect.stringMatching(/^github\.com/)]);
  });

  test('the bucket has an id of its own', () => {
    const world = new World();
    const agent = world.agent(world.network());
    new s3.Bucket(world.stack, 'Bucket').grantRead(agent);
    CoreAnnotations.of(agent).acknowledgeWarning('cdk-coding-agents:unreachableBucket');
    expect(world.found()).toEqual([]);
  });
});
