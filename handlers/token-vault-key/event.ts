/** What CloudFormation sends for a custom resource, as far as it is looked at. */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: VaultProperties;
  /** of an update */
  readonly OldResourceProperties?: VaultProperties;
}

/** What the construct sets. CloudFormation turns booleans into text. */
export interface VaultProperties {
  readonly TokenVaultId: string;
  readonly KeyArn: string;
  readonly ReplaceExistingKey: string;
}

/** How the request went. */
export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason?: string;
}
