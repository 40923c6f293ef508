import * as path from 'node:path';
import type { Platform } from './base';
import type { Lab, Ran } from './lab';
import { certificates } from './lab';

export interface Built extends Ran {
  readonly image: string;
  readonly seconds: number;
}

export interface BuiltOn {
  readonly platform: Platform;
  /** name of the base image */
  readonly base: string;
}

export interface ImageFacts {
  readonly size: number;
  readonly layers: string[];
  readonly user: string;
  readonly entrypoint: string[];
  readonly healthcheck: string[];
  readonly environment: string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Builds one Dockerfile of the context, unmodified. */
export function build(
  lab: Lab,
  context: string,
  name: string,
  { platform, base }: BuiltOn,
  more: Record<string, string> = {},
): Built {
  const image = `localhost/agent-${name}:${platform}`;
  const trusted = certificates();
  const start = Date.now();
  const ran = lab.try(
    'buildah',
    'bud',
    // OCI's own format has no health check
    ...['--format', 'docker', '--layers', '--pull-never', '--platform', `linux/${platform}`],
    ...(trusted ? ['--secret', `id=ca,src=${trusted}`] : []),
    ...Object.entries({ BASE: base, ...more }).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...['-f', path.join(context, name, 'Dockerfile'), '-t', image, context],
  );
  return { ...ran, image, seconds: (Date.now() - start) / 1000 };
}

export function factsOf(lab: Lab, image: string): ImageFacts {
  const [found] = JSON.parse(lab.run('podman', 'image', 'inspect', image));
  const healthcheck: string[] = found.HealthCheck?.Test ?? found.Healthcheck?.Test ?? [];
  return {
    size: found.Size,
    layers: found.RootFS.Layers,
    user: found.User,
    entrypoint: found.Config.Entrypoint ?? [],
    healthcheck: healthcheck.slice(1),
    environment: found.Config.Env ?? [],
    labels: found.Config.Labels ?? {},
  };
}
