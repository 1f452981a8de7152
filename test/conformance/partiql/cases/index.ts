import { CHANGES } from './changes';
import { DEFINITIONS } from './definitions';
import { FUNCTIONS } from './functions';
import { GENERAL } from './general';
import { OPERATORS } from './operators';
import { QUERIES } from './queries';
import { REFUSALS } from './refusals';
import { TIMESTAMPS } from './timestamps';
import { TYPES } from './types';

/** In the order of the page. */
export const SECTIONS = [...GENERAL, ...DEFINITIONS, ...CHANGES, ...QUERIES, ...FUNCTIONS, ...TIMESTAMPS, ...OPERATORS, ...TYPES, ...REFUSALS];
