import type { Duration } from 'aws-cdk-lib';
import { Size } from 'aws-cdk-lib';
import type * as s3files from 'aws-cdk-lib/aws-s3files';
import type { IConstruct } from 'constructs';
import { checkKeyPrefix } from './path';
import { invalid } from '../../private/errors';

/** When S3 Files copies the content of a file from the bucket to the fast storage of the file system. */
export class S3FilesImportTrigger {
  /** When a directory is first listed or a file in it opened: its small files are then fast from the first read on. */
  public static readonly ON_DIRECTORY_FIRST_ACCESS = new S3FilesImportTrigger('ON_DIRECTORY_FIRST_ACCESS');

  /** When a file is first read: costs least, and the first read of each file waits for the bucket. */
  public static readonly ON_FILE_ACCESS = new S3FilesImportTrigger('ON_FILE_ACCESS');

  /** A trigger that this library does not know yet. */
  public static of(value: string): S3FilesImportTrigger {
    return new S3FilesImportTrigger(value);
  }

  private constructor(
    /** The word that the service uses. */
    public readonly value: string,
  ) {}
}

/**
 * Which files are copied to the fast storage of the file system, and when. Names and sizes of all files always are.
 *
 * Of several rules that fit a file, the one with the longest prefix counts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-synchronization-customizing.html
 */
export interface S3FilesImportRule {
  /**
   * The directory that the rule is about: names that each end with a slash, such as `hot/`; at most 1024 characters.
   *
   * @default '' - all of the file system
   */
  readonly prefix?: string;

  /**
   * Only files smaller than this are copied, larger ones are read from the bucket each time. 0 copies none, at most
   * 52,673,613,135,872 bytes (about 48 TiB).
   *
   * Copying nothing suits agents that look into many files once; a high limit suits files that are read again and again.
   *
   * @default Size.kibibytes(128)
   */
  readonly sizeLessThan?: Size;

  /**
   * When to copy.
   *
   * @default S3FilesImportTrigger.ON_DIRECTORY_FIRST_ACCESS
   */
  readonly trigger?: S3FilesImportTrigger;
}

const MOST_RULES = 10;
const LARGEST_IMPORT = 52_673_613_135_872;
const DEFAULT_SIZE = Size.kibibytes(128);
const DEFAULT_EXPIRY_DAYS = 30;

/** The service takes both kinds of rules or none, so a missing kind is filled with the service's own defaults. */
export function synchronizationOf(
  scope: IConstruct,
  importRules: S3FilesImportRule[] | undefined,
  expireAfter: Duration | undefined,
): s3files.CfnFileSystem.SynchronizationConfigurationProperty | undefined {
  if (importRules === undefined && expireAfter === undefined) {
    return undefined;
  }
  const rules = (importRules ?? []).map((rule) => importRuleOf(scope, rule));
  const importDataRules = rules.some((rule) => rule.prefix === '') ? rules : [importRuleOf(scope, {}), ...rules];
  checkRules(scope, importDataRules);
  const days = expireAfter === undefined ? DEFAULT_EXPIRY_DAYS : wholeDays(scope, expireAfter, 'expireAfter', 365);
  return { importDataRules, expirationDataRules: [{ daysAfterLastAccess: days }] };
}

function importRuleOf(scope: IConstruct, rule: S3FilesImportRule): s3files.CfnFileSystem.ImportDataRuleProperty {
  const { prefix = '', sizeLessThan = DEFAULT_SIZE, trigger = S3FilesImportTrigger.ON_DIRECTORY_FIRST_ACCESS } = rule;
  checkKeyPrefix(scope, prefix, 'the prefix of an import rule');
  const bytes = sizeLessThan.toBytes();
  if (!sizeLessThan.isUnresolved() && (bytes < 0 || bytes > LARGEST_IMPORT)) {
    throw invalid(scope, 'ImportSizeOutOfRange', {
      what: 'sizeLessThan of an import rule is out of range',
      got: `${bytes} bytes`,
      allowed: `0 to ${LARGEST_IMPORT} bytes`,
      fix: 'use the largest allowed size to copy every file',
    });
  }
  return { prefix, sizeLessThan: bytes, trigger: trigger.value };
}

function checkRules(scope: IConstruct, rules: { prefix: string }[]): void {
  const twice = rules.find((rule, index) => rules.findIndex((other) => other.prefix === rule.prefix) !== index);
  if (twice !== undefined) {
    throw invalid(scope, 'ImportPrefixTaken', {
      what: 'two import rules are about the same prefix',
      got: twice.prefix,
      allowed: 'one rule a prefix',
      fix: 'merge them',
    });
  }
  if (rules.length > MOST_RULES) {
    throw invalid(scope, 'TooManyImportRules', {
      what: 'too many import rules, counting the one for the whole file system',
      got: rules.length,
      allowed: `at most ${MOST_RULES}`,
      fix: 'choose prefixes that lie higher',
    });
  }
}

/** A duration as days, refused when it has none, too many, or a part of one. */
export function wholeDays(scope: IConstruct, duration: Duration, what: string, most: number): number {
  const days = duration.toDays({ integral: false });
  if (!duration.isUnresolved() && (!Number.isInteger(days) || days < 1 || days > most)) {
    throw invalid(scope, 'DaysOutOfRange', {
      what: `${what} is not a number of days that the service takes`,
      got: duration.toHumanString(),
      allowed: `1 to ${most} whole days`,
      fix: 'use Duration.days(...)',
    });
  }
  return days;
}
