import * as fc from 'fast-check';
import { picked } from '../../../handlers/github-broker/fields';
import { fitted } from '../../../handlers/github-broker/fit';

const lengthOf = (value: unknown) => JSON.stringify(value).length;

describe('a result', () => {
  test('that fits is as it was', () => {
    const result = { items: [{ a: 'x'.repeat(900) }] };
    expect(fitted(result, 1_000)).toBe(result);
  });

  test('keeps short texts whole', () => {
    const result = fitted({ items: [{ a: 'short', b: 'x'.repeat(5_000) }, { b: 'y'.repeat(900) }] }, 2_500) as any;
    expect(result.items[0].a).toBe('short');
    expect(result.items[1].b).toBe('y'.repeat(900));
    expect(result.items[0].b).toMatch(/^x{900,}\[cut\]$/);
    expect(lengthOf(result)).toBeGreaterThan(2_200);
  });

  test('loses its last entries where cutting texts is not enough, and says how many', () => {
    const items = Array.from({ length: 500 }, (_, number) => ({ number }));
    const result = fitted({ items, nextPage: 2 }, 2_000) as any;
    expect(result.items).toEqual(items.slice(0, result.items.length));
    expect(result.items.length).toBeGreaterThan(80);
    expect(result.nextPage).toBe(2);
    expect(result.truncated).toBe(
      'the result was longer than 2000 characters: texts are cut where they end with [cut], ' +
        `the last ${500 - result.items.length} entries are left out; ask for less`,
    );
  });

  test('is never longer than allowed', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    const item = fc.dictionary(
      fc.string({ maxLength: 20 }),
      fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 5 })),
    );
    const result = fc.oneof(fc.record({ items: fc.array(item) }), item);
    fc.assert(
      fc.property(result, fc.integer({ min: 1_000, max: 5_000 }), (given, largest) => {
        const value = fitted(given, largest);
        expect(lengthOf(value)).toBeLessThanOrEqual(largest);
        expect('truncated' in value || lengthOf(given) <= largest).toBe(true);
        expect(JSON.stringify(value)).not.toMatch(/[^\\]\\ud[89ab][0-9a-f]{2}\[cut\]/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('fields', () => {
  const value = { a: 1, b: { c: [{ d: 'x' }, { d: null }, {}] }, e: '', f: false, g: 0, h: [], i: [{ j: 1, k: 2 }] };

  test.each([
    [['a'], { a: 1 }],
    [['z=b.c.d'], { z: ['x'] }],
    [['e', 'h', 'missing', 'a.b.c'], {}],
    [['f', 'g'], { f: false, g: 0 }],
    [[{ i: ['j'] }], { i: [{ j: 1 }] }],
    [[{ missing: ['j'] }], {}],
    [['constructor', '__proto__', 'a.toFixed'], {}],
  ])('%j', (fields, expected) => {
    expect(picked(value, fields)).toEqual(expected);
  });

  test.each([null, undefined, 'text', 7, []])('of %j there are none', (none) => {
    expect(picked(none, ['a', { i: ['j'] }])).toEqual({});
  });
});
