/** QLDB's PartiQL: text to statement, statement to rows, over whatever implements {@link Database}. */
export { equalityKey, valuesEqual } from './comparison';
export * from './database';
export { limits } from './limits';
export { parseStatement } from './parse-statement';
export { tablesOf, type PartiqlAction, type RequiredPermission } from './permission';
export { isDefinition, isReadOnly, runStatement } from './statement';
export { StatementError, type StatementErrorCategory } from './statement-error';
export type { Statement, TableReference } from './syntax-tree';
export { WorkBudget } from './work-budget';
