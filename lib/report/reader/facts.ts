/** A fact of the report as JSON; keys stand in the order in which Markdown says them. */
export type Fact = string | number | boolean | undefined | Fact[] | { readonly [key: string]: Fact };

/** Something that has facts. What `name` says stands first. */
export type Entry = { readonly name?: string } & { readonly [key: string]: Fact };

/** One kind of facts about a stack. */
export interface Section {
  /** the key in JSON */
  readonly id: string;
  readonly title: string;
  /** what is said when the stack has none of it */
  readonly none: string;
  /** whether each entry gets a heading */
  readonly headings?: boolean;
  readonly entries: Entry[];
}

/** in an order that does not depend on the order in the template or on the language of the machine */
export function sorted(texts: Iterable<string>): string[] {
  const unique = [...new Set(texts)];
  return unique.length > 1 ? unique.sort() : unique;
}

export function sortedBy<T>(all: T[], key: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, by: key(one) }))
    .sort(byKey)
    .map(({ one }) => one);
}

function byKey(one: { by: string }, other: { by: string }): number {
  return one.by < other.by ? -1 : one.by > other.by ? 1 : 0;
}

/** leaves out what is not there */
export function entry(facts: Record<string, Fact>): Entry {
  const there: Record<string, Fact> = {};
  for (const [key, fact] of Object.entries(facts)) {
    if (fact !== undefined && !(Array.isArray(fact) && fact.length === 0)) {
      there[key] = fact;
    }
  }
  return there;
}
