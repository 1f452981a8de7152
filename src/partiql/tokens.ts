import type { Position } from './position';

/** One lexical element; `at` is where it starts. */
export interface Token {
  readonly kind: TokenKind;
  /** A word or a symbol as it is written, and what stands within quotes or backticks; empty at the end and of a number. */
  readonly text: string;
  /** Of a word, `text` in upper case: whether it is a name or a keyword is for the grammar to say. Else empty. */
  readonly keyword: string;
  /** Of a number, where it starts in the statement. */
  readonly start: number;
  readonly at: Position;
}

export type TokenKind = 'word' | 'quotedName' | 'string' | 'number' | 'ion' | 'symbol' | 'end';

/** Words that name something only in double quotes. */
export const reservedWords: ReadonlySet<string> = new Set(`
  ABSOLUTE ACTION ADD ALL ALLOCATE ALTER AND ANY ARE AS ASC ASSERTION AT AUTHORIZATION AVG BAG BEGIN BETWEEN BIT BIT_LENGTH BLOB BOOL BOOLEAN
  BOTH BY CASCADE CASCADED CASE CAST CATALOG CHAR CHARACTER CHARACTER_LENGTH CHAR_LENGTH CHECK CLOB CLOSE COALESCE COLLATE COLLATION COLUMN
  COMMIT CONNECT CONNECTION CONSTRAINT CONSTRAINTS CONTINUE CONVERT CORRESPONDING COUNT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME
  CURRENT_TIMESTAMP CURRENT_USER CURSOR DATE DATE_ADD DATE_DIFF DAY DEALLOCATE DEC DECIMAL DECLARE DEFAULT DEFERRABLE DEFERRED DELETE DESC
  DESCRIBE DESCRIPTOR DIAGNOSTICS DISCONNECT DISTINCT DOMAIN DOUBLE DROP ELSE END END-EXEC ESCAPE EXCEPT EXCEPTION EXEC EXECUTE EXISTS EXTERNAL
  EXTRACT FALSE FETCH FIRST FLOAT FOR FOREIGN FOUND FROM FULL GET GLOBAL GO GOTO GRANT GROUP HAVING HOUR IDENTITY IMMEDIATE IN INDEX INDICATOR
  INITIALLY INNER INPUT INSENSITIVE INSERT INT INTEGER INTERSECT INTERVAL INTO IS ISOLATION JOIN KEY LANGUAGE LAST LEADING LEFT LEVEL LIKE LIMIT
  LIST LOCAL LOWER MATCH MAX MIN MINUTE MISSING MODULE MONTH NAMES NATIONAL NATURAL NCHAR NEXT NO NOT NULL NULLIF NUMERIC OCTET_LENGTH OF ON
  ONLY OPEN OPTION OR ORDER OUTER OUTPUT OVERLAPS PAD PARTIAL PIVOT POSITION PRECISION PREPARE PRESERVE PRIMARY PRIOR PRIVILEGES PROCEDURE
  PUBLIC READ REAL REFERENCES RELATIVE REMOVE RESTRICT REVOKE RIGHT ROLLBACK ROWS SCHEMA SCROLL SECOND SECTION SELECT SESSION SESSION_USER SET
  SEXP SIZE SMALLINT SOME SPACE SQL SQLCODE SQLERROR SQLSTATE STRING STRUCT SUBSTRING SUM SYMBOL SYSTEM_USER TABLE TEMPORARY THEN TIME TIMESTAMP
  TIMEZONE_HOUR TIMEZONE_MINUTE TO TO_STRING TO_TIMESTAMP TRAILING TRANSACTION TRANSLATE TRANSLATION TRIM TRUE TUPLE TXID UNDROP UNION UNIQUE
  UNKNOWN UNPIVOT UPDATE UPPER USAGE USER USING UTCNOW VALUE VALUES VARCHAR VARYING VIEW WHEN WHENEVER WHERE WITH WORK WRITE YEAR ZONE
`.split(/\s+/).filter((word) => word !== ''));

/** The token in the words of an error message. */
export function describeToken(token: Token, numberText: string): string {
  switch (token.kind) {
    case 'word': return reservedWords.has(token.keyword) ? `keyword ${token.keyword}` : `name ${token.text}`;
    case 'quotedName': return `name "${token.text}"`;
    case 'string': return `string '${token.text.length > 40 ? `${token.text.slice(0, 40)}..` : token.text}'`;
    case 'number': return `number ${numberText.length > 40 ? `${numberText.slice(0, 40)}..` : numberText}`;
    case 'ion': return 'Ion literal';
    case 'symbol': return `'${token.text}'`;
    case 'end': return 'end of statement';
  }
}
