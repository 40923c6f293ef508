/* What is masked in the logs of agents, as the two apps without the library write it. */
import { Aws } from 'aws-cdk-lib';

const MANAGED = ['AwsSecretKey', 'OpenSshPrivateKey', 'PgpPrivateKey', 'PkcsPrivateKey', 'PuttyPrivateKey'];

const CUSTOM: Record<string, string> = {
  GitHubToken: 'gh[oprsu]_[A-Za-z0-9_.-]{20,}|github_pat_[A-Za-z0-9_]{20,}',
  GitLabToken: 'glpat-[A-Za-z0-9_.-]{20,}',
  SignedToken: 'eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]*',
  SlackToken: 'xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}',
  AtlassianToken: 'AT[ACS]TT[A-Za-z0-9_=-]{20,}',
  AwsCredential: 'A[KS]IA[A-Z0-9]{16}|IQoJb3JpZ2lu[A-Za-z0-9/+=]{20,}|F[Qw]oGZXIvYXdz[A-Za-z0-9/+=]{20,}',
  BasicCredential:
    '[Bb]asic [A-Za-z0-9+=]{24,}[A-Za-z0-9/+=]*|[Aa]uthorization.{1,8}[Bb]asic [A-Za-z0-9+=]{16,}[A-Za-z0-9/+=]*',
  ModelKey: 'sk-ant-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{32,}|sk-[a-z]{2,8}-[A-Za-z0-9_-]{32,}|AIza[A-Za-z0-9_-]{35}',
  NpmToken: 'npm_[A-Za-z0-9]{36}',
};

/** For what holds payloads or commands; usage logs hold numbers. */
export function maskedCredentials(): object {
  const DataIdentifier = [
    ...MANAGED.map((name) => `arn:${Aws.PARTITION}:dataprotection::aws:data-identifier/${name}`),
    ...Object.keys(CUSTOM),
  ];
  return {
    Name: 'coding-agents',
    Description: 'Masks credentials',
    Version: '2021-06-01',
    Statement: [
      { Sid: 'audit', DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'mask', DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
    Configuration: { CustomDataIdentifier: Object.entries(CUSTOM).map(([Name, Regex]) => ({ Name, Regex })) },
  };
}
