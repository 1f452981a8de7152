import type { DocumentCutter, DocumentPart, SymbolEffect } from './document-cutter';

type Within = 'plain' | 'string' | 'symbol' | 'longString' | 'lob' | 'lobString' | 'lobLongString' | 'lineComment' | 'blockComment';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const STAR = 0x2a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const DECLARATION = /(?<!::\s*)(?:'\$ion_symbol_table'|\$ion_symbol_table)\s*::[^]*$/;
const RESTART = /(?<![\w$'])\$ion_1_0(?![\w$'])/;
const STRINGS_AND_COMMENTS = /"(?:\\[^]|[^"\\])*"|\/\*[^]*?\*\/|\/\/[^\r\n]*/g;

/**
 * Cuts Ion text, and the JSON that it contains, behind each container or lob at top level: those ends need no look at what follows.
 * Other values at top level stay with the container after them. All characters that matter are ASCII, so bytes do.
 */
export class TextCutter implements DocumentCutter {
  private at = 0;
  private depth = 0;
  private within: Within = 'plain';
  private symbols: SymbolEffect = 'none';

  next(window: Buffer, start: number): DocumentPart | undefined {
    while (this.at < window.length) {
      const cut = this.within === 'plain' ? this.plain(window, start) : this.quoted(window);
      if (cut === 'wait') return undefined;
      if (cut === 'cut') {
        const { symbols } = this;
        this.symbols = 'none';
        return { end: this.at, symbols: symbols === 'appends' && !window.subarray(start, this.at).includes('imports') ? 'replaces' : symbols };
      }
    }
    return undefined;
  }

  dropped(byteCount: number): void {
    this.at -= byteCount;
  }

  /** Moves over one byte or token outside quotations and comments. */
  private plain(window: Buffer, start: number): 'go' | 'wait' | 'cut' {
    const byte = window[this.at]!;
    switch (byte) {
      case QUOTE: return this.enter('string', 1);
      case APOSTROPHE: {
        if (this.at + 2 >= window.length) return 'wait';
        if (window[this.at + 1] !== APOSTROPHE) return this.enter('symbol', 1);
        return window[this.at + 2] === APOSTROPHE ? this.enter('longString', 3) : this.enter('plain', 2);
      }
      case SLASH: {
        if (this.at + 1 >= window.length) return 'wait';
        const next = window[this.at + 1];
        return next === SLASH ? this.enter('lineComment', 2) : next === STAR ? this.enter('blockComment', 2) : this.enter('plain', 1);
      }
      case OPEN_BRACE: {
        if (this.at + 1 >= window.length) return 'wait';
        if (this.depth === 0) this.symbols = effectOf(window, start, this.at);
        if (window[this.at + 1] === OPEN_BRACE) return this.enter('lob', 2);
        this.depth++;
        return this.enter('plain', 1);
      }
      case 0x5b: // [
      case 0x28: // (
        this.depth++;
        return this.enter('plain', 1);
      case CLOSE_BRACE:
      case 0x5d: // ]
      case 0x29: // )
        this.at++;
        // One closed too often is the reader's to report.
        this.depth = Math.max(0, this.depth - 1);
        return this.depth === 0 ? 'cut' : 'go';
      default:
        return this.enter('plain', 1);
    }
  }

  /** Moves over a quotation, lob or comment, up to its end or that of the window. */
  private quoted(window: Buffer): 'go' | 'wait' | 'cut' {
    switch (this.within) {
      case 'string': return this.quotation(window, QUOTE, 1, 'plain');
      case 'symbol': return this.quotation(window, APOSTROPHE, 1, 'plain');
      case 'longString': return this.quotation(window, APOSTROPHE, 3, 'plain');
      case 'lobString': return this.quotation(window, QUOTE, 1, 'lob');
      case 'lobLongString': return this.quotation(window, APOSTROPHE, 3, 'lob');
      case 'lineComment': {
        while (this.at < window.length && window[this.at] !== 0x0a && window[this.at] !== 0x0d) this.at++;
        return this.at < window.length ? this.enter('plain', 1) : 'wait';
      }
      case 'blockComment': {
        const end = window.indexOf('*/', this.at);
        if (end >= 0) return this.enter('plain', end + 2 - this.at);
        this.at = Math.max(this.at, window.length - 1);
        return 'wait';
      }
      default: return this.lob(window);
    }
  }

  private quotation(window: Buffer, quote: number, quoteLength: 1 | 3, outside: Within): 'go' | 'wait' {
    let { at } = this;
    while (at < window.length) {
      const byte = window[at];
      if (byte === BACKSLASH) {
        if (at + 1 >= window.length) break;
        at += 2;
      } else if (byte === quote) {
        if (at + quoteLength > window.length) break;
        if (quoteLength === 1 || (window[at + 1] === quote && window[at + 2] === quote)) {
          this.at = at;
          return this.enter(outside, quoteLength);
        }
        at++;
      } else {
        at++;
      }
    }
    this.at = at;
    return 'wait';
  }

  private lob(window: Buffer): 'go' | 'wait' | 'cut' {
    let { at } = this;
    while (at < window.length && window[at] !== CLOSE_BRACE && window[at] !== QUOTE && window[at] !== APOSTROPHE) at++;
    this.at = at;
    if (at === window.length) return 'wait';
    if (window[at] === QUOTE) return this.enter('lobString', 1);
    if (window[at] === APOSTROPHE) return at + 2 < window.length ? this.enter('lobLongString', 3) : 'wait';
    if (at + 1 >= window.length) return 'wait';
    this.enter('plain', window[at + 1] === CLOSE_BRACE ? 2 : 1);
    return this.depth === 0 ? 'cut' : 'go';
  }

  private enter(within: Within, byteCount: number): 'go' {
    this.within = within;
    this.at += byteCount;
    return 'go';
  }
}

/** What the text in front of a container at top level makes of it. */
function effectOf(window: Buffer, start: number, at: number): SymbolEffect {
  if (!window.subarray(start, at).includes('$ion_')) return 'none';
  const head = window.toString('latin1', start, at).replace(STRINGS_AND_COMMENTS, ' ');
  if (DECLARATION.test(head)) return 'appends';
  return RESTART.test(head) ? 'restarts' : 'none';
}
