import { LONGEST_CACHE_MINUTES, RESULT_BOUNDS } from '../../lib/contract/github-app';
import type { BrokerConfig } from '../../lib/contract/github-app';
import { MOST_PROTECTED, protectedFlaw } from '../../lib/contract/pipeline-files';
import { toolNamed } from '../../lib/contract/catalogue';
import { appConfigOf, check, isListOfTexts, isWhole } from '../shared/config';
import type { Fields } from '../shared/json';

/** The settings of the broker, or an error that names the one that is wrong. */
export function brokerConfigOf(settings: Fields): BrokerConfig {
  const { tools, largestResult, cacheMinutes, allowDefaultBranch, protectedPaths } = settings;
  check(
    'tools',
    'names of the catalogue, at least one',
    isListOfTexts(tools) && tools.every((name) => toolNamed(name) !== undefined),
  );
  const { smallest, largest } = RESULT_BOUNDS;
  check('largestResult', `a whole number from ${smallest} to ${largest}`, isWhole(largestResult, smallest, largest));
  const longest = LONGEST_CACHE_MINUTES;
  check('cacheMinutes', `a whole number from 0 to ${longest}`, isWhole(cacheMinutes, 0, longest));
  check(
    'allowDefaultBranch',
    'true, false or left away',
    allowDefaultBranch === undefined || typeof allowDefaultBranch === 'boolean',
  );
  check(
    'protectedPaths',
    `names of files, at most ${MOST_PROTECTED}, or left away`,
    protectedPaths === undefined ||
      (Array.isArray(protectedPaths) &&
        protectedPaths.length <= MOST_PROTECTED &&
        protectedPaths.every((name) => protectedFlaw(name) === undefined)),
  );
  const optional = { allowDefaultBranch, ...(protectedPaths === undefined ? {} : { protectedPaths }) };
  return { ...appConfigOf(settings), tools, largestResult, cacheMinutes, ...optional } as BrokerConfig;
}
