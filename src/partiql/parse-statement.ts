import { Scanner } from './lexer';
import { parseDelete, parseFromChange, parseInsert, parseUpdate } from './parse-change';
import { parseCreate, parseDrop, parseExec, parseUndrop } from './parse-definition';
import { parseSelect, refuseUnsupportedClause } from './parse-select';
import type { Action, Literal, Statement } from './syntax-tree';
import { TokenCursor } from './token-cursor';

/**
 * The statement that a text stands for. Time is linear in its length, and recursion bounded by the limit of nesting.
 *
 * @throws StatementError that tells place, what was expected and what was found
 */
export function parseStatement(text: string): Statement {
  const cursor = new TokenCursor(new Scanner(text));
  const action = parseAction(cursor);
  cursor.acceptSymbol(';');
  if (cursor.peek().kind !== 'end') {
    refuseUnsupportedClause(cursor);
    throw cursor.unexpected('end of statement');
  }
  cursor.readIonLiterals();
  return deeplyFrozen({ action, parameterCount: cursor.parameterCount }, cursor);
}

function parseAction(cursor: TokenCursor): Action {
  const token = cursor.peek();
  switch (token.kind === 'word' ? token.keyword : '') {
    case 'SELECT': return parseSelect(cursor, 'outermost');
    case 'INSERT': return parseInsert(cursor);
    case 'UPDATE': return parseUpdate(cursor);
    case 'DELETE': return parseDelete(cursor);
    case 'FROM': return parseFromChange(cursor);
    case 'CREATE': return parseCreate(cursor);
    case 'DROP': return parseDrop(cursor);
    case 'UNDROP': return parseUndrop(cursor);
    case 'EXEC': return parseExec(cursor);
    default: throw cursor.unexpected('a statement (SELECT, INSERT, UPDATE, DELETE, FROM, CREATE, DROP, UNDROP or EXEC)');
  }
}

type NamedItem = { kind: 'named'; name: string };

/** Makes what the parser has put off. */
function complete(node: Literal | NamedItem, cursor: TokenCursor): void {
  if (node.kind === 'literal') cursor.readLiteral(node);
  if (node.kind === 'named' && typeof node.name === 'number') node.name = `_${node.name as number}`;
}

function deeplyFrozen(root: Statement, cursor: TokenCursor): Statement {
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ('kind' in node) complete(node as Literal | NamedItem, cursor);
    Object.freeze(node);
    for (const child of Object.values(node)) {
      // The bytes of a lob cannot be frozen.
      if (typeof child === 'object' && child !== null && !(child instanceof Uint8Array)) pending.push(child);
    }
  }
  return root;
}
