import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { warn } from '../../private/errors';
import { checkFolder } from '../../private/folders';
import { checkPlace } from '../../private/references';
import { checkNoSecret } from '../../private/text-checks';
import type { AgentCliConfig } from './agent-artifact';

export function imageFromRepository(
  scope: Construct,
  repository: ecr.IRepository,
  tagOrDigest: string,
): AgentCliConfig {
  checkRegion(scope, repository);
  if (tagOrDigest === 'latest') {
    warn(scope, 'mutableImageTag', {
      what: `the image of agent '${scope.node.path}' has a tag that moves`,
      got: tagOrDigest,
      allowed: 'a digest, or a tag that is never pushed twice',
      fix: 'pin the version that was reviewed',
    });
  }
  return image(repository, repository.repositoryUriForTagOrDigest(tagOrDigest));
}

export function imageFromDirectory(scope: Construct, directory: string, options: AgentImageOptions): AgentCliConfig {
  checkFolder(scope, directory, 'the folder of the image');
  for (const [name, value] of Object.entries(options.buildArgs ?? {})) {
    checkNoSecret(scope, `build argument '${name}'`, value);
  }
  const asset = new assets.DockerImageAsset(scope, 'Image', {
    directory,
    ...options,
    platform: assets.Platform.LINUX_ARM64,
  });
  return image(asset.repository, asset.imageUri);
}

function image(repository: ecr.IRepository, uri: string): AgentCliConfig {
  return {
    artifact: agentcore.AgentRuntimeArtifact.fromImageUri(uri),
    statements: [
      new iam.PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [repository.repositoryArn],
      }),
    ],
    isCode: false,
  };
}

function checkRegion(scope: Construct, repository: ecr.IRepository): void {
  checkPlace(
    scope,
    { resource: repository, arn: repository.repositoryArn },
    {
      code: 'ImageInOtherRegion',
      what: `repository '${repository.repositoryName}' is`,
      than: 'the agent',
      // the policy of a repository may let other accounts pull
      same: ['region'],
      fix: 'replicate the repository to the region of the agent and import it from there',
    },
  );
}

/** How the image of an agent is built from a folder. */
export interface AgentImageOptions {
  /**
   * The Dockerfile, relative to the folder.
   *
   * @default 'Dockerfile'
   */
  readonly file?: string;

  /**
   * Build arguments. They stay readable in the image: no secrets.
   *
   * @default - none are passed
   */
  readonly buildArgs?: { [name: string]: string };

  /**
   * The stage of a multi-stage Dockerfile to build.
   *
   * @default - the last stage
   */
  readonly target?: string;

  /**
   * Glob patterns of files that are not sent to the build.
   *
   * @default - what `.dockerignore` says
   */
  readonly exclude?: string[];
}
