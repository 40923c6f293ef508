import { BrokerError } from '../shared/errors';

/**
 * What decides which code a pipeline runs with its own rights and secrets, or who must review a change of it. A push of
 * these would give an agent more than its tools do. What a pipeline runs of the sources, such as the scripts of a
 * package, cannot be told from other files: that is for the protection of branches and the approval of runs.
 */
const PIPELINE_FILES = [
  // GitHub: workflows, actions, owners of code, updates of dependencies
  '.github',
  'codeowners',
  'docs/codeowners',
  // where the sources of a build come from
  '.gitmodules',
  // services that build what is pushed
  '.gitlab-ci.yml',
  '.gitlab',
  '.circleci',
  '.buildkite',
  '.drone.yml',
  '.semaphore',
  '.teamcity',
  '.travis.yml',
  '.woodpecker',
  '.woodpecker.yml',
  '.woodpecker.yaml',
  '.azure-pipelines',
  'appveyor.yml',
  '.appveyor.yml',
  'azure-pipelines.yml',
  'azure-pipelines.yaml',
  'bitbucket-pipelines.yml',
  'buildspec.yml',
  'buildspec.yaml',
  'cloudbuild.yml',
  'cloudbuild.yaml',
  'jenkinsfile',
];

/** In any case of letters, as checkouts need not tell them apart. */
export function refusePipelineFiles(paths: readonly string[]): void {
  const lower = paths.map((path) => path.toLowerCase());
  if (lower.some((path) => PIPELINE_FILES.some((one) => path === one || path.startsWith(`${one}/`)))) {
    throw new BrokerError('PipelineFileProtected');
  }
}
