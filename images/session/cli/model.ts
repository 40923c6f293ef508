/* How adapters give a model to a CLI, and refuse what the CLI cannot do. */
import type { CliName, CliRun, ModelAccess } from '../contract';
import { SessionError } from '../shared/problem';

/** The variable with the key of the model, for CLIs that let us choose its name. */
export const KEY_VARIABLE = 'AGENT_MODEL_KEY';

export function routeNotSupported(cli: CliName, model: ModelAccess, allowed: string): SessionError {
  return new SessionError('ModelRouteNotSupported', {
    what: `${cli} cannot reach its model this way`,
    got: model.via,
    allowed,
    fix: 'choose another model route, or another coding agent',
  });
}

/** The model of the run, where the CLI has no sensible default. */
export function modelOf(cli: CliName, run: CliRun): string {
  const { model } = run.settings;
  if (model === undefined) {
    throw new SessionError('ModelNotSet', {
      what: `${cli} has to be told which model to use on this route`,
      fix: 'name `model` of the agent',
    });
  }
  return model;
}

/** the kernel takes no longer argument: MAX_ARG_STRLEN, with the zero at its end */
const LONGEST_ARGUMENT = 131_071;

/** A prompt for CLIs that do not read it from standard input: never taken for an option, never too long. */
export function promptArgument(cli: CliName, prompt: string): string {
  // a space in front changes nothing for a model, and all parsers of options see a plain word
  const argument = prompt.startsWith('-') ? ` ${prompt}` : prompt;
  if (Buffer.byteLength(argument) > LONGEST_ARGUMENT || argument.includes('\0')) {
    throw new SessionError('PromptNotSupported', {
      what: `${cli} takes its prompt as an argument, and this one cannot be an argument`,
      got: `${Buffer.byteLength(argument)} bytes`,
      allowed: `at most ${LONGEST_ARGUMENT} bytes, no zero byte`,
      fix: 'put the details into a file of the repository and name it in the prompt',
    });
  }
  return argument;
}
