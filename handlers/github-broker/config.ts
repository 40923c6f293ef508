import { LONGEST_CACHE_MINUTES, RESULT_BOUNDS } from '../../lib/contract/github-app';
import type { BrokerConfig } from '../../lib/contract/github-app';
import { toolNamed } from '../../lib/contract/catalogue';
import { appConfigOf, check, isListOfTexts, isWhole } from '../shared/config';
import type { Fields } from '../shared/json';

/** The settings of the broker, or an error that names the one that is wrong. */
export function brokerConfigOf(settings: Fields): BrokerConfig {
  const { tools, largestResult, cacheMinutes, allowDefaultBranch } = settings;
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
  return { ...appConfigOf(settings), tools, largestResult, cacheMinutes, allowDefaultBranch } as BrokerConfig;
}
