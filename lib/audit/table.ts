import { Names, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

const TABLE = 'events';
/** @see https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html */
const INPUT_FORMAT = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat';
const OUTPUT_FORMAT = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat';
const SERDE = 'org.apache.hive.hcatalog.data.JsonSerDe';

const ISSUER = 'struct<type:string,principalid:string,arn:string,accountid:string,username:string>';
const SESSION = [
  'attributes:struct<mfaauthenticated:string,creationdate:string>',
  `sessionissuer:${ISSUER}`,
  'ec2roledelivery:string',
  'webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>',
].join(',');
const IDENTITY = [
  'type:string',
  'principalid:string',
  'arn:string',
  'accountid:string',
  'invokedby:string',
  'accesskeyid:string',
  'username:string',
  'onbehalfof:struct<userid:string,identitystorearn:string>',
  `sessioncontext:struct<${SESSION}>`,
].join(',');

/** columns that are not plain strings */
const TYPES: Record<string, string> = {
  useridentity: `struct<${IDENTITY}>`,
  resources: 'array<struct<arn:string,accountid:string,type:string>>',
  tlsdetails: 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>',
};

const COLUMNS = [
  'eventversion',
  'useridentity',
  'eventtime',
  'eventsource',
  'eventname',
  'awsregion',
  'sourceipaddress',
  'useragent',
  'errorcode',
  'errormessage',
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'requestid',
  'eventid',
  'readonly',
  'resources',
  'eventtype',
  'recipientaccountid',
  'sharedeventid',
  'eventcategory',
  'tlsdetails',
];

/** Where the records lie. */
interface AuditTableProps {
  readonly bucket: s3.IBucket;
  /** how far back a query without a day looks */
  readonly days: number;
}

/** A table over the records, with a partition for each day that Athena works out by itself. */
export class AuditTable extends Construct {
  /** database and table, as a query names them */
  public readonly name: string;

  public constructor(scope: Construct, id: string, { bucket, days }: AuditTableProps) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    const databaseName = Names.uniqueResourceName(this, { maxLength: 128, separator: '_' }).toLowerCase();
    const database = new glue.CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: databaseName, description: 'Records of agents' },
    });
    const location = `s3://${bucket.bucketName}/AWSLogs/${account}/CloudTrail/${region}/`;
    const table = new glue.CfnTable(this, 'Table', {
      catalogId: account,
      databaseName,
      tableInput: {
        name: TABLE,
        description: 'Records of CloudTrail, one row for each call',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'day', type: 'string', comment: 'yyyy/MM/dd; ask for few, each is paid for' }],
        parameters: projection(location, days),
        storageDescriptor: {
          columns: COLUMNS.map((name) => ({ name, type: TYPES[name] ?? 'string' })),
          location,
          inputFormat: INPUT_FORMAT,
          outputFormat: OUTPUT_FORMAT,
          serdeInfo: { serializationLibrary: SERDE },
        },
      },
    });
    table.addResourceDependency(database);
    this.name = `${databaseName}.${TABLE}`;
  }
}

function projection(location: string, days: number): Record<string, string> {
  return {
    classification: 'cloudtrail',
    'projection.enabled': 'true',
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    'projection.day.interval': '1',
    'projection.day.interval.unit': 'DAYS',
    'projection.day.range': `NOW-${days}DAYS,NOW`,
    // Athena fills this in, not CloudFormation
    'storage.location.template': `${location}\${day}`,
  };
}
