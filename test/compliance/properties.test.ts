import { Errors } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { secretIn } from '../../lib/contract/secret-patterns';
import { STRICT } from '../fixture';
import type { Recipe } from './recipes';
import { cook, RECIPE } from './recipes';

// Any input gives a clear error of ours, or a template that CloudFormation takes and that is safe. Seeds are fixed; a
// failure prints its seed, its path and the smallest recipe that fails.

type Outcome = { readonly code: string; readonly text: string } | { readonly templates: unknown[] };

/** the four parts: what is wrong, what was given, what is allowed, what to change */
const OURS = /; allowed: |; \w/;
const before = process.env.CDK_VALIDATION;

function outcomeOf(recipe: Recipe, context?: Record<string, unknown>): Outcome {
  let app;
  try {
    app = cook(recipe, context);
  } catch (error) {
    if (!Errors.isConstructError(error)) {
      throw error;
    }
    return { code: error.name, text: error.message };
  }
  // what was taken once must synthesize: from here on any error is a fault
  return { templates: app.synth().stacks.map(({ template }) => template as unknown) };
}

afterEach(() => {
  process.env.CDK_VALIDATION = before;
});

test('any agent is refused with a clear error, or makes the same safe template twice', () => {
  const seen = { accepted: 0, codes: new Set<string>() };
  fc.assert(
    fc.property(RECIPE, (recipe) => {
      const outcome = outcomeOf(recipe);
      expect(outcomeOf(recipe)).toEqual(outcome);
      if ('code' in outcome) {
        expect(outcome.text).toMatch(OURS);
        // no internals of the CDK: she has never heard of a token
        expect(outcome.text).not.toContain('${Token[');
        seen.codes.add(outcome.code);
        return;
      }
      seen.accepted++;
      expect(dangersIn(outcome.templates)).toEqual([]);
    }),
    { seed: 20261101, numRuns: 300 },
  );
  // else the recipes would prove nothing
  expect(seen.accepted).toBeGreaterThan(60);
  expect(seen.codes.size).toBeGreaterThan(15);
  // the library sets no variable, so none can be taken, also not one with a name that every object has
  expect([...seen.codes]).not.toContain('EnvironmentKeyTaken');
});

test('no agent that is accepted has a finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  const context = { ...STRICT, '@aws-cdk/core:annotationsInValidationReport': false };
  let accepted = 0;
  fc.assert(
    fc.property(RECIPE, (recipe) => {
      accepted += 'templates' in outcomeOf(recipe, context) ? 1 : 0;
    }),
    { seed: 20261102, numRuns: 60 },
  );
  expect(accepted).toBeGreaterThan(10);
});

/** What no template may hold; the tests in forbidden.test.ts look more closely, at fewer apps. */
function dangersIn(templates: unknown[]): string[] {
  const resources = templates.flatMap((template) => Object.entries<any>((template as { Resources: object }).Resources));
  const wide = resources
    .filter(
      ([id, { Type }]) => Type === 'AWS::IAM::ManagedPolicy' && !/^(CodingAgents(Telemetry|Guardrail)|Caller)/.test(id),
    )
    .filter(([, policy]) => /"Resource":"\*"|"Action":"\*"/.test(JSON.stringify(policy)));
  const inline = resources.filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  const text = JSON.stringify(templates);
  const words = [/workload-identity/, /bedrock-agentcore-identity/, /"AuthorizerType":"NONE"/].filter((word) =>
    word.test(text),
  );
  return [
    ...[...wide, ...inline].map(([id]) => id),
    ...words.map(String),
    ...(secretIn(text) === undefined ? [] : ['a secret']),
  ];
}
