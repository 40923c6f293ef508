import { render } from './render';
import type { Assembly } from './assembly';

/** A widget as CloudWatch gets it. */
export interface Widget {
  readonly type: 'alarm' | 'log' | 'metric' | 'text';
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly properties: any;
}

export interface Variable {
  readonly id: string;
  readonly label: string;
  readonly pattern?: string;
  readonly defaultValue: string;
  readonly values: { readonly label: string; readonly value: string }[];
}

export interface Body {
  readonly name: string;
  readonly variables: Variable[];
  readonly widgets: Widget[];
}

/** The dashboards of an app, with names in place of what is known only at deployment. */
export function dashboardsIn({ stacks }: Assembly): Body[] {
  return stacks.flatMap(({ resources }) =>
    Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Dashboard')
      .map(([id, { Properties }]) => parse(String(Properties.DashboardName ?? id), Properties.DashboardBody)),
  );
}

function parse(name: string, body: unknown): Body {
  // a reference can stand in the middle of JSON, where its brackets do no harm
  const { variables = [], widgets } = JSON.parse(render(body)) as Omit<Body, 'name'>;
  return { name, variables, widgets: JSON.parse(picked(JSON.stringify(widgets), variables)) as Widget[] };
}

/** what the console does when the dashboard is opened */
function picked(text: string, variables: Variable[]): string {
  return variables.reduce(
    (done, { pattern, defaultValue }) => (pattern === undefined ? done : done.replaceAll(pattern, defaultValue)),
    text,
  );
}
