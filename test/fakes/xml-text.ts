import { type Json } from './faults';

/** An element as an object: text, or a member per child; a repeated child is a list. Enough for what AWS clients write. */
export function fromXml(document: string): Json {
  const stack: { name: string; children: Json; text: string }[] = [{ name: '', children: {}, text: '' }];
  for (const [, closing, name, empty, text] of document.replace(/<\?.*?\?>/g, '').matchAll(/<(\/?)([\w:]+)[^>]*?(\/?)>|([^<]+)/g)) {
    if (text !== undefined) {
      stack.at(-1)!.text += text.replace(/&(lt|gt|amp|quot|apos);|&#x?(\w+);/g, decoded);
    } else if (closing) {
      close();
    } else {
      stack.push({ name, children: {}, text: '' });
      if (empty) { close(); }
    }
  }
  return stack[0].children;

  function close(): void {
    const { name, children, text } = stack.pop()!;
    const value = Object.keys(children).length > 0 ? children : text;
    const parent = stack.at(-1)!.children;
    parent[name] = name in parent ? [parent[name], value].flat() : value;
  }
}

/** The contents of an element; a list writes its member's name once per item. */
export function toXml(value: Json): string {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [member].flat().map(item =>
      `<${name}>${typeof item === 'object' ? toXml(item) : String(item).replace(/[<>&"]/g, escaped)}</${name}>`).join(''))
    .join('');
}

function decoded(entity: string, name: string | undefined, code: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return name ? named[name] : String.fromCodePoint(parseInt(code, entity[2] === 'x' ? 16 : 10));
}

function escaped(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
