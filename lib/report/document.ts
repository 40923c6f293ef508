import { acceptedSection } from './accepted';
import { agentsSection, undescribed } from './agents';
import { AppView } from './app-view';
import type { Section } from './reader/facts';
import type { StackView } from './reader/load';
import type { Reader } from './reader/reader';
import { networkSection } from './network/network';
import { resourcePoliciesSection } from './resource-policies';
import { rolesSection } from './roles';
import { secretsSection } from './secrets';
import { storesSection } from './stores';
import { toolsSection } from './tools';

/** Changes when a reader of the JSON has to change. */
const FORMAT_VERSION = 1;

/** What the report says, before it is written as Markdown or JSON. */
export interface Document {
  readonly stacks: { readonly name: string; readonly sections: Section[] }[];
}

export function documentOf(views: StackView[]): Document {
  const app = new AppView(views);
  return {
    stacks: app.readers.map((reader) => ({ name: reader.view.name, sections: sectionsOf(reader, app) })),
  };
}

function sectionsOf(reader: Reader, app: AppView): Section[] {
  const agents = agentsSection(reader);
  const others = [
    rolesSection(reader, app),
    resourcePoliciesSection(reader),
    networkSection(reader),
    secretsSection(reader, app),
    toolsSection(reader, app),
  ];
  const stores = storesSection(reader);
  const unknown = undescribed(reader, [...others, agents, stores]);
  return [
    ...others,
    { ...agents, entries: [...agents.entries, ...unknown] },
    stores,
    acceptedSection(app.acceptedIn(reader.template)),
  ];
}

export function jsonOf({ stacks }: Document): string {
  const content = {
    version: FORMAT_VERSION,
    stacks: stacks.map(({ name, sections }) => ({
      name,
      ...Object.fromEntries(sections.map(({ id, entries }) => [id, entries])),
    })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
