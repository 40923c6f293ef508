import * as path from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AgentCli } from './agent-cli';
import type { AgentCliConfig } from './agent-artifact';
import type { AgentCliOptions, VendorCliOptions } from './agent-cli-options';
import { imageFromDirectory } from './agent-image';
import { CLI_NAMES, type CliName, factsOf, type PackagedCli } from '../../contract/agents';
import { invalidValue } from '../../private/errors';
import { httpsFlaw, withoutUserInfo } from '../../private/https-url';

/** Dockerfiles and the programs of a session, as they are bundled. */
const IMAGES = path.join(__dirname, '..', '..', '..', 'assets', 'images');

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const DEBIAN_PACKAGE = /^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?$/;
const IMAGE_REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._:@/-]*$/;
const SHA256 = /^[0-9a-f]{64}$/;

type BuildOptions = AgentCliOptions & VendorCliOptions;

/** Refuses at once what Docker or npm would refuse in the middle of a deployment. */
export function checkBuild(name: PackagedCli, options: BuildOptions): void {
  const { image, ...rest } = options;
  const given = BUILD_OPTIONS.filter((option) => rest[option] !== undefined);
  if (image !== undefined) {
    checkImage(name, image);
    if (given.length > 0) {
      throw invalidValue('BuildOptionsWithImage', {
        what: `the image of ${factsOf(name).title} is built elsewhere, and these options say how to build it here`,
        got: given.join(', '),
        allowed: 'image alone, or options of the build without image',
        fix: 'pass them as build arguments where the image is built',
      });
    }
    return;
  }
  checkText('InvalidCliVersion', 'version', options.version, VERSION, 'an exact version such as 2.1.332');
  checkText(
    'InvalidBaseImage',
    'baseImage',
    options.baseImage,
    IMAGE_REFERENCE,
    'a reference such as registry/image@sha256:...',
  );
  options.extraPackages?.forEach((entry) =>
    checkText(
      'InvalidDebianPackage',
      'extraPackages',
      entry,
      DEBIAN_PACKAGE,
      'names of Debian packages, with =version at will',
    ),
  );
  checkUrl('npmRegistry', options.npmRegistry);
  checkUrl('archiveUrl', options.archiveUrl);
  checkText('InvalidSha256', 'archiveSha256', options.archiveSha256, SHA256, '64 lower-case hexadecimal digits');
}

/** The image of an agent is an image, not another agent, whose settings would be lost. */
export function checkImage(name: CliName, image: AgentCli): void {
  const { _name: other } = image;
  if (other !== undefined) {
    throw invalidValue('ImageIsAgent', {
      what: `the image of ${factsOf(name).title} is given as an agent of its own`,
      got: factsOf(other).title,
      allowed: 'AgentCli.fromRepository(...), .fromDirectory(...) or .fromArtifact(...)',
      fix: name === 'custom' ? 'pass that agent as `cli` itself' : 'name the image, or leave `image` away',
    });
  }
}

const BUILD_OPTIONS = [
  'version',
  'extraPackages',
  'baseImage',
  'npmRegistry',
  'managedSettings',
  'archiveUrl',
  'archiveSha256',
] as const;

/** The image: given, or built from the Dockerfile of this library. */
export function packagedCli(scope: Construct, name: PackagedCli, options: BuildOptions): AgentCliConfig {
  return (
    options.image?._bind(scope) ??
    imageFromDirectory(scope, IMAGES, {
      file: `${name}/Dockerfile`,
      buildArgs: buildArgsOf(options),
      // another agent's Dockerfile must not change this image
      exclude: CLI_NAMES.filter((other) => other !== name),
    })
  );
}

function buildArgsOf(options: BuildOptions): Record<string, string> | undefined {
  const all = {
    BASE: options.baseImage,
    NPM_REGISTRY: options.npmRegistry,
    EXTRA_PACKAGES: options.extraPackages?.join(' '),
    CLI_VERSION: options.version,
    ARCHIVE_URL: options.archiveUrl,
    ARCHIVE_SHA256: options.archiveSha256,
    MANAGED_SETTINGS: options.managedSettings && JSON.stringify(options.managedSettings),
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function checkText(code: string, option: string, got: string | undefined, form: RegExp, allowed: string): void {
  if (got !== undefined && !Token.isUnresolved(got) && !form.test(got)) {
    throw invalidValue(code, {
      what: `${option} of an agent is not what the build of its image takes`,
      got,
      allowed,
      fix: 'correct it, or leave it away for the default',
    });
  }
}

function checkUrl(option: string, url: string | undefined): void {
  const flaw = url === undefined || Token.isUnresolved(url) ? undefined : httpsFlaw(url, { privateHost: true });
  if (url !== undefined && flaw !== undefined) {
    throw invalidValue('InvalidDownloadUrl', {
      what: `${option} of an agent ${flaw}`,
      got: withoutUserInfo(url),
      allowed: 'an https URL without a password',
      fix: 'let the build in by its network, not by a password: it would stay readable in the image',
    });
  }
}

/** The archive of a vendor is needed, and nothing of it can be known beforehand. */
export function checkArchive(name: PackagedCli, options: VendorCliOptions): void {
  if (options.image === undefined && (options.archiveUrl === undefined || options.archiveSha256 === undefined)) {
    throw invalidValue('VendorArchiveMissing', {
      what: `${factsOf(name).title} is not on the npm registry, and its vendor publishes no checksums that this library could hold`,
      got: options.archiveUrl === undefined ? 'no archiveUrl' : 'no archiveSha256',
      allowed: 'archiveUrl and archiveSha256 of one version for linux/arm64, or image',
      fix: 'download the version that you reviewed, run `sha256sum` on it, and give both',
    });
  }
}
