/* Rules for our Dockerfiles, each with the name under which a test looks for it. */
import { DockerfileParser } from 'dockerfile-ast';
import type { Dockerfile, Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

type Rule = (file: Dockerfile, text: string) => boolean;

const named = (file: Dockerfile, keyword: string): Instruction[] =>
  file.getInstructions().filter((instruction) => instruction.getKeyword() === keyword);
const argumentsOf = (instruction: Instruction): string => instruction.getArgumentsContent() ?? '';
const once = (file: Dockerfile, keyword: string): string | undefined => {
  const found = named(file, keyword);
  return found.length === 1 ? argumentsOf(found[0]) : undefined;
};
const runs = (file: Dockerfile): string => named(file, 'RUN').map(argumentsOf).join('\n');

const RULES: Record<string, Rule> = {
  'syntax that Docker knows': (_, text) => validate(text).length === 0,
  'one FROM, of ARG BASE': (file) => once(file, 'FROM') === '${BASE}',
  'a base with a tag or digest': (file) =>
    /^BASE=\S+(:[\w.-]+|@sha256:[0-9a-f]{64})$/.test(argumentsOf(named(file, 'ARG')[0])),
  // AgentCore cannot mount an image otherwise
  'a numeric user that is not root': (file) => /^[1-9]\d*$/.test(once(file, 'USER') ?? ''),
  'USER after everything that needs root': (file) => {
    const after = file.getInstructions().map((instruction) => instruction.getKeyword());
    return after.lastIndexOf('RUN') < after.indexOf('USER') && after.lastIndexOf('COPY') < after.indexOf('USER');
  },
  'ENTRYPOINT in exec form': (file) => (once(file, 'ENTRYPOINT') ?? '').startsWith('['),
  'an init as PID 1': (file) => (once(file, 'ENTRYPOINT') ?? '').startsWith('["/usr/bin/tini"'),
  'HEALTHCHECK in exec form': (file) => /CMD \[/.test(once(file, 'HEALTHCHECK') ?? ''),
  'EXPOSE 8080': (file) => once(file, 'EXPOSE') === '8080',
  'no CMD beside ENTRYPOINT': (file) => named(file, 'CMD').length === 0,
  'no ADD': (file) => named(file, 'ADD').length === 0,
  'no recommended packages': (file) =>
    runs(file)
      .split('&&')
      .filter((command) => /apt-get\s+(\S+\s+)*install/.test(command))
      .every((command) => command.includes('--no-install-recommends')),
  'package lists removed in the layer that fetched them': (file) =>
    named(file, 'RUN')
      .map(argumentsOf)
      .every((run) => !run.includes('apt-get update') || run.includes('rm -rf /var/lib/apt/lists/*')),
  'no sudo': (file) => !/\bsudo\b/.test(runs(file)),
  'nothing downloaded is piped into a shell': (file) => !/\|\s*(ba|da)?sh\b/.test(runs(file)),
  'no certificate check turned off': (_, text) =>
    !/--insecure|curl\s+-\w*k|strict-ssl|NODE_TLS_REJECT|--trusted-host/.test(text),
  // buildah reuses a layer though what is mounted changed
  'nothing mounted but secrets': (_, text) => !/--mount=(?!type=secret)/.test(text),
  // what buildah 1.28 and old builders do not know, and what fetches from elsewhere
  'no heredoc': (_, text) => !/^(RUN|COPY)\s.*<<-?['"]?\w/m.test(text),
  'no COPY --link': (_, text) => !/COPY\s+.*--link/.test(text),
  'no syntax line': (_, text) => !/^#\s*syntax\s*=/im.test(text),
  'no secret as a build argument': (file) =>
    [...named(file, 'ARG'), ...named(file, 'ENV')].every(
      (one) => !/TOKEN|PASSWORD|SECRET|API_KEY/i.test(argumentsOf(one)),
    ),
};

export const RULE_NAMES = Object.keys(RULES);

/** @returns the names of the rules that a Dockerfile breaks */
export function brokenRules(text: string): string[] {
  const file = DockerfileParser.parse(text);
  return RULE_NAMES.filter((name) => !RULES[name](file, text));
}
