import { addAgents as l1 } from '../bench/apps/by-hand-l1';
import { addAgents as l2 } from '../bench/apps/by-hand-l2';
import { addAgents as library } from '../bench/apps/library';
import type { AddAgents } from '../bench/apps/shared';
import { appOf } from '../bench/apps/shared';
import { countByType, withoutNames } from '../bench/templates';

const templateOf = (addAgents: AddAgents, count = 2) =>
  appOf(addAgents, count).synth().getStackByName('Agents').template;

describe('the apps of the bench say the same, so that their times can be compared', () => {
  const template = templateOf(library);

  test.each([
    ['L1', l1],
    ['L2', l2],
  ])('library and %s', (_, byHand) => {
    const other = templateOf(byHand);
    expect(countByType(other)).toEqual(countByType(template));
    expect(withoutNames(other)).toEqual(withoutNames(template));
  });
});

describe('what the comparison must see', () => {
  const template = templateOf(l1, 1);
  const changed = (change: (resource: any) => void) => {
    const copy = structuredClone(template);
    Object.values<any>(copy.Resources).forEach(change);
    return withoutNames(copy);
  };

  test('other names and paths are no difference', () => {
    const renamed = changed((resource) => (resource.Metadata = { 'aws:cdk:path': 'elsewhere' }));
    expect(renamed).toEqual(withoutNames(template));
  });

  test.each<[string, (resource: any) => void]>([
    ['a property', ({ Type, Properties }) => Type.endsWith('Runtime') && (Properties.PlatformVersion = 'V2')],
    ['an order of deployment', (resource) => resource.Type === 'AWS::Logs::Delivery' && delete resource.DependsOn],
    ['what is done at deletion', (resource) => delete resource.DeletionPolicy],
  ])('%s', (_, change) => {
    expect(changed(change)).not.toEqual(withoutNames(template));
  });
});
