import { createHandler } from './handler';
import { settingsOf } from './settings';

export const handler = createHandler(settingsOf(process.env));
