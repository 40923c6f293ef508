/*
 * The files that decide which code a pipeline runs with its rights and secrets, or who must review a change. A push of
 * these would give an agent more than its tools do. Files that a pipeline runs of the sources, such as the scripts of a
 * package, cannot be told from other files: branch protection and the approval of runs cover those.
 *
 * The notation is that of .gitignore, in any case of letters: a name without a slash is protected in every folder, a name
 * with a slash from the root of the repository, and `*` is any part of one name. A folder protects what is in it.
 */

/** A service can be pointed to a file in any folder, so that most names are protected everywhere. */
export const PIPELINE_FILES: readonly string[] = [
  // GitHub: workflows, actions, owners of code, updates of dependencies; Gitea and Forgejo run workflows of the same form
  '/.github',
  '/.gitea',
  '/.forgejo',
  '/codeowners',
  '/docs/codeowners',
  // the origin of the sources of a build
  '.gitmodules',
  // GitLab
  '.gitlab-ci.yml',
  '*.gitlab-ci.yml',
  '/.gitlab',
  // AWS: CodeBuild, CodeDeploy, CodeCatalyst, Amplify, App Runner, Elastic Beanstalk, Copilot
  'buildspec*.yml',
  'buildspec*.yaml',
  '*buildspec.yml',
  '*buildspec.yaml',
  'appspec*.yml',
  'appspec*.yaml',
  'appspec*.json',
  '/.codecatalyst',
  'amplify.yml',
  'amplify.yaml',
  'apprunner.yaml',
  'apprunner.yml',
  '.ebextensions',
  '.elasticbeanstalk',
  '.platform',
  '/copilot/pipelines',
  '/copilot/.workspace',
  // Google Cloud
  'cloudbuild*.yaml',
  'cloudbuild*.yml',
  'cloudbuild*.json',
  'clouddeploy*.yaml',
  'clouddeploy*.yml',
  'skaffold.yaml',
  'skaffold.yml',
  // Azure
  'azure-pipelines*.yml',
  'azure-pipelines*.yaml',
  '/.azure-pipelines',
  '/.azuredevops',
  '/.pipelines',
  // Kubernetes: Pipelines as Code of Tekton, Prow, Lighthouse
  '.tekton',
  '.prow',
  '.prow.yaml',
  '.prow.yml',
  '.lighthouse',
  'jenkins-x*.yml',
  // other services that build or deploy what is pushed
  'jenkinsfile',
  'jenkinsfile-*',
  '/jenkinsfile.*',
  '*.jenkinsfile',
  '.jenkins',
  'bitbucket-pipelines.yml',
  '.circleci',
  'circle.yml',
  '.buildkite',
  '.travis.yml',
  '.drone.*',
  '.harness',
  '.woodpecker',
  '.woodpecker.*',
  '.semaphore',
  '.teamcity',
  'appveyor.yml',
  '.appveyor.yml',
  '.cirrus.yml',
  '.cirrus.yaml',
  '.cirrus.star',
  'codefresh.yml',
  '.codefresh',
  'codemagic.yaml',
  'bitrise.yml',
  'buddy.yml',
  '.buddy',
  '.build.yml',
  '.builds',
  '.spacelift',
  'atlantis.yaml',
  'screwdriver.yaml',
  'wercker.yml',
  'shippable.yml',
  '.scrutinizer.yml',
  'bamboo-specs',
  '.octopus',
  'netlify.toml',
  'vercel.json',
  'render.yaml',
  'heroku.yml',
  'railway.json',
  'railway.toml',
  // bots that merge or change dependencies by themselves
  '.mergify.yml',
  '.mergify',
  '.kodiak.toml',
  '.bulldozer.yml',
  '.policy.yml',
  'bors.toml',
  'renovate.json',
  'renovate.json5',
  '.renovaterc*',
];

/** The largest number of names that a platform team can add. */
export const MOST_PROTECTED = 100;

/** A name as a platform team may write it: relative to the root, without `..`, and not every file. */
export function protectedFlaw(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '' || name.length > 200) {
    return 'is not a text of 1 to 200 characters';
  }
  if (!/^[\x21-\x7e]+$/.test(name) || /[\\?[\]{}!]/.test(name)) {
    return 'has a character that is not supported here';
  }
  const parts = partsOf(name);
  if (parts.length === 0 || parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'has an empty part, . or ..';
  }
  return parts.some((part) => /^\*+$/.test(part)) ? 'has a part that is every name' : undefined;
}

/** Whether a path of a repository is one of these files, or is in one of these folders. */
export function isProtected(path: string, names: readonly string[]): boolean {
  const parts = path.toLowerCase().split('/');
  return names.some((name) => matches(parts, name.toLowerCase()));
}

function matches(path: readonly string[], name: string): boolean {
  const wanted = partsOf(name);
  const isRooted = wanted.length > 1 || name.startsWith('/');
  const starts = isRooted ? [0] : path.map((_, index) => index);
  return starts.some((start) => wanted.every((part, index) => isLike(path[start + index], part)));
}

/** a slash at the end is how people write folders */
function partsOf(name: string): string[] {
  return name.replace(/^\//, '').replace(/\/$/, '').split('/');
}

/** Without regular expressions: a name with many stars cannot take long. */
function isLike(text: string | undefined, pattern: string): boolean {
  if (text === undefined) {
    return false;
  }
  const [head, ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) {
    return text === head;
  }
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) {
    return false;
  }
  let at = head.length;
  return rest.every((part) => {
    const found = text.indexOf(part, at);
    at = found + part.length;
    return found >= 0 && at <= text.length - tail.length;
  });
}
