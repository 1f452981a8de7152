import type { Position } from './position';
import type { TypeName } from './type-names';
import type { IonValue } from '../ion/value';

interface Node {
  readonly at: Position;
}

/** One parsed statement; deeply frozen, hence safe to keep and run many times. */
export interface Statement {
  readonly action: Action;
  /** How many `?` it has. */
  readonly parameterCount: number;
}

export type Action = Select | Insert | Change | CreateTable | DropTable | UndropTable | CreateIndex | DropIndex | RedactRevision;

// Expressions

export type Expression =
  | Literal | MissingLiteral | Parameter | Variable | Path | Unary | Arithmetic | Concatenation | Comparison | Conjunction | Disjunction
  | Between | Membership | Like | TypeTest | Case | Cast | FunctionCall | Aggregate | ListConstructor | BagConstructor | StructConstructor | Select;

export interface Literal extends Node { readonly kind: 'literal'; readonly value: IonValue }
export interface MissingLiteral extends Node { readonly kind: 'missing' }
export interface Parameter extends Node { readonly kind: 'parameter'; readonly index: number }
export interface Variable extends Node { readonly kind: 'variable'; readonly name: string }
export interface Path extends Node { readonly kind: 'path'; readonly root: Expression; readonly steps: readonly PathStep[] }
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'element'; readonly key: Expression }
  | { readonly kind: 'everyElement' }
  | { readonly kind: 'everyField' };
export interface Unary extends Node { readonly kind: 'unary'; readonly operator: '+' | '-' | 'NOT'; readonly operand: Expression }
/** Left to right: `first operator operand operator operand ..`; flat, so that long sums do not nest. */
export interface Arithmetic extends Node { readonly kind: 'arithmetic'; readonly first: Expression; readonly rest: readonly ArithmeticStep[] }
export interface ArithmeticStep extends Node { readonly operator: ArithmeticOperator; readonly operand: Expression }
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export interface Concatenation extends Node { readonly kind: 'concatenation'; readonly operands: readonly Expression[] }
export interface Comparison extends Node {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export interface Conjunction extends Node { readonly kind: 'and'; readonly operands: readonly Expression[] }
export interface Disjunction extends Node { readonly kind: 'or'; readonly operands: readonly Expression[] }
export interface Between extends Node {
  readonly kind: 'between';
  readonly value: Expression;
  readonly lower: Expression;
  readonly upper: Expression;
  readonly negated: boolean;
}
export interface Membership extends Node {
  readonly kind: 'in';
  readonly value: Expression;
  readonly collection: Expression;
  /** Written as `IN (a, b)`: the only form an index serves. */
  readonly parenthesized: boolean;
  readonly negated: boolean;
}
export interface Like extends Node {
  readonly kind: 'like';
  readonly value: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
  readonly negated: boolean;
}
export interface TypeTest extends Node { readonly kind: 'is'; readonly value: Expression; readonly type: TypeName; readonly negated: boolean }
/** With a `subject` the conditions are values it is compared with. */
export interface Case extends Node {
  readonly kind: 'case';
  readonly subject?: Expression;
  readonly branches: readonly { readonly condition: Expression; readonly result: Expression }[];
  readonly otherwise?: Expression;
}
export interface Cast extends Node { readonly kind: 'cast'; readonly value: Expression; readonly type: TypeName }
export interface FunctionCall extends Node { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
/** Without `argument` it is `COUNT(*)`. */
export interface Aggregate extends Node { readonly kind: 'aggregate'; readonly name: AggregateName; readonly argument?: Expression }
export type AggregateName = 'AVG' | 'COUNT' | 'MAX' | 'MIN' | 'SUM';
export interface ListConstructor extends Node { readonly kind: 'list'; readonly items: readonly Expression[] }
export interface BagConstructor extends Node { readonly kind: 'bag'; readonly items: readonly Expression[] }
export interface StructConstructor extends Node {
  readonly kind: 'struct';
  readonly fields: readonly { readonly name: Expression; readonly value: Expression }[];
}

// Queries

export interface Select extends Node {
  readonly kind: 'select';
  readonly projection: Projection;
  readonly from: readonly FromItem[];
  readonly where?: Expression;
}
export type Projection =
  | { readonly kind: 'star' }
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'items'; readonly items: readonly ProjectionItem[] };
export type ProjectionItem =
  | { readonly kind: 'everyFieldOf'; readonly expression: Expression }
  | { readonly kind: 'named'; readonly name: string; readonly expression: Expression };

export interface FromItem extends Node {
  readonly source: Source;
  /** The alias written, or the name that stands for it: the table's, or the last step of a path. */
  readonly alias?: string;
  readonly positionAlias?: string;
  readonly documentIdAlias?: string;
  /** The condition of an inner join. */
  readonly on?: Expression;
}
export type Source = TableSource | HistorySource | CatalogSource | ValueSource;
export interface TableSource extends Node { readonly kind: 'table'; readonly name: string; readonly view: 'user' | 'committed' }
export interface HistorySource extends Node {
  readonly kind: 'history';
  readonly table: TableReference;
  readonly from?: Expression;
  readonly to?: Expression;
}
/** `information_schema.user_tables` */
export interface CatalogSource extends Node { readonly kind: 'catalog' }
/** A collection that is not a table: a literal, or a path into another source. */
export interface ValueSource extends Node { readonly kind: 'value'; readonly expression: Expression; readonly unpivot: boolean }
export type TableReference = { readonly name: string } | { readonly tableId: string };

// Changes of documents

export interface Insert extends Node {
  readonly kind: 'insert';
  readonly table: string;
  readonly value: Expression;
  /** Without the keyword VALUE a list or bag inserts each of its elements. */
  readonly single: boolean;
}
/** UPDATE, DELETE and the FROM forms alike. The first item of `from` is the table changed. */
export interface Change extends Node {
  readonly kind: 'change';
  readonly from: readonly FromItem[];
  readonly where?: Expression;
  readonly edit: Edit;
}
export type Edit =
  | { readonly kind: 'delete' }
  | { readonly kind: 'set'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'insertInto'; readonly target: Expression; readonly value: Expression; readonly key?: Expression }
  | { readonly kind: 'remove'; readonly target: Expression };
export interface Assignment extends Node { readonly target: Expression; readonly value: Expression }

// Definitions

export interface CreateTable extends Node { readonly kind: 'createTable'; readonly name: string; readonly tags: Readonly<Record<string, string>> }
export interface DropTable extends Node { readonly kind: 'dropTable'; readonly name: string }
export interface UndropTable extends Node { readonly kind: 'undropTable'; readonly tableId: string }
export interface CreateIndex extends Node { readonly kind: 'createIndex'; readonly table: string; readonly field: string }
export interface DropIndex extends Node { readonly kind: 'dropIndex'; readonly table: string; readonly indexId: string }
export interface RedactRevision extends Node {
  readonly kind: 'redactRevision';
  readonly blockAddress: Expression;
  readonly tableId: Expression;
  readonly documentId: Expression;
}
