/** Other people's text without what could steer a terminal or hide what follows: control and direction characters are spelled out. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, character => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
