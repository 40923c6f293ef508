import { existsSync, readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { IConstruct } from 'constructs';
import { invalidValue } from '../private/errors';
import { checkPlace } from '../private/references';
import { checkArguments } from '../private/kinds';

/** @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html */
const LARGEST_INLINE_BYTES = 1024 * 1024;
const LARGEST_FILE_BYTES = 10 * 1024 * 1024;

/** Where a schema lies, and what reading it takes. */
export interface BoundSchema {
  /** the L1's form: inline or in S3 */
  readonly location: { readonly inlinePayload?: string; readonly s3?: { readonly uri: string } };
  readonly statements: iam.PolicyStatement[];
}

/**
 * A document that describes tools: the OpenAPI description of an API, or the answer of an MCP server to `tools/list`.
 */
export abstract class SchemaSource {
  /**
   * A file, uploaded as an asset with the app; at most 10 MB. Errors: no such file, too large, empty.
   */
  public static fromFile(path: string): SchemaSource {
    checkArguments('SchemaSource.fromFile', { path: ['string', path] });
    return new FileSchema(path);
  }

  /**
   * Text within the template; at most 1 MB, and a template holds 1 MB in all. Errors: empty, too large.
   */
  public static fromInline(text: string): SchemaSource {
    checkArguments('SchemaSource.fromInline', { text: ['string', text] });
    return new InlineSchema(text);
  }

  /**
   * An object of a bucket of this account. AgentCore reads it when the target is made or changed, so a new version of
   * the object needs a new key to be seen. What it says is not known while the app is synthesized.
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string): SchemaSource {
    checkArguments('SchemaSource.fromBucket', { bucket: ['IBucket', bucket], objectKey: ['string', objectKey] });
    return new BucketSchema(bucket, objectKey);
  }

  protected constructor() {}

  /**
   * Makes what it needs under the scope, once.
   * @internal
   */
  public abstract _bind(scope: IConstruct): BoundSchema;

  /**
   * The text, where it is known while the app is synthesized.
   * @internal
   */
  public abstract _text(): string | undefined;
}

class FileSchema extends SchemaSource {
  private readonly text: string;

  public constructor(private readonly path: string) {
    super();
    if (!existsSync(path)) {
      throw invalidValue('NoSuchSchemaFile', {
        what: 'the file with the tool schema does not exist',
        got: path,
        allowed: 'the path of a file',
        fix: 'give an absolute path, for example path.join(__dirname, ...)',
      });
    }
    this.text = readFileSync(path, 'utf8');
    checkSize(this.text, LARGEST_FILE_BYTES, path);
  }

  /** @internal */
  public _bind(scope: IConstruct): BoundSchema {
    const id = 'Schema';
    const present = scope.node.tryFindChild(id) as s3assets.Asset | undefined;
    const asset = present ?? new s3assets.Asset(scope, id, { path: this.path });
    return inBucket(asset.bucket, asset.s3ObjectKey);
  }

  /** @internal */
  public _text(): string {
    return this.text;
  }
}

class InlineSchema extends SchemaSource {
  public constructor(private readonly text: string) {
    super();
    if (!Token.isUnresolved(text)) {
      checkSize(text, LARGEST_INLINE_BYTES, 'the text');
    }
  }

  /** @internal */
  public _bind(): BoundSchema {
    return { location: { inlinePayload: this.text }, statements: [] };
  }

  /** @internal */
  public _text(): string | undefined {
    return Token.isUnresolved(this.text) ? undefined : this.text;
  }
}

class BucketSchema extends SchemaSource {
  public constructor(
    private readonly bucket: s3.IBucket,
    private readonly objectKey: string,
  ) {
    super();
  }

  /** @internal */
  public _bind(scope: IConstruct): BoundSchema {
    checkPlace(
      scope,
      { resource: this.bucket },
      {
        code: 'SchemaBucketElsewhere',
        what: 'the bucket with the tool schema is',
        than: 'the gateway',
        same: ['region', 'account'],
        fix: 'copy the object to a bucket of this account and region, or use SchemaSource.fromFile(...)',
      },
    );
    return inBucket(this.bucket, this.objectKey);
  }

  /** @internal */
  public _text(): undefined {
    return undefined;
  }
}

function inBucket(bucket: s3.IBucket, key: string): BoundSchema {
  const read = new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(key)] });
  const decrypt = bucket.encryptionKey && [
    new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [bucket.encryptionKey.keyArn] }),
  ];
  return { location: { s3: { uri: bucket.s3UrlForObject(key) } }, statements: [read, ...(decrypt ?? [])] };
}

function checkSize(text: string, largest: number, name: string): void {
  const bytes = Buffer.byteLength(text);
  if (text.trim() === '' || bytes > largest) {
    throw invalidValue('InvalidSchemaSize', {
      what: `the tool schema is ${bytes > largest ? 'too large' : 'empty'}: ${name}`,
      got: `${bytes} bytes`,
      allowed: `1 to ${largest} bytes`,
      fix: bytes > largest ? 'remove tools that nobody needs, or use a file' : 'give the schema',
    });
  }
}
