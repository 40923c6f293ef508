/*
 * The regions in which AWS offers what agents need. AWS opens regions all the time, so every list here gets old: each has
 * the date on which it was read, its source, and a context key under which an app names the regions that came later. The
 * checks that read these lists are in lib/private/environments.ts.
 */

/** A service, or a part of one, that AWS does not offer in every region. */
export interface RegionalService {
  /** the subject of the error, in the words of users */
  readonly title: string;
  /** the only regions that have it; undefined for a part of AgentCore that every region of it has, but for `except` */
  readonly regions?: readonly string[];
  /** the regions of AgentCore without it */
  readonly except?: readonly string[];
  /** the day on which the list was compared with its source */
  readonly dated: string;
  readonly source: string;
  /** the context key under which an app names further regions */
  readonly contextKey: string;
}

const CONTEXT = 'cdk-coding-agents';
const DATED = '2026-11-30';

const CHINA = ['cn-north-1', 'cn-northwest-1'];

/** Runtime, Gateway, Identity and Observability share one list. */
const AGENT_CORE = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-5',
  'ap-southeast-7',
  'ca-central-1',
  ...CHINA,
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-gov-west-1',
  'us-west-1',
  'us-west-2',
];

const REGIONS_PAGE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-regions.html';
const CHINA_PAGE = 'https://docs.amazonaws.cn/en_us/aws/latest/userguide/bedrock-agentcore.html';
const ENDPOINTS_PAGE = 'https://docs.aws.amazon.com/bedrock/latest/userguide/endpoints-region-availability.html';

/** What constructs check before they make anything. */
export const REGIONAL_SERVICES = {
  agentCore: {
    title: 'Amazon Bedrock AgentCore',
    regions: AGENT_CORE,
    dated: DATED,
    source: `${REGIONS_PAGE}, ${CHINA_PAGE}`,
    contextKey: `${CONTEXT}:agentCoreRegions`,
  },
  policy: {
    title: 'Policy in AgentCore',
    except: CHINA,
    dated: DATED,
    source: `${REGIONS_PAGE}, ${CHINA_PAGE}`,
    contextKey: `${CONTEXT}:policyRegions`,
  },
  s3FilesMount: {
    title: 'mounting Amazon S3 Files in AgentCore Runtime',
    except: CHINA,
    dated: DATED,
    source: `${REGIONS_PAGE}, ${CHINA_PAGE}`,
    contextKey: `${CONTEXT}:s3FilesMountRegions`,
  },
  bedrock: {
    title: 'Amazon Bedrock',
    except: CHINA,
    dated: DATED,
    source: `${ENDPOINTS_PAGE}, ${CHINA_PAGE}`,
    contextKey: `${CONTEXT}:bedrockRegions`,
  },
  mantle: {
    title: 'the endpoint bedrock-mantle, by which Codex reaches Amazon Bedrock,',
    regions: [
      'ap-northeast-1',
      'ap-south-1',
      'ap-southeast-2',
      'ap-southeast-3',
      'eu-central-1',
      'eu-north-1',
      'eu-south-1',
      'eu-west-1',
      'eu-west-2',
      'sa-east-1',
      'us-east-1',
      'us-east-2',
      'us-gov-west-1',
      'us-west-2',
    ],
    dated: DATED,
    source: ENDPOINTS_PAGE,
    contextKey: `${CONTEXT}:bedrockMantleRegions`,
  },
} satisfies Record<string, RegionalService>;

export type RegionalServiceName = keyof typeof REGIONAL_SERVICES;

/** One geography of cross-region inference profiles. */
interface Geography {
  readonly title: string;
  /** the regions from which a profile can be called and to which it routes, by how their names begin */
  readonly regions: RegExp;
}

/**
 * The geographies of cross-region inference profiles, by the first part of the id of a profile. Which regions of a
 * geography a profile serves differs by model, and AWS changes it: the patterns admit the whole geography and the
 * neighbours that AWS counts to it, so they refuse only what cannot be meant.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
 */
export const GEOGRAPHIES: Readonly<Record<string, Geography>> = {
  apac: { title: 'Asia and the Pacific', regions: /^(ap|me)-/ },
  au: { title: 'Australia and New Zealand', regions: /^ap-southeast-[246]$/ },
  ca: { title: 'Canada', regions: /^ca-/ },
  eu: { title: 'Europe', regions: /^(eu|il)-/ },
  global: { title: 'the commercial regions', regions: /^(?!us-gov-|cn-|us-iso|eu-isoe|eusc-)/ },
  jp: { title: 'Japan', regions: /^ap-northeast-[13]$/ },
  sa: { title: 'South America', regions: /^sa-/ },
  us: { title: 'the United States', regions: /^(us-(?!gov|iso)|ca-|mx-)/ },
  'us-gov': { title: 'AWS GovCloud', regions: /^us-gov-/ },
};

/** The context key under which an app names regions from which its profiles can be called, whatever their geography. */
export const PROFILE_REGIONS_KEY = `${CONTEXT}:inferenceProfileRegions`;
