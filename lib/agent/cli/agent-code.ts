import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { invalid } from '../../private/errors';
import { checkPath } from '../../private/folders';
import type { AgentCliConfig } from './agent-artifact';
import { bindTo } from './agent-artifact';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-code-deploy-supported-runtimes.html */
const ENDED = ['PYTHON_3_10', 'PYTHON_3_11'];
const MOST_ENTRY_POINT_PARTS = 2;

export function codeFromFolder(scope: Construct, props: AgentCodeProps): AgentCliConfig {
  checkPath(scope, props.path, 'the code of the agent');
  checkRuntime(scope, props.runtime);
  checkEntryPoint(scope, props.entryPoint);
  const { path, runtime, entryPoint: entrypoint, exclude } = props;
  const artifact = agentcore.AgentRuntimeArtifact.fromCodeAsset({ path, runtime, entrypoint, exclude });
  // the L2 would make the asset late and ask for all of the bucket: made here, its one object can be named
  bindTo(scope, artifact, () => undefined);
  const asset = scope.node.findChild('AgentRuntimeArtifact') as Asset;
  return {
    artifact,
    statements: [
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
      }),
    ],
    isCode: true,
  };
}

function checkRuntime(scope: Construct, runtime: agentcore.AgentCoreRuntime): void {
  if (ENDED.includes(runtime.value)) {
    throw invalid(scope, 'LanguageRuntimeEnded', {
      what: 'AgentCore no longer creates or updates agents on this language runtime',
      got: runtime.value,
      allowed: 'NODE_22, PYTHON_3_12 and newer',
      fix: 'move to AgentCoreRuntime.PYTHON_3_14',
    });
  }
}

function checkEntryPoint(scope: Construct, entryPoint: string[]): void {
  if (entryPoint.length < 1 || entryPoint.length > MOST_ENTRY_POINT_PARTS || entryPoint.some((part) => part === '')) {
    throw invalid(scope, 'InvalidEntryPoint', {
      what: 'the entry point of the code is not usable',
      got: JSON.stringify(entryPoint),
      allowed: `one or two non-empty strings, for example ['main.py']`,
      fix: 'name the file to start',
    });
  }
}

/** An agent that is code and not an image: AgentCore runs it on a managed Node.js or Python. */
export interface AgentCodeProps {
  /** A folder or a zip file with the code and its dependencies, built for linux/arm64; at most 250 MB zipped. */
  readonly path: string;

  /**
   * The language runtime. Python 3.10 and 3.11 are refused: AgentCore no longer updates runtimes that use them.
   */
  readonly runtime: agentcore.AgentCoreRuntime;

  /** What to start: the file, and arguments of it; one or two entries. */
  readonly entryPoint: string[];

  /**
   * Glob patterns of files in the folder that are left out of the zip.
   *
   * @default - nothing is left out
   */
  readonly exclude?: string[];
}
